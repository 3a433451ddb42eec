//! What people tell of films: ratings, a diary, reviews, progress, and what they do not want to see.
pub mod diary;
pub(crate) mod following;
pub mod hides;
pub mod ports;
pub mod progress;
pub mod ratings;
pub mod reviews;
