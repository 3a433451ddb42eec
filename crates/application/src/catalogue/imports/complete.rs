//! Details that a film lacks are asked for when somebody first opens it, and nobody waits for them.
use crate::{
    catalogue::{sources::FilmSources, views::FilmCard},
    jobs::{Task, ports::NewJob},
    shared::{
        background::Background,
        clock::{Clock, IdGenerator},
        failure::logged,
        store::{Store, StoreError},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::catalogue::FilmId;
use shaku::{Component, Interface};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// For how long a film is left alone after sources were asked for it, whatever they said.
const LEFT_ALONE: TimeDelta = TimeDelta::hours(6);
/// For how long this process remembers that it has looked at a film.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);
/// How many films it remembers; then it begins anew.
const MOST_REMEMBERED: usize = 10_000;

/// Has films completed.
pub trait FilmCompletion: Interface {
    /// Has the details of a film fetched that lacks them. Returns at once.
    fn ask_for(&self, film: &FilmCard);
}

#[derive(Component)]
#[shaku(interface = FilmCompletion)]
pub(crate) struct CompletionByJob {
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    background: Arc<dyn Background>,
    #[shaku(default)]
    looked_at: Mutex<HashMap<FilmId, DateTime<Utc>>>,
}

impl FilmCompletion for CompletionByJob {
    fn ask_for(&self, film: &FilmCard) {
        if film.is_complete || self.sources.states().is_empty() {
            return;
        }
        let (film, now) = (film.id, self.clock.now());
        if !self.is_new(film, now) {
            return;
        }
        let store = Arc::clone(&self.store);
        let task = Task::CompleteFilm { film };
        let job = NewJob::new(self.ids.next(), task, now);
        self.background.start(Box::pin(async move {
            if let Err(failure) = enqueue(&*store, film, &job).await {
                tracing::warn!(error = logged(&failure), "a film is not completed");
            }
        }));
    }
}

impl CompletionByJob {
    fn is_new(&self, film: FilmId, now: DateTime<Utc>) -> bool {
        let mut looked_at = self
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if looked_at.len() >= MOST_REMEMBERED {
            looked_at.clear();
        }
        let before = looked_at.insert(film, now);
        before.is_none_or(|before| before + REMEMBERED < now)
    }
}

/// Puts the job into the queue unless sources were asked for the film a while ago.
async fn enqueue(store: &dyn Store, film: FilmId, job: &NewJob) -> Result<(), StoreError> {
    let now = job.created_at;
    let uow = store.begin().await?;
    if uow
        .imports()
        .note_asked(film, now, now - LEFT_ALONE)
        .await?
    {
        uow.jobs().enqueue(job).await?;
        uow.commit().await?;
    }
    Ok(())
}
