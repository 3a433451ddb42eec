//! What people tell of films, in the database.
mod following;
mod listed;
mod ratings;

pub use ratings::SqlRatingQueries;
