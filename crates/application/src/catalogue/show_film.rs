//! One film is shown.
use super::{
    imports::FilmCompletion,
    ports::FilmQueries,
    views::{FilmDetails, FlaggedFilm},
};
use crate::shared::{
    actor::Actor,
    failure::failure,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::catalogue::FilmId;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Shows a film with the viewer's flags. Details that it lacks are asked for, and not waited for.
#[derive(Debug)]
pub struct ShowFilm {
    /// Which film.
    pub film: FilmId,
}

/// Shows everything that is known of a film.
#[derive(Debug)]
pub struct ShowFilmDetails {
    /// Which film.
    pub film: FilmId,
}

/// Why no film was shown.
#[derive(Debug, thiserror::Error)]
pub enum ShowFilmError {
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ShowFilmError { FilmNotFound => NotFound "catalogue.film_not_found" } via Store);
request!(ShowFilm => FlaggedFilm, ShowFilmError);
request!(ShowFilmDetails => FilmDetails, ShowFilmError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowFilm>)]
pub(crate) struct ShowFilmUseCase {
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    completion: Arc<dyn FilmCompletion>,
}

#[async_trait]
impl UseCase<ShowFilm> for ShowFilmUseCase {
    #[instrument(name = "catalogue.show_film", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowFilm,
    ) -> Result<FlaggedFilm, ShowFilmError> {
        let film = self.queries.show(request.film, actor.viewer()).await?;
        let film = film.ok_or(ShowFilmError::FilmNotFound)?;
        self.completion.ask_for(&film.card);
        Ok(film)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowFilmDetails>)]
pub(crate) struct ShowFilmDetailsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    completion: Arc<dyn FilmCompletion>,
}

#[async_trait]
impl UseCase<ShowFilmDetails> for ShowFilmDetailsUseCase {
    #[instrument(name = "catalogue.show_film_details", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowFilmDetails,
    ) -> Result<FilmDetails, ShowFilmError> {
        let details = self
            .queries
            .show_details(request.film, actor.viewer())
            .await?;
        let details = details.ok_or(ShowFilmError::FilmNotFound)?;
        self.completion.ask_for(&details.film.card);
        Ok(details)
    }
}
