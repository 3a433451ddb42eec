//! The three services, each with its own words.
mod kinopoisk_dev;
mod kinopoisk_unofficial;
mod reading;
mod tmdb;
mod vocabulary;

pub(super) use kinopoisk_dev::KinopoiskDev;
pub(super) use kinopoisk_unofficial::KinopoiskUnofficial;
pub(super) use tmdb::Tmdb;

use super::gate::{Deadline, Gate};
use application::catalogue::sources::{SourceError, SourceList, SourcePage, SourcedGenre};
use async_trait::async_trait;
use chrono::FixedOffset;
use domain::{
    catalogue::{ExternalRef, SourceRef, SourcedFilm},
    shared::Language,
};

/// One service, asked in its own words.
#[async_trait]
pub(super) trait Adapter: Send + Sync {
    /// The gate before it.
    fn gate(&self) -> &Gate;
    /// Finds films by title.
    async fn search(
        &self,
        title: &str,
        language: Language,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError>;
    /// Reads everything of a film; the place must be one of this service.
    async fn film(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError>;
    /// Reads a film by its name in a catalogue.
    async fn find(
        &self,
        film: &ExternalRef,
        deadline: Deadline,
    ) -> Result<Option<SourcedFilm>, SourceError>;
    /// Reads a page of a list.
    async fn list(
        &self,
        list: SourceList,
        page: u32,
        deadline: Deadline,
    ) -> Result<SourcePage, SourceError>;
    /// Reads films like another.
    async fn similar(
        &self,
        at: &SourceRef,
        deadline: Deadline,
    ) -> Result<Vec<SourcedFilm>, SourceError>;
    /// Draws a film by lot.
    async fn random(&self, deadline: Deadline) -> Result<Option<SourcedFilm>, SourceError>;
    /// Lists its genres.
    async fn genres(&self, deadline: Deadline) -> Result<Vec<SourcedGenre>, SourceError>;
}

/// The zone by which both ways to Kinopoisk count their days.
fn moscow() -> FixedOffset {
    match FixedOffset::east_opt(3 * 3600) {
        Some(zone) => zone,
        None => unreachable!("three hours are within a day"),
    }
}
