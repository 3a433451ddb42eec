//! How often a source may still be asked, and until when it is not.
//!
//! A plain state machine; the time is handed in.
use super::http::RetryAfter;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, Utc};

/// How long a source is left alone that says "too much" and no more.
const UNSAID: TimeDelta = TimeDelta::seconds(30);
/// No answer keeps a source out for longer than this, however it came about.
const LONGEST: TimeDelta = TimeDelta::hours(24);
/// How long a source is left alone that refuses the key; a key may be unlocked at the source.
const REFUSED_FOR: TimeDelta = TimeDelta::minutes(5);

/// So many requests a day, counted from midnight of the source's zone.
#[derive(Clone, Copy, Debug)]
pub(super) struct Daily {
    /// How many.
    pub(super) limit: u32,
    /// Where midnight is.
    pub(super) zone: FixedOffset,
}

/// Why a source may not be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barred {
    /// The quota is spent until then.
    Spent(DateTime<Utc>),
    /// It refuses the key.
    Refused,
}

/// What is known of a source's patience with us. It counts what this process asks, and learns what
/// others have asked with the same key, from them or from the source.
#[derive(Debug)]
pub(super) struct Quota {
    daily: Option<Daily>,
    day: Option<NaiveDate>,
    used: u32,
    spent_until: Option<DateTime<Utc>>,
    refused_until: Option<DateTime<Utc>>,
}

impl Quota {
    pub(super) fn new(daily: Option<Daily>) -> Self {
        Self {
            daily,
            day: None,
            used: 0,
            spent_until: None,
            refused_until: None,
        }
    }

    /// Whether it may be asked now.
    pub(super) fn check(&self, now: DateTime<Utc>) -> Result<(), Barred> {
        if self.is_refused(now) {
            return Err(Barred::Refused);
        }
        if let Some(until) = self.spent_until(now) {
            return Err(Barred::Spent(until));
        }
        Ok(())
    }

    /// Counts a request that is about to be made; tells of which day, where days are counted.
    pub(super) fn take(&mut self, now: DateTime<Utc>) -> Result<Option<NaiveDate>, Barred> {
        self.check(now)?;
        let Some(daily) = self.daily else {
            return Ok(None);
        };
        let today = day_in(daily.zone, now);
        if self.day != Some(today) {
            self.day = Some(today);
            self.used = 0;
        }
        self.used = self.used.saturating_add(1);
        Ok(Some(today))
    }

    /// Learns that so many requests were counted that day, the one about to be made among them.
    pub(super) fn learn(
        &mut self,
        day: NaiveDate,
        used: u32,
        now: DateTime<Utc>,
    ) -> Result<(), Barred> {
        let Some(daily) = self.daily.filter(|_| self.day == Some(day)) else {
            return Ok(());
        };
        self.used = self.used.max(used);
        if used > daily.limit {
            return Err(Barred::Spent(midnight_after(daily.zone, now)));
        }
        Ok(())
    }

    /// How many requests are left of today, where they are counted.
    pub(super) fn left(&self, now: DateTime<Utc>) -> Option<u32> {
        let daily = self.daily?;
        let is_today = self.day == Some(day_in(daily.zone, now));
        let used = if is_today { self.used } else { 0 };
        Some(if self.is_told_spent(now) {
            0
        } else {
            daily.limit.saturating_sub(used)
        })
    }

    /// Until when it is spent, if it is.
    pub(super) fn spent_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.is_told_spent(now) {
            return self.spent_until;
        }
        let daily = self.daily?;
        (self.left(now) == Some(0)).then(|| midnight_after(daily.zone, now))
    }

    /// Whether the key was refused a moment ago.
    pub(super) fn is_refused(&self, now: DateTime<Utc>) -> bool {
        self.refused_until.is_some_and(|until| now < until)
    }

    /// The source says that the quota is spent: of the day where it counts by days.
    pub(super) fn is_spent(&mut self, now: DateTime<Utc>) -> DateTime<Utc> {
        let until = match self.daily {
            Some(daily) => midnight_after(daily.zone, now),
            None => now + LONGEST,
        };
        self.spent_until = Some(until);
        until
    }

    /// The source says that it was asked too much.
    pub(super) fn is_too_much(
        &mut self,
        now: DateTime<Utc>,
        retry_after: Option<RetryAfter>,
    ) -> DateTime<Utc> {
        let wait = match retry_after {
            Some(RetryAfter::Seconds(seconds)) => i64::try_from(seconds)
                .ok()
                .and_then(TimeDelta::try_seconds)
                .unwrap_or(LONGEST),
            Some(RetryAfter::At(at)) => at - now,
            None => UNSAID,
        };
        let until = now + wait.clamp(TimeDelta::seconds(1), LONGEST);
        self.spent_until = Some(until);
        until
    }

    /// The source refuses the key.
    pub(super) fn is_key_refused(&mut self, now: DateTime<Utc>) {
        self.refused_until = Some(now + REFUSED_FOR);
    }

    /// The source takes the key.
    pub(super) fn is_key_taken(&mut self) {
        self.refused_until = None;
    }

    fn is_told_spent(&self, now: DateTime<Utc>) -> bool {
        self.spent_until.is_some_and(|until| now < until)
    }
}

