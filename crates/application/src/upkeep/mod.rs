//! What keeps the service in order: tidying up, knowing whether each part answers, and figures.
pub mod check_health;
pub mod figures;
pub mod ports;
pub mod show_broker;
pub mod show_sources;
pub mod tidy_up;
