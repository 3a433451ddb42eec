//! Years of a diary.
use chrono::NaiveDate;

/// A year in which somebody may have seen a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DiaryYear(i32);

/// The number is no such year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a year from {first} to {last}, got {0}", first = DiaryYear::FIRST, last = DiaryYear::LAST)]
pub struct DiaryYearOutOfRange(pub i64);

impl DiaryYear {
    /// The year in which the first film was made.
    pub const FIRST: i32 = 1888;
    /// The last year that dates are written with four digits.
    pub const LAST: i32 = 9999;

    /// The year as a number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }

    /// Its first and its last day.
    #[must_use]
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        let day = |month, day| NaiveDate::from_ymd_opt(self.0, month, day).unwrap_or_default();
        (day(1, 1), day(12, 31))
    }
}

impl TryFrom<i64> for DiaryYear {
    type Error = DiaryYearOutOfRange;
    fn try_from(year: i64) -> Result<Self, DiaryYearOutOfRange> {
        i32::try_from(year)
            .ok()
            .filter(|year| (Self::FIRST..=Self::LAST).contains(year))
            .map(Self)
            .ok_or(DiaryYearOutOfRange(year))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_its_days() {
        let (first, last) = DiaryYear::try_from(2026).unwrap().days();
        assert_eq!(first.to_string(), "2026-01-01");
        assert_eq!(last.to_string(), "2026-12-31");
        for year in [1887, 10_000, i64::MAX] {
            assert_eq!(DiaryYear::try_from(year), Err(DiaryYearOutOfRange(year)));
        }
    }
}
