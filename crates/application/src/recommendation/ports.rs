//! What recommending asks of the outside world.
use crate::shared::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{FilmKind, GenreId},
    identity::UserId,
    recommendation::{Candidate, Recommendation},
};

/// The repositories of this context, bound to one unit of work.
pub trait RecommendationStores {
    /// What was recommended.
    fn recommendations(&self) -> &dyn RecommendationRepository;
}

/// What suits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Films of any of these genres; with none, of any genre.
    pub genres: Vec<GenreId>,
    /// Films, series or anime; without it, any.
    pub kind: Option<FilmKind>,
}

/// Keeps what was recommended, and finds what could be.
#[async_trait]
pub trait RecommendationRepository: Send + Sync {
    /// Keeps other recommendations for the user waiting until this unit of work ends; `false` when
    /// there is no such user.
    async fn take_turn(&self, user: UserId) -> Result<bool, StoreError>;
    /// Finds up to `most` films that suit, that the user has not watched and that were not given
    /// after `since`. What the user wishes to see comes first, the rest in random order.
    async fn find_candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError>;
    /// Notes that a film was given.
    async fn record(&self, recommendation: &Recommendation) -> Result<(), StoreError>;
    /// Forgets what was given before `before`; says how many.
    async fn forget_given(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}
