//! What people tell of films, in the database.
mod answers;
mod diary;
mod following;
mod hides;
mod listed;
mod mine;
mod progress;
mod ratings;
mod reviews;
mod stats;

pub use diary::SqlDiaryQueries;
pub use hides::SqlHideQueries;
pub use mine::SqlMineQueries;
pub use progress::SqlProgressQueries;
pub use ratings::SqlRatingQueries;
pub use reviews::SqlReviewQueries;
pub use stats::SqlStatsQueries;
