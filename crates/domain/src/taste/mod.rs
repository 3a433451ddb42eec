//! What people tell of films: ratings, a diary of viewings, reviews, how far they are, and what they
//! do not want to be shown.
//!
//! A user rates a film once and reviews it once; a rating is a whole number from 1 to 10. The diary
//! holds at most one viewing of a film a day, and one of unknown date. What one of these means for the
//! others and for the standard lists is decided by [`consequences()`] alone.
mod consequences;
mod diary_year;
mod hide;
mod opinion;
mod progress;
mod rating;
mod review;
mod viewing;

pub use consequences::{Consequence, Deed, consequences};
pub use diary_year::{DiaryYear, DiaryYearOutOfRange};
pub use hide::{Hidden, HiddenKind, HiddenSubject, Hide, UnknownHiddenKind, UnknownHide};
pub use opinion::Opinion;
pub use progress::{FilmProgress, Progress, UnknownProgress};
pub use rating::{FilmRating, NotHalfStars, Rating, RatingOutOfRange};
pub use review::{Review, ReviewContent, ReviewText, Stance, UnknownStance};
pub use viewing::{
    Viewing, ViewingChange, ViewingDay, ViewingDayOutOfRange, ViewingId, ViewingNote,
};
