//! What keeping reviews asks of the outside world.
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{Review, ReviewContent},
};
use shaku::Interface;

/// Keeps reviews.
#[async_trait]
pub trait ReviewRepository: Send + Sync {
    /// Keeps a review in place of the one before, and gives what is kept: the time of first writing
    /// stays, and the same review again keeps its times. `None` when there is no such film.
    async fn put(&self, review: &Review) -> Result<Option<Review>, StoreError>;
    /// Removes a review; `false` when there is none.
    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError>;
}

/// Where in a user's own reviews, the last changed first, one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewKey {
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Which film it is about.
    pub film: FilmId,
}

/// Where in the reviews of a film, the last changed first, one stands. It names nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicReviewKey {
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// How many of those that were changed at the same time have been shown.
    pub shown: u32,
}

impl PublicReviewKey {
    /// Makes a page of reviews, of which there is one more where there are more.
    #[must_use]
    pub fn page(found: Vec<PublicReview>, request: &PageRequest<Self>) -> Page<PublicReview, Self> {
        let Page { items, next } =
            Page::from_overfetched(found, request.size, |last| last.updated_at);
        let next = next.map(|updated_at| {
            let of_that_time = |review: &&PublicReview| review.updated_at == updated_at;
            let here = items.iter().rev().take_while(of_that_time).count();
            let before = request.after.filter(|after| after.updated_at == updated_at);
            let shown = u32::try_from(here).unwrap_or(u32::MAX);
            Self {
                updated_at,
                shown: shown.saturating_add(before.map_or(0, |before| before.shown)),
            }
        });
        Page { items, next }
    }
}

/// A review and its film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewedFilm {
    /// The film with the user's flags.
    pub film: FlaggedFilm,
    /// The review.
    pub review: Review,
}

/// A review as everybody may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicReview {
    /// What its author goes by.
    pub author: String,
    /// What it says.
    pub content: ReviewContent,
    /// When it was first written.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Reads of reviews, each one statement where the cards of the films are in memory.
#[async_trait]
pub trait ReviewQueries: Interface {
    /// Shows what a user wrote about a film.
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<Review>, StoreError>;
    /// Lists what a user wrote, the last changed first.
    async fn list(
        &self,
        user: UserId,
        page: &PageRequest<ReviewKey>,
    ) -> Result<Page<ReviewedFilm, ReviewKey>, StoreError>;
    /// Lists what everybody may read about a film, the last changed first; nothing by users who were
    /// shut out. `None` when there is no such film.
    async fn list_public(
        &self,
        film: FilmId,
        page: &PageRequest<PublicReviewKey>,
    ) -> Result<Option<Page<PublicReview, PublicReviewKey>>, StoreError>;
}
