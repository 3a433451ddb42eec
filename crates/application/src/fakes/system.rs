//! Time, identifiers and chance that do what a test says.
use super::state::locked;
use crate::shared::{
    clock::{Chance, Clock, IdGenerator},
    retry::Backoff,
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use uuid::Uuid;

/// When every clock starts: an evening in spring.
#[must_use]
pub fn opening_time() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_560) + Duration::hours(20)
}

/// A clock that stands still until it is told to move.
#[derive(Clone, Debug)]
pub struct FixedClock(Arc<Mutex<DateTime<Utc>>>);

impl Default for FixedClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(opening_time())))
    }
}

impl FixedClock {
    /// Sets the time; less than a microsecond is cut off, as the port asks.
    pub fn set(&self, now: DateTime<Utc>) {
        *locked(&self.0) = now.trunc_subsecs(6);
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *locked(&self.0)
    }
}

/// Identifiers that count up.
#[derive(Clone, Debug)]
pub struct SequentialIds {
    first: u128,
    given: Arc<AtomicU64>,
}

impl SequentialIds {
    /// Identifiers of a number of their own, which those of other series never meet.
    #[must_use]
    pub fn of_series(series: u16) -> Self {
        const VERSION_AND_VARIANT: u128 = 0x7000_8000_0000_0000_0000;
        Self {
            first: (u128::from(series) << 112) | VERSION_AND_VARIANT,
            given: Arc::default(),
        }
    }
}

impl Default for SequentialIds {
    fn default() -> Self {
        Self::of_series(1)
    }
}

impl IdGenerator for SequentialIds {
    fn next_uuid(&self) -> Uuid {
        let count = 1 + self.given.fetch_add(1, Ordering::Relaxed);
        Uuid::from_u128(self.first + u128::from(count))
    }
}

/// A backoff that does not wait, but lets others go on.
#[derive(Clone, Debug, Default)]
pub struct FakeBackoff(Arc<AtomicU64>);

impl FakeBackoff {
    /// How often somebody would have waited.
    #[must_use]
    pub fn waits(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Backoff for FakeBackoff {
    async fn wait(&self, _failures: u32) {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
    }
}

/// Lots drawn in the order that a test has written down; 0 once they are used up.
#[derive(Clone, Debug, Default)]
pub struct FixedChance(Arc<Mutex<VecDeque<u64>>>);

impl FixedChance {
    /// Says which lots come next.
    pub fn will_draw(&self, lots: impl IntoIterator<Item = u64>) {
        locked(&self.0).extend(lots);
    }
}

impl Chance for FixedChance {
    fn draw(&self) -> u64 {
        locked(&self.0).pop_front().unwrap_or(0)
    }
}
