//! What importing films asks of the store.
use crate::shared::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{FilmId, GenreSlug, KnownFilm, Learned, SourceRef, SourcedFilm},
    events::DomainEvent,
};
use std::collections::HashSet;

/// A film as an import leaves it.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedFilm {
    /// The film.
    pub film: KnownFilm,
    /// What has become of it.
    pub fate: Fate,
}

/// What an import has made of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has come into the catalogue.
    New,
    /// It was there.
    Known(Learned),
}

impl Fate {
    /// Whether somebody who reads of the film sees something else than before.
    #[must_use]
    pub const fn is_seen(self) -> bool {
        matches!(self, Self::New | Self::Known(Learned::Facts))
    }
}

impl ImportedFilm {
    /// What is told of it: nothing unless somebody who reads of it sees something else than before.
    #[must_use]
    pub const fn event(&self) -> Option<DomainEvent> {
        let film = self.film.id;
        match self.fate {
            Fate::New => Some(DomainEvent::FilmAdded { film }),
            Fate::Known(Learned::Facts) => Some(DomainEvent::FilmChanged { film }),
            Fate::Known(_) => None,
        }
    }
}

/// Keeps what sources tell of films. A film that a user owns is never found here.
#[async_trait]
pub trait FilmImports: Send + Sync {
    /// Waits until nobody else, on any instance, imports films. The turn ends with the unit of work,
    /// in which this MUST be the first thing to happen.
    async fn take_turn(&self) -> Result<(), StoreError>;
    /// The genres that there are.
    async fn genres(&self) -> Result<HashSet<GenreSlug>, StoreError>;
    /// Finds all films that one of these might be: known at its place, by one of its names in other
    /// catalogues, or by one of its own titles. Nobody else changes them until the unit of work ends.
    async fn candidates(&self, told: &[SourcedFilm]) -> Result<Vec<KnownFilm>, StoreError>;
    /// Finds films; those that are not there, or are a user's own, are left out. Nobody else changes
    /// them until the unit of work ends.
    async fn find(&self, films: &[FilmId]) -> Result<Vec<KnownFilm>, StoreError>;
    /// Stores films. People that have no identifier yet are found by their names in other catalogues,
    /// then by name, and else added. The number of statements MUST NOT depend on the number of films.
    async fn save(&self, films: &[ImportedFilm], at: DateTime<Utc>) -> Result<(), StoreError>;
    /// The places, of these, at which a source has told everything since a time.
    async fn told_whole_since(
        &self,
        places: &[SourceRef],
        since: DateTime<Utc>,
    ) -> Result<HashSet<SourceRef>, StoreError>;
    /// Notes that sources are asked for a film now, unless they were since a time; says whether it is
    /// so. A user's own film, and one that is not there, is never asked for.
    async fn note_asked(
        &self,
        film: FilmId,
        at: DateTime<Utc>,
        unless_since: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// The films for which sources were not asked for the longest time, those never asked for first,
    /// among those that have a name in another catalogue.
    async fn longest_unasked(&self, most: u32) -> Result<Vec<FilmId>, StoreError>;
    /// Up to which page an import has come that was broken off.
    async fn page_reached(&self, import: &str) -> Result<Option<u32>, StoreError>;
    /// Notes up to which page an import has come, or that it is over.
    async fn note_page(&self, import: &str, page: Option<u32>) -> Result<(), StoreError>;
}
