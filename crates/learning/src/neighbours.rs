//! For each film those that go with it, and how strongly: a sparse matrix by rows.
use crate::numbers::{number, place};

/// The strongest neighbours of each film.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Neighbours {
    /// Where the row of each film begins, and where the last one ends.
    pub(crate) starts: Vec<u32>,
    pub(crate) films: Vec<u32>,
    pub(crate) weights: Vec<f32>,
}

impl Neighbours {
    /// No rows yet.
    pub(crate) fn new() -> Self {
        Self {
            starts: vec![0],
            films: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// Adds the row of the next film: its `most` strongest neighbours, whatever their sign, by film.
    pub(crate) fn push(&mut self, row: &mut Vec<(u32, f32)>, most: usize) {
        row.retain(|(_, weight)| weight.is_finite() && *weight != 0.0);
        if most < row.len() {
            row.select_nth_unstable_by(most, |(_, one), (_, other)| {
                other.abs().total_cmp(&one.abs())
            });
            row.truncate(most);
        }
        row.sort_unstable_by_key(|(film, _)| *film);
        for (film, weight) in row.iter() {
            self.films.push(*film);
            self.weights.push(*weight);
        }
        self.starts.push(number(self.films.len()));
    }

    /// The neighbours of a film and their weights.
    pub fn of(&self, film: u32) -> impl Iterator<Item = (u32, f32)> {
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| place(*start));
        let (from, to) = (bound(place(film)), bound(place(film).saturating_add(1)));
        let films = self.films.get(from..to).unwrap_or_default();
        let weights = self.weights.get(from..to).unwrap_or_default();
        films.iter().copied().zip(weights.iter().copied())
    }

    /// Adds a film's neighbours to scores, as strongly as `times`.
    pub(crate) fn add_to(&self, scores: &mut [f32], film: u32, times: f32) {
        for (other, weight) in self.of(film) {
            if let Some(score) = scores.get_mut(place(other)) {
                *score += times * weight;
            }
        }
    }

    /// Whether every row points at films that there are.
    pub(crate) fn is_sound(&self, films: usize) -> bool {
        self.starts.len() == films + 1
            && self.starts.first() == Some(&0)
            && self.starts.is_sorted()
            && self.starts.last().map(|last| place(*last)) == Some(self.films.len())
            && self.films.len() == self.weights.len()
            && self.films.iter().all(|film| place(*film) < films)
            && self.weights.iter().all(|weight| weight.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_neighbours_are_kept_whatever_their_sign() {
        let mut neighbours = Neighbours::new();
        neighbours.push(&mut vec![(0, 0.1), (1, -3.0), (2, 2.0), (3, f32::NAN)], 2);
        for _ in 1..4 {
            neighbours.push(&mut Vec::new(), 2);
        }
        assert_eq!(neighbours.of(0).collect::<Vec<_>>(), [(1, -3.0), (2, 2.0)]);
        assert_eq!(neighbours.of(1).count(), 0);
        assert_eq!(neighbours.of(9).count(), 0);
        assert!(neighbours.is_sound(4));
    }

    #[test]
    fn neighbours_that_are_no_films_are_noticed() {
        let mut neighbours = Neighbours::new();
        neighbours.push(&mut vec![(5, 1.0)], 2);
        assert!(!neighbours.is_sound(1));
    }
}
