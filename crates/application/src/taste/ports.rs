//! What keeping what people tell of films asks of the outside world.
mod diary;
mod hides;
mod progress;
mod ratings;
mod reviews;

pub use diary::{
    DiaryEntry, DiaryFilter, DiaryKey, DiaryQueries, OnDay, Period, ViewingRepository,
};
pub use hides::{HiddenKey, HiddenName, HiddenThing, HideQueries, HideRepository};
pub use progress::{ProgressKey, ProgressQueries, ProgressRepository, ProgressedFilm};
pub use ratings::{
    RatedFilm, RatingFilter, RatingKey, RatingOrder, RatingPosition, RatingQueries,
    RatingRepository,
};
pub use reviews::{
    PublicReview, PublicReviewKey, ReviewKey, ReviewQueries, ReviewRepository, ReviewedFilm,
};

use crate::shared::store::StoreError;
use async_trait::async_trait;
use domain::{
    identity::UserId,
    taste::{Consequence, Viewing},
};

/// The repositories of this context, bound to one unit of work.
pub trait TasteStores {
    /// What holds between them.
    fn tastes(&self) -> &dyn TasteKeeper;
    /// Ratings.
    fn ratings(&self) -> &dyn RatingRepository;
    /// Diaries.
    fn viewings(&self) -> &dyn ViewingRepository;
    /// Reviews.
    fn reviews(&self) -> &dyn ReviewRepository;
    /// How far users are with films.
    fn progress(&self) -> &dyn ProgressRepository;
    /// What users do not want to be shown.
    fn hides(&self) -> &dyn HideRepository;
}

/// Holds together what one user tells of one film.
#[async_trait]
pub trait TasteKeeper: Send + Sync {
    /// Keeps others who tell something in the same user's name waiting until this unit of work ends.
    async fn take_turn(&self, user: UserId) -> Result<(), StoreError>;
    /// Lets one thing follow, for the user and the film of `bare`, at the time when that is logged, and
    /// says whether anything has changed. It MUST change nothing where it holds already.
    async fn follow(&self, consequence: Consequence, bare: &Viewing) -> Result<bool, StoreError>;
}
