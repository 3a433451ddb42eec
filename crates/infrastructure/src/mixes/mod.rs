//! Mixes in the database.
mod mix_queries;
mod mix_repository;

pub use mix_queries::{MixCache, SqlMixQueries, SqlMixQueriesParameters};
