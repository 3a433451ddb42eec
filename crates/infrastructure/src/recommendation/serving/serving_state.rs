//! Keeps what serves in step with the database.
use super::{catalogue::Catalogue, snapshot::Snapshot};
use crate::recommendation::facts_feed::FactsFeed;
use application::shared::store::StoreError;
use domain::catalogue::FilmId;
use std::{
    collections::{BTreeSet, HashSet},
    error::Error,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{sync::Mutex, task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often the database is asked for changes.
const PAUSE: Duration = Duration::from_secs(1);
/// How many films are read at once.
const FILMS_READ: u32 = 500;
/// How many changes are read at once.
const CHANGES_READ: u32 = 1_000;

/// What ranks films, and what it follows; shared by those who ask and the one who follows.
///
/// Nothing is read before somebody asks for the first time, so that a process that recommends nothing
/// holds nothing.
pub struct ServingState {
    feed: Arc<dyn FactsFeed>,
    live: RwLock<Arc<Snapshot>>,
    /// The newest change that is taken in; `None` before the films are read.
    newest: Mutex<Option<i64>>,
}

impl ServingState {
    /// A state that knows no films yet.
    #[must_use]
    pub fn new(feed: Arc<dyn FactsFeed>) -> Arc<Self> {
        Arc::new(Self {
            feed,
            live: RwLock::default(),
            newest: Mutex::new(None),
        })
    }

    /// Follows the database until cancelled. What fails is tried again.
    pub async fn follow(self: Arc<Self>, cancelled: CancellationToken) {
        let mut is_failing = false;
        loop {
            tokio::select! {
                () = cancelled.cancelled() => return,
                () = sleep(PAUSE) => {}
            }
            let followed = tokio::select! {
                () = cancelled.cancelled() => return,
                followed = self.catch_up() => followed,
            };
            if let (Err(failure), false) = (&followed, is_failing) {
                let error: &dyn Error = failure;
                warn!(
                    error,
                    "films to recommend could not be brought up to date; trying again"
                );
            }
            is_failing = followed.is_err();
        }
    }

    /// What serves now.
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&live)
    }

    /// Reads all films, unless that was done. Of many who ask at once one reads.
    pub(super) async fn load(&self) -> Result<(), StoreError> {
        let mut newest = self.newest.lock().await;
        if newest.is_none() {
            *newest = Some(self.read_all().await?);
        }
        Ok(())
    }

    async fn read_all(&self) -> Result<i64, StoreError> {
        // Read before the films: what changes meanwhile is taken in afterwards.
        let newest = self.feed.newest_change().await?;
        let moods = self.feed.moods().await?;
        let mut catalogue = Catalogue::default();
        let mut after = None;
        loop {
            let films = self.feed.facts_after(after, FILMS_READ).await?;
            let Some(last) = films.last() else {
                break;
            };
            after = Some(last.id);
            catalogue.put(films);
        }
        let films = catalogue.len();
        let snapshot = computed(move || {
            catalogue.weigh();
            Snapshot::new(catalogue, moods)
        });
        self.serve(snapshot.await?);
        info!(films, "films to recommend are read");
        Ok(newest)
    }

    /// Takes in what has changed since.
    async fn catch_up(&self) -> Result<(), StoreError> {
        let mut newest = self.newest.lock().await;
        let Some(mut seen) = *newest else {
            return Ok(());
        };
        let mut changed = BTreeSet::new();
        loop {
            let noted = self.feed.changes_after(seen, CHANGES_READ).await?;
            let Some((last, _)) = noted.last() else {
                break;
            };
            seen = *last;
            changed.extend(noted.into_iter().map(|(_, film)| film));
        }
        if !changed.is_empty() {
            self.take_in(changed.into_iter().collect()).await?;
        }
        *newest = Some(seen);
        Ok(())
    }

    async fn take_in(&self, changed: Vec<FilmId>) -> Result<(), StoreError> {
        let at_once = usize::try_from(FILMS_READ).unwrap_or(1);
        let mut films = Vec::with_capacity(changed.len());
        for some in changed.chunks(at_once) {
            films.extend(self.feed.facts(some).await?);
        }
        let there: HashSet<FilmId> = films.iter().map(|film| film.id).collect();
        let gone: HashSet<FilmId> = changed
            .into_iter()
            .filter(|film| !there.contains(film))
            .collect();
        let before = self.snapshot();
        let snapshot = computed(move || {
            let mut catalogue = before.catalogue.clone();
            catalogue.put(films);
            if !gone.is_empty() {
                catalogue.remove(&gone);
            }
            catalogue.weigh();
            Snapshot::new(catalogue, before.moods.clone())
        });
        self.serve(snapshot.await?);
        Ok(())
    }

    fn serve(&self, snapshot: Snapshot) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        *live = Arc::new(snapshot);
    }
}

/// Computes beside the threads that answer requests.
async fn computed<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = spawn_blocking(work).await;
    done.map_err(|failure| StoreError::Unavailable(failure.into()))
}
