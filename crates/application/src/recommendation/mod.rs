//! What to watch: tonight, next, and together.
pub mod companions;
pub(crate) mod giving;
pub(crate) mod new_acts;
pub mod ports;
pub mod reasons;
pub mod recommend;
pub mod recommend_tonight;
pub mod recommender;
pub mod similar;
pub mod together;
pub mod training;
pub mod wishes;
