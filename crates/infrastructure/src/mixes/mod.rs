//! Mixes in the database.
mod mix_queries;

pub use mix_queries::{MixCache, SqlMixQueries, SqlMixQueriesParameters};
