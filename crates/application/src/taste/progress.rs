//! A user tells how far they are with films.
use super::{
    following::follow,
    ports::{ProgressKey, ProgressQueries, ProgressedFilm},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    taste::{Deed, FilmProgress, Progress, Viewing},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Tells how far the user is with a film, in place of what was told before.
#[derive(Clone, Debug)]
pub struct SetProgress {
    /// With which film.
    pub film: FilmId,
    /// How far.
    pub state: Progress,
}

/// Takes back how far the user is with a film; nothing else is taken back.
#[derive(Clone, Debug)]
pub struct ClearProgress {
    /// With which film.
    pub film: FilmId,
}

/// Lists how far the user is, the last changed first.
#[derive(Debug)]
pub struct ListProgress {
    /// Only films with this progress.
    pub state: Option<Progress>,
    /// Which page.
    pub page: PageRequest<ProgressKey>,
}

/// Why progress was not changed or shown.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// Nothing was told of the film.
    #[error("there is no progress with the film")]
    NoProgress,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ProgressError {
    FilmNotFound => NotFound "catalogue.film_not_found",
    NoProgress => NotFound "taste.no_progress",
} via Access, Store);
request!(SetProgress => FilmProgress, ProgressError);
request!(ClearProgress => (), ProgressError);
request!(ListProgress => Page<ProgressedFilm, ProgressKey>, ProgressError);
retryable!(SetProgress, ClearProgress);

#[derive(Component)]
#[shaku(interface = UseCase<SetProgress>)]
pub(crate) struct SetProgressUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<SetProgress> for SetProgressUseCase {
    #[instrument(name = "taste.set_progress", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: SetProgress,
    ) -> Result<FilmProgress, ProgressError> {
        let user = actor.user()?.id;
        let SetProgress { film, state } = request;
        let now = self.clock.now();
        let progress = FilmProgress {
            user,
            film,
            state,
            updated_at: now,
        };
        let uow = self.store.begin().await?;
        uow.tastes().take_turn(user).await?;
        let kept = uow.progress().put(&progress).await?;
        let kept = kept.ok_or(ProgressError::FilmNotFound)?;
        let bare = Viewing::bare(self.ids.next(), user, film, now);
        follow(&*uow, Deed::Progressed(state), &bare).await?;
        uow.commit().await?;
        Ok(kept)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ClearProgress>)]
pub(crate) struct ClearProgressUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ClearProgress> for ClearProgressUseCase {
    #[instrument(name = "taste.clear_progress", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: ClearProgress) -> Result<(), ProgressError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        if !uow.progress().remove(user, request.film).await? {
            return Err(ProgressError::NoProgress);
        }
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListProgress>)]
pub(crate) struct ListProgressUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ProgressQueries>,
}

#[async_trait]
impl UseCase<ListProgress> for ListProgressUseCase {
    #[instrument(name = "taste.list_progress", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListProgress,
    ) -> Result<Page<ProgressedFilm, ProgressKey>, ProgressError> {
        let user = actor.user()?.id;
        let ListProgress { state, page } = request;
        Ok(self.queries.list(user, state, &page).await?)
    }
}
