//! Which kinds of taste there are: a few directions that tell the most of all acts.
//!
//! Weights between films tell well what goes with what where many acts are known, and little of films
//! that few people know. The leading singular vectors of the matrix of acts (Cremonesi, Koren and Turrin
//! 2010, "Performance of Recommender Algorithms on Top-N Recommendation Tasks") are coarser and hold
//! there too. The matrix is divided by powers of how many acts a user and a film have (as in Shen et al.
//! 2021, "How Powerful is Graph Convolution for Recommendation?"), so that the directions are not merely
//! those of what is popular; what comes out is multiplied by the film's again. Only the space that the
//! vectors span counts, so they are found by subspace iteration, which goes through the acts a few times
//! and needs no matrix as wide as there are films or users.
use crate::{
    acts::Acts,
    numbers::{place, real},
};
use faer::{Accum, Mat, MatRef, Par, linalg::matmul::matmul};

/// The power of a film's acts by which each of them counts less.
const POPULARITY: f32 = 0.4;
/// The power of a user's acts by which each of them counts less.
const BUSYNESS: f32 = 0.5;
/// How often the acts are gone through.
const ROUNDS: usize = 8;
/// There are no more directions than one for so many users, or so many films.
const SHARED_BY: usize = 8;

/// How far each film leans in each direction.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Leanings {
    /// How many directions there are.
    pub(crate) width: u32,
    /// How far the first film leans in each, then the next one, popular ones further.
    pub(crate) films: Vec<f32>,
}

impl Leanings {
    /// Learns at most so many directions.
    pub(crate) fn new(acts: &Acts, most: u32) -> Self {
        let popularity = acts.popularity();
        let known = popularity.iter().filter(|count| **count > 0.0).count();
        let shared = u32::try_from(known.min(acts.users()) / SHARED_BY).unwrap_or(most);
        let width = most.min(shared);
        if width == 0 {
            return Self::default();
        }
        let lift: Vec<f32> = popularity.into_iter().map(lift).collect();
        let mut space = scattered(acts.films, place(width));
        for _ in 0..ROUNDS {
            space = through(acts, &lift, &space).qr().compute_thin_Q();
        }
        let lifted = (0..acts.films).zip(&lift);
        let films =
            lifted.flat_map(|(film, lift)| space.row(film).iter().map(move |entry| entry * lift));
        Self {
            width,
            films: films.collect(),
        }
    }

    /// How well each film suits somebody who took to some films, each as strongly as `times`; the
    /// popularity is the logarithm of one more than the acts of each film.
    pub(crate) fn score(
        &self,
        past: impl Iterator<Item = (u32, f32)>,
        popularity: &[f32],
    ) -> Vec<f32> {
        let width = place(self.width).max(1);
        let mut own = vec![0.0_f32; width];
        for (film, times) in past {
            let count = popularity.get(place(film)).copied().unwrap_or(0.0);
            let times = times / lift(count.exp_m1()).powi(2);
            let film = self.films.chunks_exact(width).nth(place(film));
            for (sum, entry) in own.iter_mut().zip(film.into_iter().flatten()) {
                *sum += times * entry;
            }
        }
        let mut scores = Mat::<f32>::zeros(self.films.len() / width, 1);
        let leanings = MatRef::from_column_major_slice(&self.films, width, scores.nrows());
        let own = MatRef::from_column_major_slice(&own, width, 1);
        matmul(
            &mut scores,
            Accum::Replace,
            leanings.transpose(),
            own,
            1.0,
            Par::Seq,
        );
        scores.col_as_slice(0).to_vec()
    }

    /// Whether there is nothing to go by.
    pub(crate) fn is_empty(&self) -> bool {
        self.width == 0
    }

    pub(crate) fn is_sound(&self, films: usize) -> bool {
        place(self.width).checked_mul(films) == Some(self.films.len())
            && self.films.iter().all(|entry| entry.is_finite())
    }
}

/// By how much a film of so many acts is lifted above others.
fn lift(count: f32) -> f32 {
    count.max(1.0).powf(POPULARITY)
}

/// Numbers from -1 to 1 that follow no pattern, the same ones each time.
fn scattered(films: usize, width: usize) -> Mat<f32> {
    /// The constants of `SplitMix64`.
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    const MIX: [u64; 2] = [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb];
    let mut state = 0_u64;
    Mat::from_fn(films, width, |_, _| {
        state = state.wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(MIX[0]);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(MIX[1]);
        // The upper half as a share of all numbers that it can be.
        real((mixed ^ (mixed >> 31)) >> 32) / real(u32::MAX) * 2.0 - 1.0
    })
}

