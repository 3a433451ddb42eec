//! What keeps the service in order: tidying up, and knowing whether each part answers.
pub mod check_health;
pub mod show_sources;
pub mod tidy_up;
