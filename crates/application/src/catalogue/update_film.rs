//! The owner of a film, or an administrator, replaces what is said of it.
use super::{
    create_film::all_known,
    ports::{FilmIndex, FilmQueries, Vocabulary},
    views::FlaggedFilm,
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmContent, FilmId, NotFilmOwner},
    events::DomainEvent,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Replaces what is said of a film.
#[derive(Clone, Debug)]
pub struct UpdateFilm {
    /// Which film.
    pub film: FilmId,
    /// What is said of it from now on.
    pub content: FilmContent,
}

/// Why the film was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateFilmError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The film is somebody else's.
    #[error(transparent)]
    NotOwner(#[from] NotFilmOwner),
    /// A genre does not exist.
    #[error("Genre not found")]
    GenreNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(UpdateFilmError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    NotOwner => Forbidden "catalogue.not_film_owner",
    GenreNotFound => Invalid "catalogue.unknown_genre",
} via Access, Store);
request!(UpdateFilm => FlaggedFilm, UpdateFilmError);
retryable!(UpdateFilm);

#[derive(Component)]
#[shaku(interface = UseCase<UpdateFilm>)]
pub(crate) struct UpdateFilmUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    vocabulary: Arc<dyn Vocabulary>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<UpdateFilm> for UpdateFilmUseCase {
    #[instrument(name = "catalogue.update_film", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: UpdateFilm,
    ) -> Result<FlaggedFilm, UpdateFilmError> {
        let editor = actor.user()?;
        let genres_exist = all_known(&*self.vocabulary, &request.content.genres).await?;
        let uow = self.store.begin().await?;
        let film = uow.films().find(request.film).await?;
        let mut film = film.ok_or(UpdateFilmError::FilmNotFound)?;
        film.ensure_editable_by(editor.id, editor.role)?;
        if !genres_exist {
            return Err(UpdateFilmError::GenreNotFound);
        }
        let before = film.content.clone();
        film.revise(request.content, self.clock.now());
        uow.films().save(&film).await?;
        if film.content != before {
            uow.outbox()
                .publish(DomainEvent::FilmChanged { film: film.id }, film.updated_at);
        }
        uow.commit().await?;
        self.index.nudge();
        let shown = self.queries.show(film.id, actor.viewer()).await?;
        shown.ok_or(UpdateFilmError::FilmNotFound)
    }
}
