//! Lists whose films differ: maximal marginal relevance (Carbonell and Goldstein, 1998).
use super::catalogue::Catalogue;
use std::collections::HashMap;

/// A film in question, by its place, and how well it suits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) place: usize,
    pub(crate) score: f32,
}

/// Chooses films one after the other, each the best by its score less its likeness to the most alike
/// of those chosen before. `candidates` come in the order of their scores; with a diversity of 0 the
/// first are chosen.
pub(crate) fn choose(
    candidates: &[Candidate],
    most: usize,
    diversity: f32,
    catalogue: &Catalogue,
) -> Vec<Candidate> {
    let diversity = if diversity.is_finite() {
        diversity.clamp(0.0, 1.0)
    } else {
        0.0
    };
    if diversity == 0.0 {
        return candidates.iter().take(most).copied().collect();
    }
    let mut left: Vec<(Candidate, f32)> = candidates
        .iter()
        .map(|candidate| (*candidate, 0.0))
        .collect();
    let mut chosen = Vec::with_capacity(most.min(left.len()));
    while chosen.len() < most {
        let worth = |(candidate, likeness): &(Candidate, f32)| {
            (1.0 - diversity) * candidate.score - diversity * likeness
        };
        let best = left
            .iter()
            .enumerate()
            .max_by(|(first, one), (second, other)| {
                worth(one).total_cmp(&worth(other)).then(second.cmp(first))
            })
            .map(|(at, _)| at);
        let Some(best) = best else {
            break;
        };
        let (candidate, _) = left.remove(best);
        chosen.push(candidate);
        let vector: HashMap<u32, f32> = catalogue.vector(candidate.place).collect();
        for (other, likeness) in &mut left {
            *likeness = likeness.max(cosine(&vector, other.place, catalogue));
        }
    }
    chosen
}

/// How much a film is like one of this vector, from 0 to 1.
pub(crate) fn cosine(vector: &HashMap<u32, f32>, place: usize, catalogue: &Catalogue) -> f32 {
    let other = catalogue.vector(place);
    other
        .filter_map(|(feature, weight)| vector.get(&feature).map(|own| own * weight))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recommendation::serving::facts::FilmFacts;
    use domain::{catalogue::FilmKind, shared::Id};
    use uuid::Uuid;

    /// Two comedies, then a western that suits a little less.
    fn films() -> (Catalogue, Vec<Candidate>) {
        let film = |n: u128, genre: u128| FilmFacts {
            genres: vec![Id::from_uuid(Uuid::from_u128(genre))],
            ..FilmFacts::bare(Id::from_uuid(Uuid::from_u128(n)), FilmKind::Movie)
        };
        let mut catalogue = Catalogue::default();
        catalogue.put([film(1, 7), film(2, 7), film(3, 8)]);
        catalogue.weigh();
        let scores = [1.0, 0.9, 0.8].into_iter().enumerate();
        let candidates = scores.map(|(place, score)| Candidate { place, score });
        (catalogue, candidates.collect())
    }

    fn places(diversity: f32) -> Vec<usize> {
        let (catalogue, candidates) = films();
        let chosen = choose(&candidates, 3, diversity, &catalogue);
        chosen.iter().map(|candidate| candidate.place).collect()
    }

    #[test]
    fn without_diversity_the_order_is_kept_and_with_it_what_is_alike_waits() {
        assert_eq!(places(0.0), [0, 1, 2]);
        assert_eq!(places(0.5), [0, 2, 1]);
        assert_eq!(places(1.0), [0, 2, 1]);
    }

    #[test]
    fn a_diversity_that_is_no_number_counts_as_none() {
        assert_eq!(places(f32::NAN), [0, 1, 2]);
    }
}
