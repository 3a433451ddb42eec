//! What a text means, in the numbers of a model.
use super::FilmId;
use std::{cmp::Reverse, fmt};

/// A direction in the space of a model: of texts that mean alike they are alike.
///
/// A byte for each dimension is kept. That is enough to tell near from far, and forty thousand films
/// take sixty megabytes where a model has 1,536 dimensions.
#[derive(Clone, PartialEq)]
pub struct Meaning {
    steps: Box<[i8]>,
    length: f64,
}

impl Meaning {
    /// The most dimensions.
    pub const MOST: usize = 8_192;

    /// Takes over the numbers of a model; none where they point nowhere.
    #[must_use]
    pub fn from_numbers(numbers: &[f32]) -> Option<Self> {
        let largest = numbers.iter().map(|number| number.abs());
        let largest = largest.fold(0.0_f32, f32::max);
        let is_fit = numbers.iter().all(|number| number.is_finite());
        if !is_fit || largest < f32::MIN_POSITIVE {
            return None;
        }
        let steps = numbers.iter().map(|number| nearest_step(number / largest));
        Self::of(steps.collect())
    }

    /// Reads what [`bytes`](Self::bytes) wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let steps = bytes.iter().map(|byte| i8::from_ne_bytes([*byte]));
        Self::of(steps.collect())
    }

    /// A byte for each dimension.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let bytes = self.steps.iter().flat_map(|step| step.to_ne_bytes());
        bytes.collect()
    }

    /// How many dimensions the space has.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.steps.len()
    }

    /// How alike two meanings are, from -1 to 1; not at all where they are of different spaces.
    #[must_use]
    pub fn closeness(&self, other: &Self) -> f64 {
        if self.steps.len() != other.steps.len() {
            return 0.0;
        }
        f64::from(product(&self.steps, &other.steps)) / (self.length * other.length)
    }

    fn of(steps: Box<[i8]>) -> Option<Self> {
        if steps.len() > Self::MOST {
            return None;
        }
        let length = f64::from(product(&steps, &steps)).sqrt();
        (length > 0.0).then_some(Self { steps, length })
    }
}

impl fmt::Debug for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Meaning(.. {})", self.steps.len())
    }
}

/// The sum of the products; of 8,192 dimensions it stays within the type.
fn product(one: &[i8], other: &[i8]) -> i32 {
    let pairs = one.iter().zip(other);
    pairs
        .map(|(one, other)| i32::from(*one) * i32::from(*other))
        .sum()
}

/// The nearest of 127 steps to either side, for a number from -1 to 1.
fn nearest_step(number: f32) -> i8 {
    /// Beside so large a number only whole ones can be told apart, so that adding it rounds.
    const ROUNDS: f32 = 12_582_912.0;
    let [lowest, ..] = number.mul_add(127.0, ROUNDS).to_bits().to_le_bytes();
    i8::from_le_bytes([lowest])
}

/// The films that mean most nearly the same, the nearest first; none that means rather the opposite.
pub fn nearest<'a>(
    meant: &Meaning,
    films: impl Iterator<Item = (&'a FilmId, &'a Meaning)>,
    most: usize,
) -> Vec<FilmId> {
    let mut near: Vec<(f64, Reverse<FilmId>)> = films
        .map(|(film, meaning)| (meant.closeness(meaning), Reverse(*film)))
        .filter(|(closeness, _)| *closeness > 0.0)
        .collect();
    let best_first = |one: &(f64, Reverse<FilmId>), other: &(f64, Reverse<FilmId>)| {
        let by_closeness = other.0.total_cmp(&one.0);
        by_closeness.then_with(|| other.1.cmp(&one.1))
    };
    if near.len() > most {
        near.select_nth_unstable_by(most, best_first);
        near.truncate(most);
    }
    near.sort_unstable_by(best_first);
    near.into_iter().map(|(_, Reverse(film))| film).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn meaning(numbers: &[f32]) -> Meaning {
        Meaning::from_numbers(numbers).unwrap()
    }

    #[test]
    fn numbers_become_the_nearest_steps() {
        let bytes = meaning(&[1.0, -1.0, 0.5, 0.004, 0.0]).bytes();
        assert_eq!(
            bytes,
            [127_i8, -127, 64, 1, 0].map(|step| step.to_ne_bytes()[0])
        );
        // How long an arrow is does not matter.
        assert_eq!(meaning(&[3.0, -1.5]), meaning(&[2.0, -1.0]));
    }

    #[test]
    fn what_points_nowhere_means_nothing() {
        for numbers in [
            &[][..],
            &[0.0, 0.0],
            &[f32::NAN, 1.0],
            &[f32::INFINITY],
            &vec![1.0; Meaning::MOST + 1],
        ] {
            assert_eq!(Meaning::from_numbers(numbers), None);
        }
        assert_eq!(Meaning::from_bytes(&[0, 0]), None);
    }

    #[test]
    fn closeness_runs_from_minus_one_to_one() {
        let closeness = |one: &[f32], other: &[f32]| meaning(one).closeness(&meaning(other));
        assert!((closeness(&[1.0, 2.0], &[2.0, 4.0]) - 1.0).abs() < 1e-9);
        assert!((closeness(&[1.0, 2.0], &[-1.0, -2.0]) + 1.0).abs() < 1e-9);
        assert!(closeness(&[1.0, 0.0], &[0.0, 1.0]).abs() < 1e-9);
        assert!(closeness(&[1.0], &[1.0, 0.0]).abs() < 1e-9);
    }

    #[test]
    fn the_nearest_films_come_first_and_opposite_ones_not_at_all() {
        let film = |number| Id::from_uuid(Uuid::from_u128(number));
        let films = [
            (film(1), meaning(&[0.0, 1.0])),
            (film(2), meaning(&[1.0, 0.1])),
            (film(3), meaning(&[1.0, 1.0])),
            (film(4), meaning(&[-1.0, 0.0])),
            (film(5), meaning(&[1.0, 1.0])),
        ];
        let near = |most| {
            let films = films.iter().map(|(film, meaning)| (film, meaning));
            nearest(&meaning(&[1.0, 0.2]), films, most)
        };
        assert_eq!(near(9), [2, 3, 5, 1].map(film));
        assert_eq!(near(2), [2, 3].map(film));
        assert_eq!(near(0), []);
    }

    proptest! {
        #[test]
        fn bytes_round_trip_and_steps_are_near(
            numbers in prop::collection::vec(-1.0_f32..1.0, 1..64)
        ) {
            let Some(meaning) = Meaning::from_numbers(&numbers) else {
                return Ok(());
            };
            let read = Meaning::from_bytes(&meaning.bytes());
            prop_assert_eq!(read.as_ref(), Some(&meaning));
            let largest = numbers.iter().map(|number| number.abs()).fold(0.0, f32::max);
            for (step, number) in meaning.steps.iter().zip(&numbers) {
                let told = f32::from(*step) / 127.0 * largest;
                prop_assert!((told - number).abs() <= largest / 127.0 * 0.51);
            }
        }
    }
}
