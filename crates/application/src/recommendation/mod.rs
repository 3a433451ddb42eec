//! What to watch tonight.
pub(crate) mod giving;
pub mod ports;
pub mod recommend_tonight;
pub mod recommender;
