//! What is recommended: what users have told, what ranks films for them, and what was given.
mod facts_feed;
mod numbers;
mod recommendation_repository;
mod serving;
mod taste_queries;

pub use facts_feed::{FactsFeed, SqlFactsFeed};
pub use serving::{
    Credit, FilmFacts, MemoryRecommender, MemoryRecommenderParameters, ServingState,
};
pub use taste_queries::SqlTasteQueries;
