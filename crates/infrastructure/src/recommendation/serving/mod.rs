//! What answers: all films in memory, and what ranks them for a user.
mod catalogue;
mod diversity;
mod facts;
mod filter;
mod profile;
mod reasons;
mod serving_state;
mod snapshot;

pub use facts::{Credit, FilmFacts};
pub use serving_state::ServingState;

use application::{
    recommendation::recommender::{Filter, Ranking, Recommender, RecommenderState, Scores, Taste},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::FilmId;
use shaku::Component;
use std::sync::Arc;

/// Ranks films by what this process holds in memory.
#[derive(Component)]
#[shaku(interface = Recommender)]
pub struct MemoryRecommender {
    /// What serves.
    state: Arc<ServingState>,
}

#[async_trait]
impl Recommender for MemoryRecommender {
    async fn ready(&self) -> Result<(), StoreError> {
        self.state.load().await
    }

    fn recommend(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Ranking {
        self.state.snapshot().recommend(taste, filter, now)
    }

    fn score(&self, taste: &Taste, filter: &Filter, _now: DateTime<Utc>) -> Scores {
        self.state.snapshot().score(taste, filter)
    }

    fn similar(&self, film: FilmId, most: usize) -> Option<Ranking> {
        self.state.snapshot().similar(film, most)
    }

    fn state(&self) -> RecommenderState {
        let snapshot = self.state.snapshot();
        RecommenderState {
            source: snapshot::Snapshot::source(),
            trained_at: None,
            users: 0,
            acts: 0,
            films: u64::try_from(snapshot.catalogue.len()).unwrap_or(u64::MAX),
        }
    }
}
