//! What keeping progress asks of the outside world.
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
    taste::{FilmProgress, Progress},
};
use shaku::Interface;

/// Keeps how far users are with films.
#[async_trait]
pub trait ProgressRepository: Send + Sync {
    /// Keeps a progress in place of the one before, and gives what is kept: the same progress again
    /// keeps its time. `None` when there is no such film.
    async fn put(&self, progress: &FilmProgress) -> Result<Option<FilmProgress>, StoreError>;
    /// Removes a progress; `false` when there is none.
    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError>;
}

/// Where in a list of progress, the last changed first, a film stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProgressKey {
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Which film it is.
    pub film: FilmId,
}

/// A film and how far its viewer is with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressedFilm {
    /// The film with the user's flags.
    pub film: FlaggedFilm,
    /// How far they are.
    pub state: Progress,
    /// Since when.
    pub updated_at: DateTime<Utc>,
}

/// Reads of progress, one statement where the cards of the films are in memory.
#[async_trait]
pub trait ProgressQueries: Interface {
    /// Lists how far a user is, the last changed first; with any progress unless one is named.
    async fn list(
        &self,
        user: UserId,
        state: Option<Progress>,
        page: &PageRequest<ProgressKey>,
    ) -> Result<Page<ProgressedFilm, ProgressKey>, StoreError>;
}
