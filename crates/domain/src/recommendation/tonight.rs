//! One film for tonight, out of those that suit.
use crate::{catalogue::FilmId, identity::UserId, shared::Id};
use chrono::{DateTime, Duration, Utc};

/// Identifies one recommendation.
pub type RecommendationId = Id<Recommendation>;

/// A film that was given to a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Which recommendation.
    pub id: RecommendationId,
    /// To whom.
    pub user: UserId,
    /// Which film.
    pub film: FilmId,
    /// When.
    pub given_at: DateTime<Utc>,
}

/// How long a film that was given is not given again.
#[must_use]
pub const fn not_again_within() -> Duration {
    Duration::hours(24)
}

/// A film that suits what was asked for and that the user has neither watched nor just been given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which film.
    pub film: FilmId,
    /// Whether the user wishes to see it.
    pub is_wished: bool,
    /// How many of the genres asked for it has.
    pub matching_genres: u32,
    /// Whether it has a description to decide by.
    pub has_description: bool,
    /// In which place it stands among all films that suit this user; `None` where nobody put it there.
    pub place: Option<u32>,
}

/// Among how many of those that suit the user best a film is drawn.
const DRAWN_FROM: u64 = 20;

impl Candidate {
    /// How many lots the film has in the draw: the more of the wanted genres the likelier, and a
    /// film that tells nothing of itself is the last choice.
    fn lots(&self) -> u64 {
        let genres = 1 + u64::from(self.matching_genres.min(4)) * 2;
        if self.has_description {
            genres * 4
        } else {
            genres
        }
    }
}

/// Draws one of the candidates by `chance`, a uniformly random number. What the user wishes to see
/// comes first: while there is such a film, only those are drawn from. Where it is known what suits the
/// user best, one of the best is drawn, the better the likelier.
#[must_use]
pub fn choose_for_tonight(candidates: &[Candidate], chance: u64) -> Option<FilmId> {
    let drawn_from = draw(candidates);
    let all: u64 = drawn_from.iter().map(|(_, lots)| lots).sum();
    let mut lot = chance.checked_rem(all)?;
    let drawn = drawn_from
        .into_iter()
        .find(|(_, lots)| match lot.checked_sub(*lots) {
            Some(rest) => {
                lot = rest;
                false
            }
            None => true,
        });
    drawn.map(|(film, _)| film)
}

/// The films in the draw, each with its lots.
fn draw(candidates: &[Candidate]) -> Vec<(FilmId, u64)> {
    let any_wished = candidates.iter().any(|candidate| candidate.is_wished);
    let mut drawn_from: Vec<&Candidate> = candidates
        .iter()
        .filter(|candidate| candidate.is_wished == any_wished)
        .collect();
    if drawn_from.iter().all(|candidate| candidate.place.is_none()) {
        let lots = |candidate: &Candidate| (candidate.film, candidate.lots());
        return drawn_from.into_iter().map(lots).collect();
    }
    drawn_from.sort_by_key(|candidate| candidate.place.unwrap_or(u32::MAX));
    let chances = (1..=DRAWN_FROM).rev();
    drawn_from
        .into_iter()
        .zip(chances)
        .map(|(candidate, chances)| (candidate.film, candidate.lots() * chances))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn candidate(n: u128, is_wished: bool, matching_genres: u32) -> Candidate {
        Candidate {
            film: Id::from_uuid(Uuid::from_u128(n)),
            is_wished,
            matching_genres,
            has_description: true,
            place: None,
        }
    }

    fn placed(n: u32) -> Candidate {
        Candidate {
            place: Some(n),
            ..candidate(u128::from(n) + 1, false, 0)
        }
    }

    #[test]
    fn of_nothing_nothing_is_chosen() {
        assert_eq!(choose_for_tonight(&[], 12345), None);
    }

    #[test]
    fn a_film_that_matches_more_is_drawn_more_often() {
        let candidates = [candidate(1, false, 0), candidate(2, false, 4)];
        let second = (0..40)
            .filter(|chance| choose_for_tonight(&candidates, *chance) == Some(candidates[1].film))
            .count();
        assert_eq!(second, 36);
    }

    #[test]
    fn what_suits_better_is_drawn_more_often_and_only_the_best_are() {
        let candidates: Vec<_> = (0..40).rev().map(placed).collect();
        let all = 210 * 4;
        let drawn: Vec<_> = (0..all)
            .map(|chance| choose_for_tonight(&candidates, chance).unwrap())
            .collect();
        let times = |n: u32| drawn.iter().filter(|film| **film == placed(n).film).count();
        assert_eq!((times(0), times(1), times(19), times(20)), (80, 76, 4, 0));
    }

    #[test]
    fn a_wish_comes_first_even_when_others_suit_better() {
        let wished = candidate(99, true, 0);
        let candidates = [placed(0), wished, placed(1)];
        for chance in 0..50 {
            assert_eq!(choose_for_tonight(&candidates, chance), Some(wished.film));
        }
    }

    proptest! {
        #[test]
        fn a_candidate_is_always_found_and_wishes_come_first(
            wishes in proptest::collection::vec(any::<(bool, Option<u32>)>(), 1..30),
            chance in any::<u64>(),
        ) {
            let candidates: Vec<_> = wishes
                .iter()
                .zip(1..)
                .map(|((wish, place), n)| Candidate {
                    place: *place,
                    ..candidate(n, *wish, u32::try_from(n % 5).unwrap())
                })
                .collect();
            let chosen = choose_for_tonight(&candidates, chance).unwrap();
            let chosen = candidates.iter().find(|c| c.film == chosen).unwrap();
            prop_assert_eq!(chosen.is_wished, wishes.iter().any(|(wish, _)| *wish));
        }
    }
}
