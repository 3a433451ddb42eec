//! What was proposed and not taken up sinks, and comes up again with time.
use crate::catalogue::FilmId;
use chrono::{DateTime, Duration, Utc};

/// That a film was proposed to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Which film.
    pub film: FilmId,
    /// How many times.
    pub times: u32,
    /// When the last time was.
    pub last_shown_at: DateTime<Utc>,
}

/// After how many times a film counts half.
const TIMES_TO_HALVE: f32 = 4.0;
/// More times than these change nothing any more.
const MOST_TIMES: u16 = 16;
/// After how many days a time counts half.
const DAYS_TO_FADE: f32 = 7.0;
const SECONDS_A_DAY: f32 = 86_400.0;

impl Shown {
    /// Within this time a film that is shown again is not shown another time: somebody looks twice at
    /// the same list.
    #[must_use]
    pub const fn counts_again_after() -> Duration {
        Duration::hours(1)
    }

    /// After this time it is as if the film had never been shown.
    #[must_use]
    pub const fn is_forgotten_after() -> Duration {
        Duration::days(60)
    }

    /// Whether showing the film now counts.
    #[must_use]
    pub fn counts_again(&self, now: DateTime<Utc>) -> bool {
        now - self.last_shown_at >= Self::counts_again_after()
    }

    /// By what the film's score is to be multiplied: above 0, and 1 for what may as well never have been
    /// shown. It falls with each time that a film is shown, and rises again with the days.
    #[must_use]
    pub fn weight(&self, now: DateTime<Utc>) -> f32 {
        let times = u16::try_from(self.times).unwrap_or(u16::MAX);
        let times = f32::from(times.min(MOST_TIMES));
        let felt = times * (-self.days_since(now) / DAYS_TO_FADE).exp2();
        (-felt / TIMES_TO_HALVE).exp2()
    }

    /// A clock that goes backwards makes nothing older.
    fn days_since(&self, now: DateTime<Utc>) -> f32 {
        let passed = (now - self.last_shown_at).max(Duration::zero());
        let passed = passed.min(Self::is_forgotten_after());
        passed.as_seconds_f32() / SECONDS_A_DAY
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn shown(times: u32, ago: Duration) -> Shown {
        Shown {
            film: Id::from_uuid(Uuid::from_u128(1)),
            times,
            last_shown_at: now() - ago,
        }
    }

    #[test]
    fn four_times_halve_it_and_a_week_takes_half_of_that_back() {
        let near = |one: f32, other: f32| (one - other).abs() < 0.001;
        assert!(near(shown(4, Duration::zero()).weight(now()), 0.5));
        assert!(near(shown(4, Duration::days(7)).weight(now()), 0.707));
        assert!(near(shown(2, Duration::zero()).weight(now()), 0.707));
    }

    #[test]
    fn looking_twice_within_the_hour_is_looking_once() {
        assert!(!shown(1, Duration::minutes(59)).counts_again(now()));
        assert!(shown(1, Duration::hours(1)).counts_again(now()));
    }

    proptest! {
        #[test]
        fn the_weight_is_a_share_that_falls_with_times_and_rises_with_days(
            times in any::<u32>(),
            more in 0_u32..100,
            seconds in -1_000_000_i64..100_000_000,
            later in 0_i64..100_000_000,
        ) {
            let ago = Duration::seconds(seconds);
            let weight = shown(times, ago).weight(now());
            prop_assert!(weight > 0.0 && weight <= 1.0);
            prop_assert!(shown(times.saturating_add(more), ago).weight(now()) <= weight);
            let since = shown(times, ago + Duration::seconds(later));
            prop_assert!(since.weight(now()) >= weight);
        }
    }
}
