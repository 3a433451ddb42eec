//! What many people think of a film.
use super::Rating;

/// What several people think of a film, all together.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Opinion {
    count: u64,
    mean: f64,
}

impl Opinion {
    /// What is thought of a film of which nobody has said anything: a 7, near which ratings from 1 to 10
    /// lie on the whole, because people choose what they see.
    pub const PRIOR_MEAN: f64 = 7.0;
    /// How many people's ratings that is worth.
    pub const PRIOR_COUNT: f64 = 10.0;

    /// The opinion of so many people whose ratings have this mean.
    #[must_use]
    pub const fn new(count: u64, mean: f64) -> Self {
        Self { count, mean }
    }

    /// The opinion that ratings make.
    #[must_use]
    pub fn of(ratings: impl IntoIterator<Item = Rating>) -> Self {
        let (mut count, mut number, mut total) = (0, 0.0, 0.0);
        for rating in ratings {
            count += 1;
            number += 1.0;
            total += f64::from(rating.get());
        }
        Self::new(count, if count == 0 { 0.0 } else { total / number })
    }

    /// How many people rated the film.
    #[must_use]
    pub const fn count(self) -> u64 {
        self.count
    }

    /// The mean of their ratings, if there is any.
    #[must_use]
    pub fn mean(self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The mean drawn towards [`PRIOR_MEAN`](Self::PRIOR_MEAN) as if
    /// [`PRIOR_COUNT`](Self::PRIOR_COUNT) more people had given just that (the Bayesian mean under such a
    /// prior): one ten does not make the best film of all, and a thousand nines are nearly a nine.
    #[must_use]
    pub fn shrunken_mean(self) -> f64 {
        // Far more people than there are would be counted right.
        let count = f64::from(u32::try_from(self.count).unwrap_or(u32::MAX));
        let all = Self::PRIOR_COUNT + count;
        (Self::PRIOR_MEAN * Self::PRIOR_COUNT + self.mean * count) / all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_ratings_move_the_mean_little_and_many_make_it() {
        let nobody = Opinion::default();
        assert_eq!(nobody.mean(), None);
        assert!((nobody.shrunken_mean() - Opinion::PRIOR_MEAN).abs() < 1e-9);
        let one = Opinion::of([Rating::MAX]);
        assert_eq!((one.count(), one.mean()), (1, Some(10.0)));
        assert!(one.shrunken_mean() < 7.3);
        let many = Opinion::new(10_000, 9.0);
        assert!((many.shrunken_mean() - 9.0).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn the_shrunken_mean_lies_between_the_prior_and_the_mean(
            ratings in proptest::collection::vec(1_i64..=10, 1..200),
        ) {
            let ratings = ratings.into_iter().filter_map(|value| Rating::try_from(value).ok());
            let opinion = Opinion::of(ratings);
            let mean = opinion.mean().unwrap();
            let (low, high) = (mean.min(Opinion::PRIOR_MEAN), mean.max(Opinion::PRIOR_MEAN));
            let shrunken = opinion.shrunken_mean();
            prop_assert!(low - 1e-9 <= shrunken && shrunken <= high + 1e-9);
        }
    }
}
