//! What people tell of films, in memory.
mod following;
mod ratings;

pub use ratings::FakeRatingQueries;
