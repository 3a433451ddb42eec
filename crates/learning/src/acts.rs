//! What people did with films, in the order in which they did it.
use crate::numbers::place;

/// Somebody did something with a film: rated it, liked it, saw it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Act {
    /// Who, by a number from 0.
    pub user: u32,
    /// With which film, by a number from 0.
    pub film: u32,
    /// How much they liked it, in stars from 0.5 to 5.
    pub stars: f32,
    /// When, in seconds; the same for all where it is not known.
    pub at: i64,
}

/// The acts of one user, the oldest first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line(pub(crate) Vec<Act>);

impl Line {
    /// Whether it is known what came before what.
    pub(crate) fn is_ordered(&self) -> bool {
        let times = || self.0.iter().map(|act| act.at);
        times().min() != times().max()
    }
}

/// All acts that are learned from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Acts {
    pub(crate) lines: Vec<Line>,
    pub(crate) films: usize,
}

impl Acts {
    /// Sorts acts by user and time. Of what a user did several times with a film the last counts, and
    /// of each user the `most_of_each` newest acts do, so that nobody speaks louder for having said more
    /// than a person can. What is no number is left out.
    #[must_use]
    pub fn new(mut acts: Vec<Act>, films: usize, most_of_each: usize) -> Self {
        acts.retain(|act| act.stars.is_finite() && place(act.film) < films);
        acts.sort_by_key(|act| (act.user, act.film, act.at));
        acts.reverse();
        acts.dedup_by_key(|act| (act.user, act.film));
        acts.sort_by_key(|act| (act.user, act.at, act.film));
        let lines = acts.chunk_by(|one, other| one.user == other.user);
        let lines = lines.map(|line| {
            let too_many = line.len().saturating_sub(most_of_each);
            Line(line.iter().skip(too_many).copied().collect())
        });
        Self {
            lines: lines.collect(),
            films,
        }
    }

    /// How many users did anything.
    #[must_use]
    pub fn users(&self) -> usize {
        self.lines.len()
    }

    /// How many acts count.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lines.iter().map(|line| line.0.len()).sum()
    }

    /// How many users did something with each film.
    pub(crate) fn popularity(&self) -> Vec<f32> {
        let mut counts = vec![0.0; self.films];
        for act in self.iter() {
            if let Some(count) = counts.get_mut(place(act.film)) {
                *count += 1.0;
            }
        }
        counts
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Act> {
        self.lines.iter().flat_map(|line| &line.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(user: u32, film: u32, stars: f32, at: i64) -> Act {
        Act {
            user,
            film,
            stars,
            at,
        }
    }

    #[test]
    fn acts_are_put_in_order_and_the_last_word_counts() {
        let acts = vec![
            act(7, 1, 2.0, 30),
            act(7, 0, 4.0, 20),
            act(7, 1, 5.0, 10),
            act(7, 9, 5.0, 10),
            act(8, 0, f32::NAN, 1),
        ];
        let sorted = Acts::new(acts, 2, 100);
        assert_eq!(sorted.users(), 1);
        assert_eq!(sorted.lines[0].0, [act(7, 0, 4.0, 20), act(7, 1, 2.0, 30)]);
    }

    #[test]
    fn of_each_user_the_newest_acts_count() {
        let acts = (0..10).map(|film| act(1, film, 4.0, film.into())).collect();
        let sorted = Acts::new(acts, 10, 3);
        let films: Vec<u32> = sorted.iter().map(|act| act.film).collect();
        assert_eq!(films, [7, 8, 9]);
    }
}
