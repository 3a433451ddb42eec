//! Films are put into a model's numbers, by which a search finds what means alike.
use super::ports::{EmbeddedFilm, FilmText, MeaningQueries};
use crate::{
    assistant::ports::{Embedder, ModelError},
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{
        clock::Clock,
        failure::failure,
        store::{Store, StoreError},
    },
};
use async_trait::async_trait;
use shaku::Component;
use std::{sync::Arc, time::Duration};

/// How many films are read, put into numbers and stored together: an answer of a model with many
/// dimensions stays within bounds.
const TOGETHER: u32 = 16;
/// How long a model may take for so many.
const WITHIN: Duration = Duration::from_mins(1);

/// Why films were not put into numbers.
#[derive(Debug, thiserror::Error)]
pub enum EmbedFilmsError {
    /// The model failed.
    #[error("the model could not be asked for numbers")]
    Model(#[from] ModelError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(EmbedFilmsError {
    Model => Unavailable "catalogue.numbers_unavailable",
} via Store);

/// Goes through all films that lack numbers of the model in use, or whose words have changed since.
#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct EmbedFilmsHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    embedder: Arc<dyn Embedder>,
    #[shaku(inject)]
    queries: Arc<dyn MeaningQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl TaskHandler for EmbedFilmsHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::EmbedFilms
    }

    async fn handle(&self, _: &Task, progress: &dyn Progress) -> Result<(), TaskFailure> {
        let Some(model) = self.embedder.model() else {
            return Ok(());
        };
        let count = self.queries.count_lacking(&model).await;
        let total = count.map_err(EmbedFilmsError::from)?;
        progress.report(0, Some(total)).await;
        let mut done = 0;
        loop {
            if progress.is_cancelled() {
                return Err(TaskFailure::Cancelled);
            }
            let embedded = self.embed_some(&model).await?;
            if embedded == 0 {
                return Ok(());
            }
            done += embedded;
            progress.report(done, Some(total.max(done))).await;
        }
    }
}

impl EmbedFilmsHandler {
    /// Puts the next few films into numbers, and says how many.
    async fn embed_some(&self, model: &str) -> Result<u64, EmbedFilmsError> {
        let films = self.queries.list_lacking(model, TOGETHER).await?;
        if films.is_empty() {
            return Ok(0);
        }
        // What has changed of the others is nothing that is put into numbers.
        let (same, new): (Vec<FilmText>, Vec<FilmText>) =
            films.into_iter().partition(|film| film.is_known);
        let count = u64::try_from(same.len() + new.len()).unwrap_or(u64::MAX);
        let embedded = self.embed(new).await?;
        let uow = self.store.begin().await?;
        let meanings = uow.meanings();
        meanings.note_unchanged(&same).await?;
        meanings.save(model, &embedded, self.clock.now()).await?;
        uow.commit().await?;
        Ok(count)
    }

    async fn embed(&self, films: Vec<FilmText>) -> Result<Vec<EmbeddedFilm>, ModelError> {
        if films.is_empty() {
            return Ok(Vec::new());
        }
        let texts: Vec<&str> = films.iter().map(|film| film.text.as_str()).collect();
        let meanings = self.embedder.embed(&texts, WITHIN).await?;
        let films = films.into_iter().zip(meanings);
        let embedded = films.map(|(film, meaning)| EmbeddedFilm { film, meaning });
        Ok(embedded.collect())
    }
}
