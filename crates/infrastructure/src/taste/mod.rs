//! What people tell of films, in the database.
mod following;
mod listed;
mod mine;
mod ratings;
mod stats;

pub use mine::SqlMineQueries;
pub use ratings::SqlRatingQueries;
pub use stats::SqlStatsQueries;
