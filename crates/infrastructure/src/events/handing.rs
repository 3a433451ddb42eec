//! Hands what came from a broker to a consumer, until that is done with or given up.
use super::{cloud_events::decode, consuming::Consuming, rests::Rests};
use application::{
    events::{
        EventEnvelope,
        ports::{ConsumeError, EventConsumer},
    },
    shared::{
        failure::logged,
        store::{Cause, StoreError},
    },
};
use metrics::counter;
use std::{error::Error, slice, sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// How long a consumer may take for one event.
const WITHIN: Duration = Duration::from_secs(30);

/// How often an event is tried, and how long it rests in between.
///
/// Those after it wait meanwhile, so that their order is kept. It is short, because a consumer asks nobody
/// but the database, and while that is away no try is counted.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// After so many tries an event is given up.
    pub most_tries: u32,
    /// How long it rests after the first; each time twice as long.
    pub first_pause: Duration,
}

impl Patience {
    fn pause_after(&self, tries: u32) -> Duration {
        let doubled = 1_u32.checked_shl(tries.saturating_sub(1));
        self.first_pause.saturating_mul(doubled.unwrap_or(u32::MAX))
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            most_tries: 5,
            first_pause: Duration::from_secs(1),
        }
    }
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Handed {
    /// There is nothing more to be done with it.
    Settled,
    /// It never works, or was tried often enough.
    GivenUp,
    /// It was told to stop before.
    NotYet,
}

/// Hands events to one consumer.
pub(super) struct Handing {
    pub(super) consuming: Consuming,
    pub(super) consumer: Arc<dyn EventConsumer>,
    pub(super) patience: Patience,
}

/// How one try went wrong.
enum Vain {
    /// It will not go better.
    ForGood(Cause),
    /// It may go better.
    ThisTime(Cause),
    /// The database is away, which is no fault of the event.
    Away(StoreError),
}

impl Handing {
    /// Hands on what came, and keeps at it.
    pub(super) async fn hand(&self, bytes: &[u8], stopping: &CancellationToken) -> Handed {
        let event = match decode(bytes) {
            Ok(event) => event,
            Err(failure) => {
                tracing::error!(
                    error = logged(&failure),
                    consumer = self.consumer.name(),
                    "a message of the broker cannot be read, it is given up"
                );
                return self.given_up();
            }
        };
        // Queues may have been made for an older version, which wanted more.
        if !self.consumer.wants(&event.kind) {
            return Handed::Settled;
        }
        tokio::select! {
            () = stopping.cancelled() => Handed::NotYet,
            handed = self.keep_at(&event) => handed,
        }
    }

    async fn keep_at(&self, event: &EventEnvelope) -> Handed {
        let (mut tries, mut rests) = (0, Rests::default());
        loop {
            let (cause, pause) = match self.try_once(event).await {
                Ok(()) => return Handed::Settled,
                Err(Vain::ForGood(cause)) => return self.give_up(event, &cause),
                Err(Vain::ThisTime(cause)) => {
                    tries += 1;
                    if tries >= self.patience.most_tries {
                        return self.give_up(event, &cause);
                    }
                    (cause, self.patience.pause_after(tries))
                }
                Err(Vain::Away(failure)) => (failure.into(), rests.next()),
            };
            tracing::warn!(
                error = shown(&cause),
                consumer = self.consumer.name(),
                event.id = %event.id,
                "an event could not be dealt with, trying again"
            );
            sleep(pause).await;
        }
    }

    async fn try_once(&self, event: &EventEnvelope) -> Result<(), Vain> {
        let events = slice::from_ref(event);
        let handed = self.consuming.hand(self.consumer.as_ref(), events);
        let Ok(handed) = timeout(WITHIN, handed).await else {
            return Err(Vain::ThisTime("it took too long".into()));
        };
        let handed = handed.map_err(Vain::Away)?;
        match handed.into_iter().find_map(Result::err) {
            None => Ok(()),
            Some(ConsumeError::Refuse(cause)) => Err(Vain::ForGood(cause)),
            Some(ConsumeError::Retry(cause)) => Err(Vain::ThisTime(cause)),
        }
    }

    fn give_up(&self, event: &EventEnvelope, cause: &Cause) -> Handed {
        tracing::error!(
            error = shown(cause),
            consumer = self.consumer.name(),
            event.id = %event.id,
            event.kind,
            "an event is given up"
        );
        self.given_up()
    }

    fn given_up(&self) -> Handed {
        let consumer = self.consumer.name();
        counter!("filmhub_events_dead_lettered_total", "consumer" => consumer).increment(1);
        Handed::GivenUp
    }
}

/// As a field of a log line.
fn shown(cause: &Cause) -> &(dyn Error + 'static) {
    cause.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double() {
        let patience = Patience::default();
        let seconds = (1..patience.most_tries).map(|tries| patience.pause_after(tries).as_secs());
        assert_eq!(seconds.collect::<Vec<_>>(), [1, 2, 4, 8]);
    }
}
