//! Requests are counted in the process, by the generic cell rate algorithm.
use super::{Rates, bounded::BoundedStates};
use application::shared::limiter::{Asker, Counted, Limiter, Rate, Standing};
use async_trait::async_trait;
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// So many askers are remembered for each thing that is counted; some megabytes when it is full.
const MOST_ASKERS: usize = 50_000;

/// Counts in the process.
pub struct LocalLimiter<C: Clock + Clone = DefaultClock> {
    counters: HashMap<Counted, Counter<C>>,
}

struct Counter<C: Clock + Clone> {
    rate: Rate,
    limiter: RateLimiter<Asker, BoundedStates, C, StateInformationMiddleware>,
}

impl LocalLimiter {
    /// Counts by the clock of this machine.
    #[must_use]
    pub fn new(rates: &Rates) -> Self {
        Self::with(rates, &DefaultClock::default(), MOST_ASKERS)
    }

    /// Gives memory back from time to time, until it is cancelled.
    pub async fn forget_from_time_to_time(self: Arc<Self>, cancelled: CancellationToken) {
        const PAUSE: Duration = Duration::from_mins(1);
        while timeout(PAUSE, cancelled.cancelled()).await.is_err() {
            self.forget_quiet();
        }
    }
}

impl<C: Clock + Clone> LocalLimiter<C> {
    fn with(rates: &Rates, clock: &C, most: usize) -> Self {
        let counters = rates.iter().filter_map(|(what, rate)| {
            let quota = Quota::with_period(rate.interval())?.allow_burst(rate.count);
            let counter = Counter {
                rate: *rate,
                limiter: RateLimiter::new(quota, BoundedStates::new(most), clock.clone()),
            };
            Some((*what, counter))
        });
        Self {
            counters: counters.collect(),
        }
    }

    /// What is allowed of something, where there is a limit.
    pub(super) fn rate(&self, what: Counted) -> Option<Rate> {
        self.counters.get(&what).map(|counter| counter.rate)
    }

    /// Counts one more.
    pub(super) fn count(&self, what: Counted, asker: Asker) -> Option<Standing> {
        let counter = self.counters.get(&what)?;
        Some(counter.count(asker))
    }

    /// Forgets those whose requests do not count any more.
    fn forget_quiet(&self) {
        for counter in self.counters.values() {
            counter.limiter.retain_recent();
        }
    }

    #[cfg(test)]
    fn remembered(&self) -> usize {
        let counters = self.counters.values();
        counters.map(|counter| counter.limiter.len()).sum()
    }
}

impl<C: Clock + Clone> Counter<C> {
    fn count(&self, asker: Asker) -> Standing {
        let rate = self.rate;
        let (left, refused_for) = match self.limiter.check_key(&asker) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(too_early) => {
                let now = self.limiter.clock().now();
                (0, Some(too_early.wait_time_from(now)))
            }
        };
        Standing {
            rate,
            left,
            resets_in: rate.interval() * rate.count.get().saturating_sub(left),
            refused_for,
        }
    }
}

#[async_trait]
impl Limiter for LocalLimiter {
    async fn take(&self, what: Counted, asker: Asker) -> Option<Standing> {
        self.count(what, asker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::{net::IpAddr, num::NonZeroU32};

    fn limiter(clock: &FakeRelativeClock, most: usize) -> LocalLimiter<FakeRelativeClock> {
        let rate = Rate {
            count: NonZeroU32::new(3).unwrap(),
            per: Duration::from_mins(1),
        };
        LocalLimiter::with(&Rates::from([(Counted::SignIn, rate)]), clock, most)
    }

    fn from(last: u8) -> Asker {
        Asker::Network(IpAddr::from([203, 0, 113, last]))
    }

    #[test]
    fn so_many_may_come_at_once_and_then_one_in_each_interval() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock, 10);
        let ask = || limiter.count(Counted::SignIn, from(1)).unwrap();
        for left in [2, 1, 0] {
            let standing = ask();
            assert_eq!((standing.left, standing.refused_for), (left, None));
        }
        let refused = ask();
        assert_eq!(refused.refused_for, Some(Duration::from_secs(20)));
        assert_eq!(refused.resets_in, Duration::from_mins(1));
        clock.advance(Duration::from_secs(20));
        assert_eq!(ask().refused_for, None);
        assert!(ask().refused_for.is_some());
    }

    #[test]
    fn each_asker_is_counted_alone_and_each_thing_too() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock, 10);
        for _ in 0..4 {
            limiter.count(Counted::SignIn, from(1));
        }
        let other = limiter.count(Counted::SignIn, from(2)).unwrap();
        assert_eq!(other.left, 2);
        assert_eq!(limiter.count(Counted::Search, from(1)), None);
    }

    #[test]
    fn the_quiet_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock, 10);
        limiter.count(Counted::SignIn, from(1));
        clock.advance(Duration::from_mins(2));
        limiter.count(Counted::SignIn, from(2));
        limiter.forget_quiet();
        assert_eq!(limiter.remembered(), 1);
    }

    #[test]
    fn memory_is_bounded_and_those_who_ask_most_are_remembered() {
        let clock = FakeRelativeClock::default();
        let limiter = limiter(&clock, 100);
        for _ in 0..4 {
            limiter.count(Counted::SignIn, from(0));
        }
        for last in 1..=255 {
            limiter.count(Counted::SignIn, from(last));
            assert!(limiter.remembered() <= 100);
        }
        let standing = limiter.count(Counted::SignIn, from(0)).unwrap();
        assert!(standing.refused_for.is_some());
    }
}
