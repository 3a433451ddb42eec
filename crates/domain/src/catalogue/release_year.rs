//! The year of a film's first release.

/// A year, 1 or later; the contract with clients knows no last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseYear(i32);

/// The number is not a year of release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a year between 1 and {max}, got {0}", max = ReleaseYear::MAX)]
pub struct YearOutOfRange(pub i64);

impl ReleaseYear {
    /// The last year that is told apart.
    pub const MAX: i32 = i32::MAX;

    /// The year as a number.
    #[must_use]
    pub const fn get(self) -> i32 {
        self.0
    }
}

impl TryFrom<i64> for ReleaseYear {
    type Error = YearOutOfRange;
    fn try_from(year: i64) -> Result<Self, YearOutOfRange> {
        i32::try_from(year)
            .ok()
            .filter(|year| *year >= 1)
            .map(Self)
            .ok_or(YearOutOfRange(year))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exactly_the_years_in_bounds_are_accepted(year in prop_oneof![-20_000_i64..20_000, Just(i64::from(i32::MAX)), i64::from(i32::MAX)..]) {
            let parsed = ReleaseYear::try_from(year);
            prop_assert_eq!(parsed.is_ok(), (1..=i64::from(i32::MAX)).contains(&year));
            if let Ok(parsed) = parsed {
                prop_assert_eq!(i64::from(parsed.get()), year);
            }
        }
    }
}
