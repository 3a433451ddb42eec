//! Recommendations in memory.
use super::{
    state::{Stored, dangling, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    recommendation::ports::{RecommendationRepository, Wanted},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId},
    identity::UserId,
    library::StandardList,
    recommendation::{Candidate, Recommendation},
};

impl Stored {
    fn candidates(&self, user: UserId, wanted: &Wanted, since: DateTime<Utc>) -> Vec<Candidate> {
        let mut candidates: Vec<Candidate> = self
            .films
            .values()
            .filter(|film| wanted.kind.is_none_or(|kind| film.kind == kind))
            .filter(|film| wanted.genres.is_empty() || matching(film, wanted) > 0)
            .filter(|film| !self.is_listed(StandardList::Watched.of(user), film.id))
            .filter(|film| !self.was_given(user, film.id, since))
            .map(|film| Candidate {
                film: film.id,
                is_wished: self.is_listed(StandardList::Wish.of(user), film.id),
                matching_genres: matching(film, wanted),
                has_description: film.content.description.is_some(),
            })
            .collect();
        candidates.sort_by_key(|candidate| !candidate.is_wished);
        candidates
    }

    fn was_given(&self, user: UserId, film: FilmId, since: DateTime<Utc>) -> bool {
        self.recommendations
            .values()
            .any(|given| given.user == user && given.film == film && given.given_at > since)
    }

    pub(super) fn record(&mut self, given: &Recommendation) -> Result<(), StoreError> {
        if !self.users.contains_key(&given.user) || !self.films.contains_key(&given.film) {
            return Err(dangling("the recommendation of no film or to no user"));
        }
        if self.recommendations.contains_key(&given.id) {
            return Err(duplicate("recommendation"));
        }
        self.recommendations.insert(given.id, given.clone());
        Ok(())
    }
}

fn matching(film: &Film, wanted: &Wanted) -> u32 {
    let genres = film.content.genres.iter();
    let matching = genres.filter(|genre| wanted.genres.contains(genre));
    u32::try_from(matching.count()).unwrap_or(u32::MAX)
}

#[async_trait]
impl RecommendationRepository for FakeUnitOfWork {
    /// The unit of work is the only one anyway, so the turn has come.
    async fn take_turn(&self, user: UserId) -> Result<bool, StoreError> {
        self.with(|stored| stored.users.contains_key(&user))
    }

    async fn find_candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut candidates = self.with(|stored| stored.candidates(user, wanted, since))?;
        candidates.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(candidates)
    }

    async fn record(&self, recommendation: &Recommendation) -> Result<(), StoreError> {
        self.with(|stored| stored.record(recommendation))?
    }

    async fn forget_given(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.recommendations.len();
            stored
                .recommendations
                .retain(|_, given| given.given_at >= before);
            u64::try_from(all - stored.recommendations.len()).unwrap_or(u64::MAX)
        })
    }
}
