//! The year of a film's first release.

/// A year from 1 to 9999; the bounds are those of the client contract and of four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseYear(u16);

/// The number is not a year of release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a year between 1 and 9999, got {0}")]
pub struct YearOutOfRange(pub i64);

impl ReleaseYear {
    /// The year as a number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for ReleaseYear {
    type Error = YearOutOfRange;
    fn try_from(year: i64) -> Result<Self, YearOutOfRange> {
        u16::try_from(year)
            .ok()
            .filter(|year| (1..=9999).contains(year))
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
        fn exactly_the_years_in_bounds_are_accepted(year in -20_000_i64..20_000) {
            let parsed = ReleaseYear::try_from(year);
            prop_assert_eq!(parsed.is_ok(), (1..=9999).contains(&year));
            if let Ok(parsed) = parsed {
                prop_assert_eq!(i64::from(parsed.get()), year);
            }
        }
    }
}
