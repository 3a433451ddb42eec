//! What people turn to next: films that follow one another in people's histories.
use crate::{
    acts::Acts,
    neighbours::Neighbours,
    numbers::{number, place, real},
};

/// How the films of a history have to do with one another by the steps between them.
pub(crate) struct Steps {
    /// How much a film so many steps later counts.
    pub(crate) later: fn(f32) -> f32,
    /// How much a film so many steps earlier counts; without it, none does.
    pub(crate) earlier: Option<fn(f32) -> f32>,
    /// The most steps.
    pub(crate) most: usize,
    /// The powers by which the popularity of the film before and of the one after count against them.
    pub(crate) damping: (f32, f32),
}

impl Steps {
    /// What follows, soon or in a while.
    pub(crate) const fn next() -> Self {
        Self {
            later: |steps| {
                (-steps / 3.0).exp() + 0.5 * (-steps / 10.0).exp() + 0.5 * (-steps / 30.0).exp()
            },
            earlier: None,
            most: 60,
            damping: (0.7, 0.3),
        }
    }

    /// What stands close by, before or after.
    pub(crate) const fn close() -> Self {
        const fn fading() -> fn(f32) -> f32 {
            |steps| (-steps / 3.0).exp()
        }
        Self {
            later: fading(),
            earlier: Some(fading()),
            most: 9,
            damping: (0.5, 0.5),
        }
    }
}

/// Learns the neighbours of each film from histories of which the order is known.
pub(crate) fn following(acts: &Acts, steps: &Steps, most: usize) -> Neighbours {
    let popularity = acts.popularity();
    let against = |film: usize, spare: f32, power: f32| {
        (popularity.get(film).copied().unwrap_or(0.0) + spare).powf(-power)
    };
    let after: Vec<f32> = (0..acts.films)
        .map(|film| against(film, 1.0, steps.damping.1))
        .collect();
    let later: Vec<f32> = (0..=steps.most)
        .map(|count| (steps.later)(real(count)))
        .collect();
    let earlier: Vec<f32> = steps.earlier.map_or_else(Vec::new, |earlier| {
        (0..=steps.most).map(|count| earlier(real(count))).collect()
    });
    let appearances = appearances(acts);
    let mut sums = vec![0.0_f32; acts.films];
    let mut neighbours = Neighbours::new();
    let mut row = Vec::new();
    for (film, seen) in appearances.iter().enumerate() {
        row.clear();
        let mut met: Vec<u32> = Vec::new();
        let mut count = |other: u32, weight: f32| {
            if let Some(sum) = sums.get_mut(place(other)) {
                if *sum == 0.0 {
                    met.push(other);
                }
                *sum += weight;
            }
        };
        for (line, at) in seen {
            let line = acts.lines.get(place(*line)).map_or(&[][..], |line| &line.0);
            let (before, from) = line.split_at_checked(place(*at)).unwrap_or_default();
            for (act, weight) in from.iter().zip(&later).skip(1) {
                count(act.film, *weight);
            }
            for (act, weight) in before.iter().rev().zip(earlier.iter().skip(1)) {
                count(act.film, *weight);
            }
        }
        let before = against(film, 5.0, steps.damping.0);
        for other in met {
            let sum = sums.get_mut(place(other)).map_or(0.0, std::mem::take);
            let after = after.get(place(other)).copied().unwrap_or(0.0);
            row.push((other, sum * before * after));
        }
        neighbours.push(&mut row, most);
    }
    neighbours
}

/// Where each film stands: in which line, at which place.
fn appearances(acts: &Acts) -> Vec<Vec<(u32, u32)>> {
    let mut appearances = vec![Vec::new(); acts.films];
    let ordered = acts
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.is_ordered());
    for (line, acts) in ordered {
        for (at, act) in acts.0.iter().enumerate() {
            if let Some(seen) = appearances.get_mut(place(act.film)) {
                seen.push((number(line), number(at)));
            }
        }
    }
    appearances
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Act;

    fn acts(histories: &[&[u32]], second: i64) -> Acts {
        let line = |(user, films): (usize, &&[u32])| {
            let numbered = films.iter().zip(0_i64..);
            let acts = numbered.map(move |(film, at)| Act {
                user: number(user),
                film: *film,
                stars: 4.0,
                at: at * second,
            });
            acts.collect::<Vec<_>>()
        };
        let rows = histories.iter().enumerate().flat_map(line).collect();
        Acts::new(rows, 4, 100)
    }

    #[test]
    fn what_follows_sooner_is_nearer_and_what_came_before_is_not_next() {
        let acts = acts(&[&[0, 1, 2], &[0, 1, 2]], 60);
        let next = following(&acts, &Steps::next(), 10);
        let weights: Vec<(u32, f32)> = next.of(0).collect();
        assert_eq!(weights.len(), 2);
        assert!(weights[0].1 > weights[1].1);
        assert_eq!(next.of(2).count(), 0);
        let close = following(&acts, &Steps::close(), 10);
        assert_eq!(close.of(2).count(), 2);
    }

    #[test]
    fn histories_without_an_order_say_nothing_of_what_follows() {
        let acts = acts(&[&[0, 1, 2]], 0);
        assert_eq!(following(&acts, &Steps::next(), 10).of(0).count(), 0);
    }
}
