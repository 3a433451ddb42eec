//! Leaves a server alone that keeps failing.
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// So many failures in a row are enough.
const ENOUGH: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_secs(15);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How long the one that tries again keeps others waiting, should nobody hear of it any more.
const TRIAL: Duration = Duration::from_secs(15);

/// Opens after several failures in a row, and then lets one try again from time to time.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Breaker {
    /// Whether asking makes no sense now.
    pub(super) fn is_resting(&self, now: Instant) -> bool {
        let closed_until = self.inner().closed_until;
        closed_until.is_some_and(|until| now < until)
    }

    /// Whether somebody may ask; after a pause that is one alone.
    pub(super) fn admit(&self, now: Instant) -> bool {
        let mut inner = self.inner();
        match inner.closed_until {
            Some(until) if now < until => false,
            Some(_) => {
                inner.closed_until = Some(now + TRIAL);
                true
            }
            None => true,
        }
    }

    /// It answered as it should.
    pub(super) fn succeeded(&self) {
        *self.inner() = Inner::default();
    }

    /// It failed.
    pub(super) fn failed(&self, now: Instant) {
        let mut inner = self.inner();
        inner.failures = inner.failures.saturating_add(1);
        if let Some(beyond) = inner.failures.checked_sub(ENOUGH) {
            let pause = FIRST_PAUSE * 2_u32.saturating_pow(beyond.min(8));
            inner.closed_until = Some(now + pause.min(LONGEST_PAUSE));
        }
    }

    /// It asks to be left alone for a while.
    pub(super) fn rest(&self, now: Instant, pause: Duration) {
        self.inner().closed_until = Some(now + pause.min(LONGEST_PAUSE));
    }

    /// A panic elsewhere leaves nothing half done here.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(times: u32) -> (Breaker, Instant) {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..times {
            breaker.failed(now);
        }
        (breaker, now)
    }

    #[test]
    fn it_opens_after_several_failures_in_a_row() {
        let (breaker, now) = failing(ENOUGH - 1);
        assert!(!breaker.is_resting(now) && breaker.admit(now));
        breaker.succeeded();
        breaker.failed(now);
        assert!(breaker.admit(now));
        let (breaker, now) = failing(ENOUGH);
        assert!(breaker.is_resting(now) && !breaker.admit(now));
    }

    #[test]
    fn after_a_pause_one_alone_tries_again() {
        let (breaker, now) = failing(ENOUGH);
        let later = now + FIRST_PAUSE;
        assert!(!breaker.is_resting(later));
        assert!(breaker.admit(later));
        assert!(!breaker.admit(later) && breaker.is_resting(later));
        breaker.succeeded();
        assert!(breaker.admit(later) && breaker.admit(later));
    }

    #[test]
    fn the_pause_grows_up_to_a_bound() {
        let (breaker, now) = failing(ENOUGH + 1);
        assert!(breaker.is_resting(now + FIRST_PAUSE));
        assert!(!breaker.is_resting(now + FIRST_PAUSE * 2));
        let (breaker, now) = failing(100);
        assert!(breaker.is_resting(now + LONGEST_PAUSE - Duration::from_secs(1)));
        assert!(!breaker.is_resting(now + LONGEST_PAUSE));
    }

    #[test]
    fn a_trial_that_nobody_heard_of_does_not_close_for_ever() {
        let (breaker, now) = failing(ENOUGH);
        let later = now + FIRST_PAUSE;
        assert!(breaker.admit(later));
        assert!(breaker.admit(later + TRIAL));
    }

    #[test]
    fn it_rests_as_long_as_it_is_asked_to_within_reason() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        breaker.rest(now, Duration::from_secs(20));
        assert!(breaker.is_resting(now + Duration::from_secs(19)));
        assert!(!breaker.is_resting(now + Duration::from_secs(20)));
        breaker.rest(now, Duration::from_hours(24));
        assert!(!breaker.is_resting(now + LONGEST_PAUSE));
    }
}
