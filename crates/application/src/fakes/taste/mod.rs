//! What people tell of films, in memory.
mod answers;
mod diary;
mod following;
mod hides;
mod progress;
mod ratings;
mod reviews;

pub(super) use answers::TakenKey;
pub use diary::FakeDiaryQueries;
pub use hides::FakeHideQueries;
pub use progress::FakeProgressQueries;
pub use ratings::FakeRatingQueries;
pub use reviews::FakeReviewQueries;
