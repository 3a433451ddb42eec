//! How much films are on people's minds at a time: acts counted by short periods, which fade.
use crate::{
    acts::Acts,
    numbers::{number, place, real},
};
use std::collections::BTreeMap;

/// How many seconds make a period: ten days.
const PERIOD: i64 = 10 * 24 * 60 * 60;
/// After how many periods an act counts e times less: sixty days.
const FADING: f32 = 6.0;
/// Beyond so many periods an act counts nothing.
const FORGOTTEN: i64 = 72;
/// Counted with every film, so that one act does not mean the world.
const SPARE: f32 = 1e-3;

/// The acts of each period, by film.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trend {
    /// The first period that counts, in periods since 1970.
    pub(crate) first: i64,
    /// Where the acts of each period begin, from the first one on, and where the last ones end.
    pub(crate) starts: Vec<u32>,
    pub(crate) films: Vec<u32>,
    pub(crate) counts: Vec<f32>,
}

impl Trend {
    /// Counts acts, where it is known when they were.
    pub(crate) fn new(acts: &Acts) -> Self {
        /// Acts of a longer time are not told apart: no more periods than this are held.
        const MOST_PERIODS: i64 = 4_000;
        let mut periods: BTreeMap<i64, BTreeMap<u32, f32>> = BTreeMap::new();
        for act in acts.iter() {
            let period = periods.entry(act.at.div_euclid(PERIOD)).or_default();
            *period.entry(act.film).or_insert(0.0) += 1.0;
        }
        let (Some((first, _)), Some((last, _))) =
            (periods.first_key_value(), periods.last_key_value())
        else {
            return Self::default();
        };
        if first == last {
            return Self::default();
        }
        let (first, last) = ((*first).max(last.saturating_sub(MOST_PERIODS)), *last);
        let mut trend = Self {
            first,
            starts: vec![0],
            ..Self::default()
        };
        for period in first..=last {
            for (film, count) in periods.get(&period).into_iter().flatten() {
                trend.films.push(*film);
                trend.counts.push(*count);
            }
            trend.starts.push(number(trend.films.len()));
        }
        trend
    }

    /// Whether anything is known of when acts were.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.films.is_empty()
    }

    /// The last time of which anything is known, in seconds since 1970.
    #[must_use]
    pub fn newest(&self) -> i64 {
        let periods = i64::try_from(self.starts.len()).unwrap_or(0) - 1;
        (self.first + periods.max(0)).saturating_mul(PERIOD) - 1
    }

    /// How much each film is on people's minds at a time, as a logarithm. After the newest act it is as
    /// it was then.
    pub(crate) fn at(&self, now: i64, films: usize) -> Vec<f32> {
        let mut sums = vec![SPARE; films];
        let now = now.min(self.newest()).div_euclid(PERIOD);
        let all = (self.first..).zip(self.starts.iter().zip(self.starts.iter().skip(1)));
        let near = all.filter(|(period, _)| (now - period).abs() <= FORGOTTEN);
        for (period, (from, to)) in near {
            let weight = (-real((now - period).abs()) / FADING).exp();
            let range = place(*from)..place(*to);
            let films = self.films.get(range.clone()).unwrap_or_default();
            let counts = self.counts.get(range).unwrap_or_default();
            for (film, count) in films.iter().zip(counts) {
                if let Some(sum) = sums.get_mut(place(*film)) {
                    *sum += weight * count;
                }
            }
        }
        for sum in &mut sums {
            *sum = sum.ln();
        }
        sums
    }

    pub(crate) fn is_sound(&self, films: usize) -> bool {
        let end = self.starts.last().map_or(0, |last| place(*last));
        self.starts.is_sorted()
            && self.starts.first().is_none_or(|first| *first == 0)
            && self.films.len() == end
            && self.counts.len() == end
            && self.films.iter().all(|film| place(*film) < films)
            && self
                .counts
                .iter()
                .all(|count| count.is_finite() && *count >= 0.0)
            && self.first.checked_mul(PERIOD).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Act;

    fn trend(times: &[(u32, i64)]) -> Trend {
        let act = |(user, (film, days)): (u32, &(u32, i64))| Act {
            user,
            film: *film,
            stars: 4.0,
            at: days * 86_400,
        };
        Trend::new(&Acts::new((0..).zip(times).map(act).collect(), 3, 10))
    }

    #[test]
    fn what_was_popular_then_is_so_at_that_time_and_fades() {
        let trend = trend(&[(0, 1_000), (0, 1_001), (1, 3_000)]);
        let then = trend.at(1_000 * 86_400, 3);
        let later = trend.at(3_000 * 86_400, 3);
        assert!(then[0] > then[1] && (then[1] - then[2]).abs() < f32::EPSILON);
        assert!(later[1] > later[0]);
        assert_eq!(trend.at(i64::MAX, 3), later);
        assert!(trend.is_sound(3) && !trend.is_sound(1));
    }

    #[test]
    fn without_times_there_is_no_trend() {
        assert!(trend(&[(0, 0), (1, 0)]).is_empty());
        assert!(trend(&[]).is_empty());
        assert_eq!(trend(&[]).at(0, 2), vec![SPARE.ln(); 2]);
    }
}