/// The rows of a matrix.
fn rows(matrix: &Mat<f32>) -> impl Iterator<Item = Vec<f32>> {
    let row = |at| matrix.row(at).iter().copied().collect();
    (0..matrix.nrows()).map(row)
}

/// `RᵀR` times a matrix, where R are the acts, divided by the powers.
fn through(acts: &Acts, lift: &[f32], space: &Mat<f32>) -> Mat<f32> {
    let before: Vec<Vec<f32>> = rows(space).collect();
    let mut after = vec![vec![0.0_f32; space.ncols()]; before.len()];
    let mut sum = vec![0.0_f32; space.ncols()];
    for line in &acts.lines {
        sum.fill(0.0);
        // The user's power counts in both factors.
        let busy = real(line.0.len().max(1)).powf(-2.0 * BUSYNESS);
        let films = || line.0.iter().map(|act| place(act.film));
        let lowered = |film: usize| lift.get(film).map_or(0.0, |lift| lift.recip());
        for film in films() {
            let times = lowered(film);
            for (sum, entry) in sum.iter_mut().zip(before.get(film).into_iter().flatten()) {
                *sum += times * entry;
            }
        }
        for film in films() {
            let times = busy * lowered(film);
            for (entry, sum) in after.get_mut(film).into_iter().flatten().zip(&sum) {
                *entry += times * sum;
            }
        }
    }
    Mat::from_fn(before.len(), space.ncols(), |row, column| {
        let row = after.get(row);
        row.and_then(|row| row.get(column)).copied().unwrap_or(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Act;

    /// Users of even numbers take to even films, the others to the others.
    fn acts(users: u32, films: u32) -> Acts {
        let acts = (0..users).flat_map(|user| {
            let own = (0..films).filter(move |film| film % 2 == user % 2 && film % 5 != user % 5);
            own.map(move |film| Act {
                user,
                film,
                stars: 4.0,
                at: 0,
            })
        });
        Acts::new(acts.collect(), place(films), 100)
    }

    fn popularity(acts: &Acts) -> Vec<f32> {
        acts.popularity().into_iter().map(f32::ln_1p).collect()
    }

    #[test]
    fn who_leans_one_way_is_offered_what_lies_that_way() {
        let acts = acts(40, 20);
        let leanings = Leanings::new(&acts, 2);
        assert_eq!(leanings.width, 2);
        let scores = leanings.score([(0, 1.0), (2, 1.0)].into_iter(), &popularity(&acts));
        let lowest_even = (0..20).step_by(2).map(|film| scores[film]);
        let highest_odd = (1..20).step_by(2).map(|film| scores[film]);
        assert!(lowest_even.fold(f32::MAX, f32::min) > highest_odd.fold(f32::MIN, f32::max));
    }

    #[test]
    fn the_space_is_that_of_the_singular_vectors() {
        // Of two circles without anything in common, the matrix of acts has one singular vector each:
        // all of its films alike. A projection of one film is then the same on each of its circle.
        let acts = (0..32_u32).flat_map(|user| {
            let circle = (0..16_u32).filter(move |film| (film % 4 == 0) == (user % 4 == 0));
            circle.map(move |film| Act {
                user,
                film,
                stars: 4.0,
                at: 0,
            })
        });
        let acts = Acts::new(acts.collect(), 16, 100);
        let leanings = Leanings::new(&acts, 2);
        let scores = leanings.score([(1, 1.0)].into_iter(), &popularity(&acts));
        for (film, score) in scores.iter().enumerate() {
            let expected = if film % 4 == 0 { 0.0 } else { 1.0 / 12.0 };
            assert!((score - expected).abs() < 1e-4, "{film}: {score}");
        }
    }

    #[test]
    fn a_few_people_have_no_directions_and_films_of_nobody_lean_nowhere() {
        assert!(Leanings::new(&acts(7, 20), 8).is_empty());
        assert!(Leanings::new(&Acts::default(), 8).is_empty());
        let mut acts = acts(40, 20);
        acts.films = 21;
        let leanings = Leanings::new(&acts, 2);
        assert!(leanings.is_sound(21) && !leanings.is_sound(20));
        let scores = leanings.score([(20, 1.0), (99, 1.0)].into_iter(), &[0.0; 21]);
        assert!(scores.iter().all(|score| score.abs() < 1e-6));
    }
}
