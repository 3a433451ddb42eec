//! Builds the index from the database and keeps it up with it.
use super::{
    feed::{FilmDocument, FilmFeed},
    progress::Progress,
    storage::{Generation, Place, StorageError},
};
use application::shared::store::StoreError;
use domain::catalogue::FilmId;
use futures_util::FutureExt;
use std::{
    collections::BTreeSet,
    error::Error,
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{Arc, Mutex as Cell, PoisonError},
    time::{Duration, Instant},
};
use tantivy::IndexWriter;
use tokio::{
    sync::{Mutex, Notify, watch},
    task::{JoinError, spawn_blocking},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

/// How often the database is asked for changes, unless nudged.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a search waits for the index to be built.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many films are read at once when building.
const FILMS_READ: u32 = 500;
/// How many changes are read at once; more than are looked at again.
const CHANGES_READ: u32 = 1_000;
/// How many changed films are read at once.
const CHANGED_FILMS_READ: usize = 200;

/// What kept the index from being brought up to date.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the films could not be read")]
    Store(#[from] StoreError),
    #[error("the index could not be written")]
    Storage(#[from] StorageError),
    #[error("there is no index to write to")]
    NotBuilt,
    #[error("changes that the index lacks have been forgotten")]
    Forgotten,
    #[error("writing the index ended early")]
    Ended(#[from] JoinError),
}

/// The search index and what it follows; shared by those who search and the one who follows.
pub struct FilmIndexState {
    feed: Arc<dyn FilmFeed>,
    place: Arc<Place>,
    live: watch::Sender<Option<Arc<Generation>>>,
    nudged: Notify,
    progress: Mutex<Option<Progress>>,
    caught_up_at: Cell<Option<Instant>>,
}

/// How an index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexFigures {
    /// How many films are in it.
    pub films: u64,
    /// How long ago all that the database had was in it.
    pub age: Duration,
}

impl FilmIndexState {
    /// Takes the folder for this process; without one, or if another process has it, the index is
    /// kept in memory. It answers once [`follow`](Self::follow) runs.
    #[must_use]
    pub fn new(folder: Option<PathBuf>, feed: Arc<dyn FilmFeed>) -> Arc<Self> {
        Arc::new(Self {
            feed,
            place: Arc::new(Place::claim(folder)),
            live: watch::Sender::new(None),
            nudged: Notify::new(),
            progress: Mutex::new(None),
            caught_up_at: Cell::default(),
        })
    }

    /// How the index is; nothing where there is none yet, or nobody follows the database.
    #[must_use]
    pub fn figures(&self) -> Option<IndexFigures> {
        let caught_up_at = *self
            .caught_up_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Some(IndexFigures {
            films: self.generation()?.reader.searcher().num_docs(),
            age: caught_up_at?.elapsed(),
        })
    }

    /// Follows the database until cancelled. What fails is tried again.
    pub async fn follow(self: Arc<Self>, cancelled: CancellationToken) {
        let mut is_failing = false;
        loop {
            tokio::select! {
                () = cancelled.cancelled() => return,
                succeeded = self.round(is_failing) => is_failing = !succeeded,
            }
            tokio::select! {
                () = cancelled.cancelled() => return,
                () = self.nudged.notified() => {}
                () = sleep(PAUSE) => {}
            }
        }
    }

    /// Asks for a look at the database without delay.
    pub(super) fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// The index as it is now, if it can be searched.
    pub(super) fn generation(&self) -> Option<Arc<Generation>> {
        self.live.borrow().clone()
    }

    /// The same, after waiting a while if need be.
    pub(super) async fn awaited_generation(&self) -> Option<Arc<Generation>> {
        if let Some(generation) = self.generation() {
            return Some(generation);
        }
        let mut live = self.live.subscribe();
        let found = timeout(PATIENCE, live.wait_for(Option::is_some)).await;
        found.ok()?.ok()?.clone()
    }

    /// Brings the index up to date, and says so in the log if that fails for the first time.
    async fn round(&self, is_failing: bool) -> bool {
        let outcome = AssertUnwindSafe(self.catch_up()).catch_unwind().await;
        match outcome {
            Ok(Ok(())) => true,
            Ok(Err(failure)) => {
                if !is_failing {
                    let error: &dyn Error = &failure;
                    warn!(
                        error,
                        "the search index could not be brought up to date; trying again"
                    );
                }
                false
            }
            Err(_) => {
                if !is_failing {
                    error!("bringing the search index up to date panicked; trying again");
                }
                false
            }
        }
    }

    async fn catch_up(&self) -> Result<(), FollowError> {
        let mut kept = self.progress.lock().await;
        // Whatever fails: the next round looks at what is on disk again.
        let progress = match kept.take() {
            Some(progress) => progress,
            None => self.prepare().await?,
        };
        let outcome = self.apply_changes(progress).await;
        match outcome {
            Ok(progress) => *kept = Some(progress),
            Err((progress, failure @ FollowError::Store(_))) => {
                *kept = Some(progress);
                return Err(failure);
            }
            Err((progress, FollowError::Forgotten)) => {
                info!("the search index was away for too long; building it anew");
                *kept = Some(self.build(progress.catalogue).await?);
            }
            Err((_, failure)) => return Err(failure),
        }
        let now = Some(Instant::now());
        *self
            .caught_up_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    /// Opens the index on disk, or builds one if there is none that serves.
    async fn prepare(&self) -> Result<Progress, FollowError> {
        let catalogue = self.feed.catalogue_id().await?;
        let newest = self.feed.newest_change().await?;
        match self.open(catalogue, newest).await {
            Some(progress) => Ok(progress),
            None => self.build(catalogue).await,
        }
    }

    async fn open(&self, catalogue: Uuid, newest: i64) -> Option<Progress> {
        let place = Arc::clone(&self.place);
        let opened = spawn_blocking(move || place.open()).await;
        let (generation, progress) = match opened {
            Ok(Ok(opened)) => opened?,
            Ok(Err(failure)) => return rebuild_because(&failure),
            Err(failure) => return rebuild_because(&failure),
        };
        if progress.catalogue != catalogue {
            info!("the search index is of another database; building it anew");
            return None;
        }
        let generation = Arc::new(generation);
        self.live.send_replace(Some(Arc::clone(&generation)));
        self.verify(generation).await?;
        // Numbers only grow, unless an older state of the database was restored.
        (newest >= progress.newest).then_some(progress)
    }

    async fn verify(&self, generation: Arc<Generation>) -> Option<()> {
        match spawn_blocking(move || generation.verify()).await {
            Ok(Ok(())) => return Some(()),
            Ok(Err(failure)) => rebuild_because::<()>(&failure),
            Err(failure) => rebuild_because(&failure),
        };
        self.live.send_replace(None);
        None
    }

    async fn build(&self, catalogue: Uuid) -> Result<Progress, FollowError> {
        // Read before the films: what changes meanwhile is applied afterwards.
        let mut progress = Progress::new(catalogue, self.feed.newest_change().await?);
        let from = progress.looked_at_from();
        let recent = self.feed.changes_after(from, CHANGES_READ).await?;
        let newest = progress.newest;
        progress.note(
            recent
                .iter()
                .map(|(change, _)| *change)
                .filter(|change| *change <= newest),
        );

        let place = Arc::clone(&self.place);
        let generation = Arc::new(spawn_blocking(move || place.begin()).await??);
        let films = self.write_all(&generation, &progress).await?;
        let (place, built) = (Arc::clone(&self.place), Arc::clone(&generation));
        spawn_blocking(move || {
            built.compact()?;
            place.adopt(&built)
        })
        .await??;
        self.live.send_replace(Some(generation));
        info!(films, "the search index is built");
        Ok(progress)
    }

    async fn write_all(
        &self,
        generation: &Arc<Generation>,
        progress: &Progress,
    ) -> Result<usize, FollowError> {
        let mut writer = generation.writer()?;
        let mut films = 0;
        let mut after = None;
        loop {
            let page = self.feed.documents_after(after, FILMS_READ).await?;
            let Some(last) = page.last() else {
                break;
            };
            after = Some(last.id);
            films += page.len();
            let generation = Arc::clone(generation);
            writer = spawn_blocking(move || add(&generation, writer, &page)).await??;
        }
        let (generation, progress) = (Arc::clone(generation), progress.clone());
        spawn_blocking(move || generation.commit(writer, &progress)).await??;
        Ok(films)
    }

    /// Applies all changes that are not in the index yet. A failure gives back what is.
    async fn apply_changes(
        &self,
        mut progress: Progress,
    ) -> Result<Progress, (Progress, FollowError)> {
        let mut from = progress.looked_at_from();
        let mut is_first_look = true;
        loop {
            let changes = match self.feed.changes_after(from, CHANGES_READ).await {
                Ok(changes) => changes,
                Err(failure) => return Err((progress, failure.into())),
            };
            let (Some((first, _)), Some((last, _))) = (changes.first(), changes.last()) else {
                return Ok(progress);
            };
            if is_first_look && progress.is_behind(*first) {
                return Err((progress, FollowError::Forgotten));
            }
            is_first_look = false;
            from = *last;
            match self.apply(&progress, &changes).await {
                Ok(applied) => progress = applied,
                Err(failure) => return Err((progress, failure)),
            }
        }
    }

    async fn apply(
        &self,
        progress: &Progress,
        changes: &[(i64, FilmId)],
    ) -> Result<Progress, FollowError> {
        let new = changes
            .iter()
            .filter(|(change, _)| !progress.holds(*change));
        let mut applied = progress.clone();
        let mut films = BTreeSet::new();
        for (change, film) in new {
            applied.note([*change]);
            films.insert(*film);
        }
        if films.is_empty() {
            return Ok(applied);
        }
        let generation = self.generation().ok_or(FollowError::NotBuilt)?;
        let films: Vec<FilmId> = films.into_iter().collect();
        let mut documents = Vec::with_capacity(films.len());
        for some in films.chunks(CHANGED_FILMS_READ) {
            documents.extend(self.feed.documents(some).await?);
        }
        let noted = applied.clone();
        spawn_blocking(move || replace(&generation, &films, &documents, &noted)).await??;
        Ok(applied)
    }
}

fn rebuild_because<T>(failure: &(dyn Error + 'static)) -> Option<T> {
    warn!(
        error = failure,
        "the search index cannot be used; building it anew"
    );
    None
}

fn add(
    generation: &Generation,
    writer: IndexWriter,
    films: &[FilmDocument],
) -> Result<IndexWriter, StorageError> {
    for film in films {
        writer.add_document(generation.fields.write(film))?;
    }
    Ok(writer)
}

fn replace(
    generation: &Generation,
    changed: &[FilmId],
    documents: &[FilmDocument],
    progress: &Progress,
) -> Result<(), StorageError> {
    let writer = generation.writer()?;
    for film in changed {
        writer.delete_term(generation.fields.term_of(*film));
    }
    let writer = add(generation, writer, documents)?;
    generation.commit(writer, progress)
}
