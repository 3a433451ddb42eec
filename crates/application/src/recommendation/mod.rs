//! What to watch tonight.
pub mod ports;
pub mod recommend_tonight;
