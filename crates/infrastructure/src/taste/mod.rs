//! What people tell of films, in the database.
mod answers;
mod diary;
mod following;
mod hides;
mod listed;
mod progress;
mod ratings;
mod reviews;

pub use diary::SqlDiaryQueries;
pub use hides::SqlHideQueries;
pub use progress::SqlProgressQueries;
pub use ratings::SqlRatingQueries;
pub use reviews::SqlReviewQueries;
