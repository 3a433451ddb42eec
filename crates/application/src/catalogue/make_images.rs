//! The images of a film's poster are made before anybody asks for them.
use super::{
    fetch_poster::{FetchPoster, FetchPosterError},
    ports::{FilmQueries, PictureInspector, PosterImages, PosterStore},
    posters::PosterError,
    views::FlaggedFilm,
};
use crate::{
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{actor::Actor, failure::logged, store::Store, use_case::UseCase},
};
use async_trait::async_trait;
use domain::catalogue::{FilmId, PosterKey};
use shaku::Component;
use std::sync::Arc;

/// Fetches the poster of a film that has none yet from its source, makes all images of it, and looks at
/// it if nobody has. Doing it again makes what is missing.
#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct MakeImagesHandler {
    #[shaku(inject)]
    fetch: Arc<dyn UseCase<FetchPoster>>,
    #[shaku(inject)]
    images: Arc<dyn PosterImages>,
    #[shaku(inject)]
    queries: Arc<dyn FilmQueries>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    inspector: Arc<dyn PictureInspector>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl TaskHandler for MakeImagesHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::MakeImages
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::MakeImages { film } = task else {
            return Err(TaskFailure::GiveUp("no task of this kind".into()));
        };
        if let Some(poster) = self.poster_of(*film).await? {
            self.images.prepare(&poster).await?;
            self.look_at(*film, &poster).await?;
        }
        Ok(())
    }
}

impl MakeImagesHandler {
    /// Notes how a poster looks that came before anybody looked at them.
    async fn look_at(&self, film: FilmId, poster: &PosterKey) -> Result<(), TaskFailure> {
        let shown = self.queries.show(film, None).await?;
        let is_seen = |film: FlaggedFilm| film.card.poster_looks.is_some();
        if shown.is_none_or(is_seen) {
            return Ok(());
        }
        let Some(bytes) = self.posters.fetch(poster).await? else {
            return Ok(());
        };
        let picture = self.inspector.inspect(bytes).await?;
        let uow = self.store.begin().await?;
        let film = uow.films().find(film).await?;
        if let Some(mut film) = film
            && film.describe_poster(poster, picture.looks)
        {
            uow.films().save(&film).await?;
            uow.commit().await?;
        }
        Ok(())
    }

    /// The poster of a film; none where the film is gone, or its source has none to give.
    async fn poster_of(&self, film: FilmId) -> Result<Option<PosterKey>, TaskFailure> {
        match self
            .fetch
            .execute(&Actor::System, FetchPoster { film })
            .await
        {
            Ok(poster) => Ok(poster),
            // It is gone, or somebody else has given it a poster, of which another job will know.
            Err(
                FetchPosterError::FilmNotFound | FetchPosterError::Poster(PosterError::NotOwner(_)),
            ) => Ok(None),
            Err(failure) if failure.is_final() => {
                tracing::info!(
                    film.id = %film,
                    error = logged(&failure),
                    "what a source shows cannot be a poster"
                );
                Ok(None)
            }
            Err(failure) => Err(failure.into()),
        }
    }
}
