//! The sources that the configuration has chosen.
use application::catalogue::sources::{
    FilmSources, SourceAnswer, SourceError, SourceList, SourcePage, SourceState, SourcedGenre,
};
use async_trait::async_trait;
use domain::{
    catalogue::{ExternalRef, SourceName, SourceRef, SourcedFilm},
    shared::Language,
};
use shaku::Component;
use std::{sync::Arc, time::Duration};

/// Passes everything on to what was put together when the program started.
#[derive(Component)]
#[shaku(interface = FilmSources)]
pub struct ConfiguredFilmSources {
    /// The sources that were chosen.
    sources: Arc<dyn FilmSources>,
}

#[async_trait]
impl FilmSources for ConfiguredFilmSources {
    async fn search(&self, title: &str, language: Language, budget: Duration) -> SourceAnswer {
        self.sources.search(title, language, budget).await
    }

    async fn film(&self, at: &SourceRef) -> Result<Option<SourcedFilm>, SourceError> {
        self.sources.film(at).await
    }

    async fn find(&self, refs: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError> {
        self.sources.find(refs).await
    }

    async fn list(
        &self,
        source: SourceName,
        list: SourceList,
        page: u32,
    ) -> Result<SourcePage, SourceError> {
        self.sources.list(source, list, page).await
    }

    async fn similar(&self, at: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError> {
        self.sources.similar(at).await
    }

    async fn random(&self, source: SourceName) -> Result<Option<SourcedFilm>, SourceError> {
        self.sources.random(source).await
    }

    async fn genres(&self, source: SourceName) -> Result<Vec<SourcedGenre>, SourceError> {
        self.sources.genres(source).await
    }

    fn states(&self) -> Vec<SourceState> {
        self.sources.states()
    }
}

/// What there is when nothing is configured: no source, said at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFilmSources;

#[async_trait]
impl FilmSources for NoFilmSources {
    async fn search(&self, _: &str, _: Language, _: Duration) -> SourceAnswer {
        SourceAnswer::default()
    }

    async fn film(&self, _: &SourceRef) -> Result<Option<SourcedFilm>, SourceError> {
        Err(SourceError::NotConfigured)
    }

    async fn find(&self, _: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError> {
        Err(SourceError::NotConfigured)
    }

    async fn list(&self, _: SourceName, _: SourceList, _: u32) -> Result<SourcePage, SourceError> {
        Err(SourceError::NotConfigured)
    }

    async fn similar(&self, _: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError> {
        Err(SourceError::NotConfigured)
    }

    async fn random(&self, _: SourceName) -> Result<Option<SourcedFilm>, SourceError> {
        Err(SourceError::NotConfigured)
    }

    async fn genres(&self, _: SourceName) -> Result<Vec<SourcedGenre>, SourceError> {
        Err(SourceError::NotConfigured)
    }

    fn states(&self) -> Vec<SourceState> {
        Vec::new()
    }
}
