//! Communities of raters in the database, and the files that they are read from.
mod community_queries;
mod community_repository;
pub mod movielens;

pub use community_queries::SqlCommunityQueries;
