//! Asks Telegram for updates, one process at a time, and keeps them.
use application::{
    shared::{
        clock::{Clock, IdGenerator},
        failure::logged,
        store::StoreError,
    },
    telegram::ports::{
        BotId, RawUpdate, TelegramApi, TelegramError, Update, UpdateHandler, UpdateId, UpdateInbox,
    },
};
use chrono::TimeDelta;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long Telegram holds a request back while there is nothing to tell.
const WAIT: Duration = Duration::from_secs(25);
/// How long this process is the one who asks without being heard of; longer than one request takes.
const LEAD: TimeDelta = TimeDelta::seconds(60);
/// How often those who do not ask look whether they may.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The first and the longest rest after a failure.
const RESTS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));
/// A token that is refused is not tried again sooner than that.
const REST_WHEN_REFUSED: Duration = Duration::from_mins(1);

/// Asks for updates.
pub(super) struct Poller {
    pub(super) api: Arc<dyn TelegramApi>,
    pub(super) inbox: Arc<dyn UpdateInbox>,
    pub(super) handler: Arc<dyn UpdateHandler>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn IdGenerator>,
    pub(super) bot: BotId,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Telegram(#[from] TelegramError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a turn came to.
enum Turn {
    Asked,
    SomebodyElseAsks,
}

impl Poller {
    /// Asks until it is told to stop.
    pub(super) async fn poll(self, stopping: CancellationToken) {
        let who = self.ids.next_uuid();
        let mut rests = Rests::default();
        let mut last = None;
        while !stopping.is_cancelled() {
            let turn = tokio::select! {
                () = stopping.cancelled() => break,
                turn = self.turn(who, &mut last) => turn,
            };
            let rest = match turn {
                Ok(Turn::Asked) => {
                    rests.begin_anew();
                    continue;
                }
                Ok(Turn::SomebodyElseAsks) => LOOK_EVERY,
                Err(trouble) => rests.after(&trouble),
            };
            tokio::select! {
                () = stopping.cancelled() => {}
                () = sleep(rest) => {}
            }
        }
        if let Err(failure) = self.inbox.resign(self.bot, who).await {
            tracing::debug!(error = logged(&failure), "others will ask a little later");
        }
    }

    /// Asks once. What is asked for next counts as taken care of, so it is kept before.
    async fn turn(&self, who: Uuid, last: &mut Option<UpdateId>) -> Result<Turn, Trouble> {
        let now = self.clock.now();
        if !self.inbox.lead(self.bot, who, now, now + LEAD).await? {
            // Others go on from where they are.
            *last = None;
            return Ok(Turn::SomebodyElseAsks);
        }
        let told = self.api.updates(*last, WAIT).await?;
        let newest = told.iter().map(|update| update.id).max();
        let meant: Vec<Update> = told
            .into_iter()
            .filter_map(|update| self.meant(update))
            .collect();
        self.inbox.keep(self.bot, &meant, self.clock.now()).await?;
        *last = newest.or(*last);
        Ok(Turn::Asked)
    }

    fn meant(&self, update: RawUpdate) -> Option<Update> {
        let chat = self.handler.chat_of(&update.body)?;
        Some(Update {
            id: update.id,
            chat,
            body: update.body,
        })
    }
}

/// How long to rest after failures, longer each time.
#[derive(Default)]
struct Rests {
    failures: u32,
}

impl Rests {
    fn begin_anew(&mut self) {
        if self.failures > 0 {
            tracing::info!("the bot hears from Telegram again");
        }
        self.failures = 0;
    }

    fn after(&mut self, trouble: &Trouble) -> Duration {
        let (first, longest) = RESTS;
        let rest = first.saturating_mul(1 << self.failures.min(5)).min(longest);
        if let Trouble::Telegram(TelegramError::TokenRefused) = trouble {
            tracing::error!(error = logged(trouble), "the bot cannot ask for updates");
        } else if self.failures == 0 {
            tracing::warn!(
                error = logged(trouble),
                "the bot cannot ask for updates, trying again"
            );
        }
        self.failures = self.failures.saturating_add(1);
        match trouble {
            Trouble::Telegram(TelegramError::Busy { retry_after }) => rest.max(*retry_after),
            Trouble::Telegram(TelegramError::TokenRefused) => REST_WHEN_REFUSED,
            Trouble::Telegram(_) | Trouble::Store(_) => rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_and_are_as_long_as_telegram_asks_for() {
        let mut rests = Rests::default();
        let down = || Trouble::Telegram(TelegramError::Unavailable("down".into()));
        let seconds: Vec<u64> = (0..7).map(|_| rests.after(&down()).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        rests.begin_anew();
        assert_eq!(rests.after(&down()).as_secs(), 1);
        let retry_after = Duration::from_secs(90);
        let busy = Trouble::Telegram(TelegramError::Busy { retry_after });
        assert_eq!(rests.after(&busy), retry_after);
        let refused = Trouble::Telegram(TelegramError::TokenRefused);
        assert_eq!(rests.after(&refused), REST_WHEN_REFUSED);
    }
}
