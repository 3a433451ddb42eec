//! Several rankings of films become one.
use super::FilmId;
use std::collections::HashMap;

/// One ranking's word for one film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vote {
    /// Which film.
    pub film: FilmId,
    /// Where it stands there, 0 being the best.
    pub place: u32,
    /// How much the word counts.
    pub weight: f64,
}

/// How much the first places stand out; the usual constant of reciprocal rank fusion.
const EVENNESS: f64 = 60.0;

/// The films of a ranking as its votes, all of the same weight.
pub fn votes(films: &[FilmId], weight: f64) -> impl Iterator<Item = Vote> {
    let places = 0_u32..;
    places.zip(films).map(move |(place, film)| Vote {
        film: *film,
        place,
        weight,
    })
}

/// Ranks films by the sum of their votes, each worth its weight divided by its place (reciprocal rank
/// fusion). Of equals the one that was named first comes first.
#[must_use]
pub fn fuse(votes: impl IntoIterator<Item = Vote>) -> Vec<FilmId> {
    let mut places: HashMap<FilmId, usize> = HashMap::new();
    let mut sums: Vec<(FilmId, f64)> = Vec::new();
    for vote in votes {
        let worth = vote.weight / (EVENNESS + 1.0 + f64::from(vote.place));
        let place = *places.entry(vote.film).or_insert(sums.len());
        match sums.get_mut(place) {
            Some((_, sum)) => *sum += worth,
            None => sums.push((vote.film, worth)),
        }
    }
    sums.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    sums.into_iter().map(|(film, _)| film).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use uuid::Uuid;

    fn film(number: u128) -> FilmId {
        Id::from_uuid(Uuid::from_u128(number))
    }

    fn films(numbers: &[u128]) -> Vec<FilmId> {
        numbers.iter().copied().map(film).collect()
    }

    #[test]
    fn a_single_ranking_stays_as_it_is() {
        let ranking = films(&[3, 1, 2]);
        assert_eq!(fuse(votes(&ranking, 1.0)), ranking);
        assert_eq!(fuse([]), []);
    }

    #[test]
    fn what_two_rankings_name_comes_before_what_one_names() {
        let (one, other) = (films(&[1, 2, 3]), films(&[4, 3]));
        let fused = fuse(votes(&one, 1.0).chain(votes(&other, 1.0)));
        assert_eq!(fused, films(&[3, 1, 4, 2]));
    }

    #[test]
    fn a_heavier_vote_lifts_a_film_and_one_of_no_weight_does_not() {
        let ranking = films(&[1, 2, 3]);
        let lifted = |weight| {
            let vote = Vote {
                film: film(9),
                place: 0,
                weight,
            };
            let fused = fuse(votes(&ranking, 1.0).chain([vote]));
            fused.iter().position(|each| *each == film(9))
        };
        assert_eq!(lifted(2.0), Some(0));
        assert_eq!(lifted(0.0), Some(3));
    }

    proptest! {
        #[test]
        fn every_film_that_was_named_is_there_once(
            numbers in prop::collection::vec((0_u128..20, 0_u32..50, 0.0_f64..3.0), 0..60)
        ) {
            let named: BTreeSet<FilmId> = numbers.iter().map(|(number, _, _)| film(*number)).collect();
            let votes = numbers.into_iter().map(|(number, place, weight)| Vote { film: film(number), place, weight });
            let fused = fuse(votes);
            prop_assert_eq!(fused.len(), named.len());
            prop_assert_eq!(fused.into_iter().collect::<BTreeSet<_>>(), named);
        }
    }
}
