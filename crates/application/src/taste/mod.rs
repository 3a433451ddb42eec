//! What people tell of films: ratings, a diary, reviews, progress, and what they do not want to see.
pub(crate) mod following;
pub mod mine;
pub mod ports;
pub mod ratings;
pub mod stats;
