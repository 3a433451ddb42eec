//! Has updates answered, several at once, those of a chat one after the other.
use super::bell::UpdateBell;
use application::{
    shared::{clock::Clock, failure::logged, store::StoreError},
    telegram::ports::{BotId, TakenUpdate, TelegramError, UpdateHandler, UpdateInbox},
};
use chrono::TimeDelta;
use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How many updates are answered at once.
const AT_ONCE: usize = 8;
/// How long an update may be answered.
const WITHIN: Duration = Duration::from_secs(45);
/// How long an update is held; longer than it may be answered, so that nobody else takes it meanwhile.
const HELD: TimeDelta = TimeDelta::seconds(60);
/// How often it looks for what other processes kept or left.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long answers that are under way get to end when it is told to stop.
const FAREWELL: Duration = Duration::from_secs(15);
/// How often an update is tried before it is given up.
const MOST_TRIES: u32 = 5;

/// Has updates answered.
#[derive(Clone)]
pub(super) struct Worker(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) inbox: Arc<dyn UpdateInbox>,
    pub(super) handler: Arc<dyn UpdateHandler>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) bell: UpdateBell,
    pub(super) bot: BotId,
}

impl Worker {
    /// Works until it is told to stop, and ends what it has begun.
    pub(super) async fn work(self, stopping: CancellationToken) {
        let mut running = JoinSet::new();
        let mut is_down = false;
        while !stopping.is_cancelled() {
            let room = AT_ONCE - running.len();
            let taken = self.0.take(room, &mut is_down).await;
            for update in taken {
                let inner = Arc::clone(&self.0);
                running.spawn(async move { inner.answer(update).await });
            }
            let has_room = running.len() < AT_ONCE;
            tokio::select! {
                () = stopping.cancelled() => {}
                // The next of the same chat may be taken now.
                Some(_) = running.join_next() => {}
                () = self.0.bell.rung(), if has_room => {}
                () = sleep(LOOK_EVERY), if has_room => {}
            }
        }
        let ended = async { while running.join_next().await.is_some() {} };
        // What is not ended by then is held for a while and taken by somebody else.
        if timeout(FAREWELL, ended).await.is_err() {
            tracing::warn!("answers that were under way are broken off");
        }
    }
}

impl Inner {
    async fn take(&self, room: usize, is_down: &mut bool) -> Vec<TakenUpdate> {
        let now = self.clock.now();
        let most = u32::try_from(room).unwrap_or(0);
        match self.inbox.take(self.bot, most, now, now + HELD).await {
            Ok(taken) => {
                *is_down = false;
                taken
            }
            Err(failure) => {
                if !*is_down {
                    tracing::warn!(
                        error = logged(&failure),
                        "the bot cannot look for updates, trying again"
                    );
                }
                *is_down = true;
                Vec::new()
            }
        }
    }

    async fn answer(&self, update: TakenUpdate) {
        let span = tracing::info_span!("telegram.update", telegram.update = update.id.0);
        async {
            let noted = match self.outcome(&update).await {
                Outcome::Settled => {
                    self.inbox
                        .settle(self.bot, update.id, self.clock.now())
                        .await
                }
                Outcome::TryAgain(after) => self.put_back(&update, after).await,
            };
            if let Err(failure) = noted {
                tracing::warn!(
                    error = logged(&failure),
                    "what became of an update could not be noted, it may be answered again"
                );
            }
        }
        .instrument(span)
        .await;
    }

    async fn put_back(&self, update: &TakenUpdate, after: Duration) -> Result<(), StoreError> {
        let after = TimeDelta::from_std(after).unwrap_or(TimeDelta::MAX / 2);
        let due = self.clock.now() + after;
        self.inbox.put_back(self.bot, update.id, due).await
    }

    async fn outcome(&self, update: &TakenUpdate) -> Outcome {
        let handled = AssertUnwindSafe(self.handler.handle(&update.body)).catch_unwind();
        let handled = match timeout(WITHIN, handled).await {
            Ok(Ok(handled)) => handled,
            Ok(Err(_panic)) => {
                tracing::error!("answering an update panicked, it is given up");
                return Outcome::Settled;
            }
            Err(_elapsed) => {
                tracing::warn!("answering an update took too long, it is given up");
                return Outcome::Settled;
            }
        };
        match handled {
            Ok(()) => Outcome::Settled,
            Err(failure) => outcome_of(&failure, update.tries),
        }
    }
}

/// What becomes of an update that was handled.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// There is nothing more to be done.
    Settled,
    /// It is tried again after some time.
    TryAgain(Duration),
}

/// Only what has surely not happened is tried again: nobody is to get the same answer twice.
fn outcome_of(failure: &TelegramError, tries: u32) -> Outcome {
    let rest = match failure {
        TelegramError::Busy { retry_after } => *retry_after,
        TelegramError::Unavailable(_) => Duration::from_secs(1 << tries.min(5)),
        TelegramError::TokenRefused => Duration::from_mins(1),
        TelegramError::Unwanted | TelegramError::Unchanged | TelegramError::TooOld => {
            tracing::debug!(error = logged(failure), "an update was not answered");
            return Outcome::Settled;
        }
        TelegramError::Unanswered(_)
        | TelegramError::Conflict
        | TelegramError::Refused(_)
        | TelegramError::Unreadable(_) => {
            tracing::warn!(error = logged(failure), "an update was not answered");
            return Outcome::Settled;
        }
    };
    if tries >= MOST_TRIES {
        tracing::warn!(
            error = logged(failure),
            "an update was tried often enough, it is given up"
        );
        return Outcome::Settled;
    }
    Outcome::TryAgain(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_happened_is_tried_again_a_few_times() {
        let retry_after = Duration::from_secs(7);
        let busy = TelegramError::Busy { retry_after };
        assert_eq!(outcome_of(&busy, 1), Outcome::TryAgain(retry_after));
        assert_eq!(outcome_of(&busy, MOST_TRIES), Outcome::Settled);
        let down = TelegramError::Unavailable("down".into());
        let later = Outcome::TryAgain(Duration::from_secs(4));
        assert_eq!(outcome_of(&down, 2), later);
    }

    #[test]
    fn what_may_have_happened_or_never_will_is_not_tried_again() {
        for failure in [
            TelegramError::Unanswered("broken".into()),
            TelegramError::Refused("bad".to_owned()),
            TelegramError::Unwanted,
            TelegramError::TooOld,
            TelegramError::Unchanged,
        ] {
            assert_eq!(outcome_of(&failure, 1), Outcome::Settled);
        }
    }
}
