//! What is known of a film is fetched anew.
use super::import::{ImportError, ImportFilms, ImportTally};
use crate::{
    catalogue::sources::{FilmSources, SourceError},
    shared::{
        actor::Actor,
        clock::Clock,
        store::Store,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::catalogue::{FilmId, KnownFilm, SourceRef, SourcedFilm};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Asks a source for everything that it knows of a film of the catalogue, and takes it over.
#[derive(Clone, Debug)]
pub struct RefreshFilm {
    /// Which film.
    pub film: FilmId,
}

request!(RefreshFilm => ImportTally, ImportError);

#[derive(Component)]
#[shaku(interface = UseCase<RefreshFilm>)]
pub(crate) struct RefreshFilmUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    import: Arc<dyn UseCase<ImportFilms>>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RefreshFilm> for RefreshFilmUseCase {
    #[instrument(name = "catalogue.refresh_film", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: RefreshFilm,
    ) -> Result<ImportTally, ImportError> {
        actor.ensure_operator()?;
        let film = self.begin(request.film).await?;
        let told = self.ask(&film).await?.ok_or(ImportError::UnknownToSource)?;
        let request = ImportFilms {
            told: vec![told],
            reached: None,
        };
        self.import.execute(actor, request).await
    }
}

impl RefreshFilmUseCase {
    /// Finds the film, and notes that sources are asked for it, so that one that they do not know is
    /// not always the next again.
    async fn begin(&self, film: FilmId) -> Result<KnownFilm, ImportError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let known = uow.imports().find(&[film]).await?.pop();
        let known = known.ok_or(ImportError::FilmNotFound)?;
        uow.imports().note_asked(film, now, now).await?;
        uow.commit().await?;
        Ok(known)
    }

    /// Asks where the film is known to be, the source in charge first; else by its names.
    async fn ask(&self, film: &KnownFilm) -> Result<Option<SourcedFilm>, SourceError> {
        let mut failed = None;
        for place in places(film) {
            match self.sources.film(&place).await {
                Ok(Some(told)) => return Ok(Some(told)),
                Ok(None) | Err(SourceError::NotConfigured) => {}
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        if let Some(failure) = failed {
            return Err(failure);
        }
        if film.refs.is_empty() {
            return Ok(None);
        }
        self.sources.find(&film.refs).await
    }
}

fn places(film: &KnownFilm) -> Vec<SourceRef> {
    let mut places: Vec<SourceRef> = film.provenance.iter().map(|told| told.at.clone()).collect();
    places.sort_by_key(|at| Some(at.source()) != film.told_by);
    places
}
