//! Recommendations in the database.
mod recommendation_repository;