fn day_in(zone: FixedOffset, now: DateTime<Utc>) -> NaiveDate {
    now.with_timezone(&zone).date_naive()
}

fn midnight_after(zone: FixedOffset, now: DateTime<Utc>) -> DateTime<Utc> {
    let tomorrow = day_in(zone, now)
        .checked_add_days(Days::new(1))
        .and_then(|day| {
            day.and_time(NaiveTime::MIN)
                .and_local_timezone(zone)
                .single()
        });
    tomorrow.map_or(now + LONGEST, |midnight| midnight.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }
    fn moscow(limit: u32) -> Quota {
        let zone = FixedOffset::east_opt(3 * 3600).unwrap();
        Quota::new(Some(Daily { limit, zone }))
    }

    #[test]
    fn a_day_ends_at_midnight_of_the_source() {
        let mut quota = moscow(2);
        let evening = at("2026-11-21T20:30:00Z");
        let midnight = at("2026-11-21T21:00:00Z");
        assert_eq!(quota.left(evening), Some(2));
        let (today, tomorrow) = (day(evening), day(midnight));
        assert_eq!(quota.take(evening), Ok(Some(today)));
        assert_eq!(quota.take(evening), Ok(Some(today)));
        assert_eq!(quota.left(evening), Some(0));
        assert_eq!(quota.take(evening), Err(Barred::Spent(midnight)));
        assert_eq!(quota.take(midnight), Ok(Some(tomorrow)));
        assert_eq!(quota.left(midnight), Some(1));
    }

    fn day(now: DateTime<Utc>) -> NaiveDate {
        day_in(FixedOffset::east_opt(3 * 3600).unwrap(), now)
    }

    #[test]
    fn what_others_have_asked_counts_too() {
        let mut quota = moscow(10);
        let now = at("2026-11-21T12:00:00Z");
        let midnight = at("2026-11-21T21:00:00Z");
        let today = quota.take(now).unwrap().unwrap();
        assert_eq!(quota.learn(today, 4, now), Ok(()));
        assert_eq!(quota.left(now), Some(6));
        // Somebody who has forgotten everything counts from one.
        assert_eq!(quota.learn(today, 1, now), Ok(()));
        assert_eq!(quota.left(now), Some(6));
        assert_eq!(quota.learn(today, 10, now), Ok(()));
        assert_eq!(quota.learn(today, 11, now), Err(Barred::Spent(midnight)));
        assert_eq!(quota.take(now), Err(Barred::Spent(midnight)));
        // The count of a day that is over says nothing of the next.
        quota.take(midnight).unwrap();
        assert_eq!(quota.learn(today, 11, midnight), Ok(()));
        assert_eq!(quota.left(midnight), Some(9));
    }

    #[test]
    fn what_the_source_says_counts_more_than_what_was_counted() {
        let mut quota = moscow(500);
        let now = at("2026-11-21T12:00:00Z");
        let until = quota.is_spent(now);
        assert_eq!(until, at("2026-11-21T21:00:00Z"));
        assert_eq!(quota.check(now), Err(Barred::Spent(until)));
        assert_eq!(quota.left(now), Some(0));
        assert_eq!(quota.check(until), Ok(()));
    }

    #[test]
    fn it_comes_back_when_the_source_says_and_soon_when_it_does_not() {
        let now = at("2026-11-21T12:00:00Z");
        for (said, seconds) in [
            (Some(RetryAfter::Seconds(7)), 7),
            (Some(RetryAfter::Seconds(0)), 1),
            (Some(RetryAfter::Seconds(u64::MAX)), 86_400),
            (Some(RetryAfter::At(at("2026-11-21T12:01:00Z"))), 60),
            (Some(RetryAfter::At(at("2020-01-01T00:00:00Z"))), 1),
            (None, 30),
        ] {
            let mut quota = Quota::new(None);
            let until = quota.is_too_much(now, said);
            assert_eq!(until, now + TimeDelta::seconds(seconds), "{said:?}");
            assert_eq!(quota.check(now), Err(Barred::Spent(until)));
            assert_eq!(quota.check(until), Ok(()));
        }
    }

    #[test]
    fn a_refused_key_is_tried_again_after_minutes() {
        let mut quota = Quota::new(None);
        let now = at("2026-11-21T12:00:00Z");
        quota.is_key_refused(now);
        assert_eq!(quota.take(now), Err(Barred::Refused));
        assert_eq!(quota.take(now + REFUSED_FOR), Ok(None));
        quota.is_key_refused(now);
        quota.is_key_taken();
        assert_eq!(quota.take(now), Ok(None));
    }

    proptest! {
        #[test]
        fn the_limit_of_a_day_is_never_passed(minutes in prop::collection::vec(0_i64..600, 1..200)) {
            let mut quota = moscow(20);
            let mut now = at("2026-11-21T00:00:00Z");
            let mut asked: std::collections::HashMap<NaiveDate, u32> = std::collections::HashMap::new();
            for pause in minutes {
                now += TimeDelta::minutes(pause);
                if quota.take(now).is_ok() {
                    let day = now.with_timezone(&FixedOffset::east_opt(3 * 3600).unwrap());
                    *asked.entry(day.date_naive()).or_default() += 1;
                }
            }
            prop_assert!(asked.values().all(|count| *count <= 20));
        }
    }
}
