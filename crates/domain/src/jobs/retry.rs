//! How often a job is tried, and how long it rests between two tries.
use chrono::Duration;

/// How often a job is tried, and how long it rests between two tries.
///
/// The rest doubles from try to try until it is as long as it may be. Half of it is fixed and half
/// drawn by lot, so that jobs which failed together do not come back together:
///
/// | after try | first rest 5 s, longest 1 h |
/// |---|---|
/// | 1 | 2.5 s to 5 s |
/// | 2 | 5 s to 10 s |
/// | 5 | 40 s to 80 s |
/// | 11 | 30 min to 1 h |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRule {
    /// How often it is tried at the most.
    pub most_attempts: u32,
    /// How long it rests at the most after the first try.
    pub first_rest: Duration,
    /// How long it rests at the most after any try.
    pub longest_rest: Duration,
}

impl RetryRule {
    /// Whether a job that was tried so often may be tried again.
    #[must_use]
    pub const fn allows_more_than(&self, attempts: u32) -> bool {
        attempts < self.most_attempts
    }

    /// How long a job rests that was tried so often without success, by a lot: any number, evenly
    /// drawn. `None` when it is not tried again.
    #[must_use]
    pub fn rest_after(&self, attempts: u32, lot: u64) -> Option<Duration> {
        if !self.allows_more_than(attempts) {
            return None;
        }
        let longest = milliseconds(self.longest_rest);
        let doublings = attempts.saturating_sub(1).min(32);
        let rest = milliseconds(self.first_rest)
            .saturating_mul(1 << doublings)
            .min(longest);
        let fixed = rest / 2;
        let drawn = lot % (rest - fixed + 1);
        let rest = i64::try_from(fixed + drawn).unwrap_or(i64::MAX);
        Duration::try_milliseconds(rest).or(Some(self.longest_rest))
    }
}

fn milliseconds(rest: Duration) -> u64 {
    u64::try_from(rest.num_milliseconds()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rule() -> RetryRule {
        RetryRule {
            most_attempts: 20,
            first_rest: Duration::seconds(5),
            longest_rest: Duration::hours(1),
        }
    }

    #[test]
    fn the_rest_doubles_until_it_is_as_long_as_it_may_be() {
        for (attempts, least) in [(1, 2_500), (2, 5_000), (5, 40_000), (11, 1_800_000)] {
            let rest = rule().rest_after(attempts, 0).unwrap();
            assert_eq!(rest.num_milliseconds(), least);
        }
        assert_eq!(rule().rest_after(1, 2_500), Some(Duration::seconds(5)));
    }

    #[test]
    fn after_the_last_attempt_there_is_no_rest() {
        assert!(rule().rest_after(19, 7).is_some());
        assert_eq!(rule().rest_after(20, 7), None);
        assert_eq!(rule().rest_after(u32::MAX, 7), None);
        assert!(rule().allows_more_than(19) && !rule().allows_more_than(20));
    }

    proptest! {
        #[test]
        fn a_rest_is_never_longer_than_allowed(attempts in 0_u32..20, lot: u64) {
            let rest = rule().rest_after(attempts, lot).unwrap();
            prop_assert!(rest >= Duration::milliseconds(2_500));
            prop_assert!(rest <= Duration::hours(1));
        }
    }
}
