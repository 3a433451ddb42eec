//! The images of a film's poster are made before anybody asks for them.
use super::{
    fetch_poster::{FetchPoster, FetchPosterError},
    ports::PosterImages,
    posters::PosterError,
};
use crate::{
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{actor::Actor, failure::logged, use_case::UseCase},
};
use async_trait::async_trait;
use domain::catalogue::{FilmId, PosterKey};
use shaku::Component;
use std::sync::Arc;

/// Fetches the poster of a film that has none yet from its source, and makes all images of it. Doing
/// it again makes what is missing.
#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct MakeImagesHandler {
    #[shaku(inject)]
    fetch: Arc<dyn UseCase<FetchPoster>>,
    #[shaku(inject)]
    images: Arc<dyn PosterImages>,
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
        }
        Ok(())
    }
}

impl MakeImagesHandler {
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
