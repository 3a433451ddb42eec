//! How much a user liked a film.
use crate::{catalogue::FilmId, identity::UserId};
use chrono::{DateTime, Utc};

/// How much somebody liked a film, from 1 to 10.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rating(u8);

/// The number is no rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between {min} and {max}, got {0}", min = Rating::MIN.get(), max = Rating::MAX.get())]
pub struct RatingOutOfRange(pub i64);

/// The number is not one of half stars, of which a film gets one to ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a multiple of 0.5 between 0.5 and 5")]
pub struct NotHalfStars;

impl Rating {
    /// The lowest one.
    pub const MIN: Self = Self(1);
    /// The highest one.
    pub const MAX: Self = Self(10);

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The same in stars, of which there are five and halves of them.
    #[must_use]
    pub fn stars(self) -> f64 {
        f64::from(self.0) / 2.0
    }

    /// Reads a number of stars, of which there are five and halves of them.
    ///
    /// # Errors
    /// [`NotHalfStars`] for any other number.
    pub fn from_stars(stars: f64) -> Result<Self, NotHalfStars> {
        let mut all = (Self::MIN.0..=Self::MAX.0).map(Self);
        // Halves are exact in binary.
        all.find(|rating| rating.stars().total_cmp(&stars).is_eq())
            .ok_or(NotHalfStars)
    }
}

impl TryFrom<i64> for Rating {
    type Error = RatingOutOfRange;
    fn try_from(value: i64) -> Result<Self, RatingOutOfRange> {
        u8::try_from(value)
            .ok()
            .map(Self)
            .filter(|rating| (Self::MIN..=Self::MAX).contains(rating))
            .ok_or(RatingOutOfRange(value))
    }
}

/// What a user thinks of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmRating {
    /// Whose opinion it is.
    pub user: UserId,
    /// Of which film.
    pub film: FilmId,
    /// How much they liked it.
    pub rating: Rating,
    /// Since when they say so.
    pub rated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_rating_is_from_one_to_ten() {
        assert_eq!(Rating::try_from(0), Err(RatingOutOfRange(0)));
        assert_eq!(Rating::try_from(1), Ok(Rating::MIN));
        assert_eq!(Rating::try_from(10), Ok(Rating::MAX));
        assert_eq!(
            Rating::try_from(11).unwrap_err().to_string(),
            "must be between 1 and 10, got 11"
        );
    }

    #[test]
    fn only_halves_of_five_stars_are_ratings() {
        assert_eq!(Rating::from_stars(0.5), Ok(Rating::MIN));
        assert_eq!(Rating::from_stars(4.5).map(Rating::get), Ok(9));
        assert_eq!(Rating::from_stars(5.0), Ok(Rating::MAX));
        for stars in [0.0, -0.5, 0.25, 4.500_000_1, 5.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Rating::from_stars(stars), Err(NotHalfStars), "{stars}");
        }
    }

    proptest! {
        #[test]
        fn stars_and_numbers_mean_the_same(value in any::<i64>()) {
            match Rating::try_from(value) {
                Ok(rating) => {
                    prop_assert_eq!(i64::from(rating.get()), value);
                    prop_assert_eq!(Rating::from_stars(rating.stars()), Ok(rating));
                }
                Err(refused) => {
                    prop_assert_eq!(refused, RatingOutOfRange(value));
                    prop_assert!(!(1..=10).contains(&value));
                }
            }
        }
    }
}
