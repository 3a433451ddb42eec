//! What keeping ratings asks of the outside world.
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
    taste::{FilmRating, Rating},
};
use shaku::Interface;

/// Keeps ratings.
#[async_trait]
pub trait RatingRepository: Send + Sync {
    /// Keeps a rating in place of the one before, and gives what is kept: the same rating again keeps
    /// its time. `None` when there is no such film.
    async fn put(&self, rating: &FilmRating) -> Result<Option<FilmRating>, StoreError>;
    /// Removes a rating; `false` when there is none.
    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError>;
}

/// In which order ratings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RatingOrder {
    /// By the time of rating, the newest first.
    #[default]
    NewestFirst,
    /// By the time of rating, the oldest first.
    OldestFirst,
    /// By rating, the highest first.
    HighestFirst,
    /// By rating, the lowest first.
    LowestFirst,
    /// By title, A to Z; articles and case do not count.
    Title,
    /// By title, Z to A.
    TitleDescending,
    /// By year, the oldest first.
    Year,
    /// By year, the newest first.
    YearDescending,
}

/// Which ratings are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RatingFilter {
    /// This one or higher.
    pub from: Option<Rating>,
    /// This one or lower.
    pub to: Option<Rating>,
}

/// Where in an order a rated film stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatingKey {
    /// What the order compares first.
    pub position: RatingPosition,
    /// What it compares next.
    pub film: FilmId,
}

/// What an order of ratings compares first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RatingPosition {
    /// A time of rating.
    At(DateTime<Utc>),
    /// A rating.
    Rating(Rating),
    /// A title in its sorting form.
    Title(String),
    /// A year; 0 where it is not known.
    Year(i32),
}

/// A film and how its viewer rated it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RatedFilm {
    /// The film with the user's flags.
    pub film: FlaggedFilm,
    /// How much they liked it.
    pub rating: Rating,
    /// Since when they say so.
    pub rated_at: DateTime<Utc>,
}

/// Reads of ratings, each one statement where the cards of the films are in memory.
#[async_trait]
pub trait RatingQueries: Interface {
    /// Shows how a user rated a film.
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<FilmRating>, StoreError>;
    /// Lists what a user rated.
    async fn list(
        &self,
        user: UserId,
        filter: RatingFilter,
        order: RatingOrder,
        page: &PageRequest<RatingKey>,
    ) -> Result<Page<RatedFilm, RatingKey>, StoreError>;
}
