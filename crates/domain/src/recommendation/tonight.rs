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
}

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
/// comes first: while there is such a film, only those are drawn from.
#[must_use]
pub fn choose_for_tonight(candidates: &[Candidate], chance: u64) -> Option<FilmId> {
    let any_wished = candidates.iter().any(|candidate| candidate.is_wished);
    let drawn_from = || {
        candidates
            .iter()
            .filter(move |candidate| candidate.is_wished == any_wished)
    };
    let all: u64 = drawn_from().map(Candidate::lots).sum();
    let mut lot = chance.checked_rem(all)?;
    drawn_from()
        .find(|candidate| match lot.checked_sub(candidate.lots()) {
            Some(rest) => {
                lot = rest;
                false
            }
            None => true,
        })
        .map(|candidate| candidate.film)
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

    proptest! {
        #[test]
        fn a_candidate_is_always_found_and_wishes_come_first(
            wishes in proptest::collection::vec(any::<bool>(), 1..20),
            chance in any::<u64>(),
        ) {
            let candidates: Vec<_> = wishes
                .iter()
                .zip(1..)
                .map(|(wish, n)| candidate(n, *wish, u32::try_from(n % 5).unwrap()))
                .collect();
            let chosen = choose_for_tonight(&candidates, chance).unwrap();
            let chosen = candidates.iter().find(|c| c.film == chosen).unwrap();
            prop_assert_eq!(chosen.is_wished, wishes.contains(&true));
        }
    }
}
