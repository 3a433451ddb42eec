//! What sources have told is kept, so that they are asked less and their silence is felt less.
//!
//! An answer is fresh for a while; then it is told once more while a new one is fetched; and long
//! after that it still serves while the sources are down. Those who ask the same at the same time wait
//! for one answer. What is kept in the process is shared with other instances through Redis, if there
//! is one.
mod layer;
mod record;
mod redis_shelf;

pub use redis_shelf::{InvalidRedisUrl, RedisAway, RedisShelf};

use application::{
    catalogue::sources::{
        FilmSources, SourceAnswer, SourceError, SourceList, SourcePage, SourceState, SourcedGenre,
    },
    shared::clock::{Chance, Clock},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{
    catalogue::{ExternalRef, SourceName, SourceRef, SourcedFilm},
    shared::Language,
};
use layer::{Layer, Lives, Shelves};
use sha2::{Digest, Sha256};
use std::{
    fmt::Write,
    sync::Arc,
    time::{Duration, Instant},
};

/// So many films are kept in memory for each kind of answers, some ten megabytes.
const MOST_FILMS: u64 = 8_000;

const SEARCHES: Lives = Lives {
    fresh: TimeDelta::hours(6),
    stale: TimeDelta::hours(18),
    kept: TimeDelta::days(7),
    nothing: TimeDelta::minutes(10),
};
const FILMS: Lives = Lives {
    fresh: TimeDelta::hours(24),
    stale: TimeDelta::hours(48),
    kept: TimeDelta::days(14),
    nothing: TimeDelta::minutes(10),
};
const LISTS: Lives = Lives {
    fresh: TimeDelta::hours(1),
    stale: TimeDelta::hours(2),
    kept: TimeDelta::days(1),
    nothing: TimeDelta::minutes(5),
};
const GENRES: Lives = Lives {
    fresh: TimeDelta::days(7),
    stale: TimeDelta::days(7),
    kept: TimeDelta::days(30),
    nothing: TimeDelta::minutes(10),
};

/// Sources with a memory.
pub struct CachedSources {
    sources: Arc<dyn FilmSources>,
    searches: Arc<Layer<SourceAnswer>>,
    films: Arc<Layer<Option<SourcedFilm>>>,
    lists: Arc<Layer<SourcePage>>,
    similar: Arc<Layer<Vec<SourcedFilm>>>,
    genres: Arc<Layer<Vec<SourcedGenre>>>,
}

impl CachedSources {
    /// Gives sources a memory, shared through Redis if there is one.
    #[must_use]
    pub fn new(
        sources: Arc<dyn FilmSources>,
        redis: Option<Arc<RedisShelf>>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
    ) -> Self {
        let shelves = Arc::new(Shelves {
            redis,
            clock,
            chance,
        });
        let shelves = || Arc::clone(&shelves);
        Self {
            sources,
            searches: Layer::new("search", MOST_FILMS, SEARCHES, shelves()),
            films: Layer::new("film", MOST_FILMS, FILMS, shelves()),
            lists: Layer::new("list", MOST_FILMS, LISTS, shelves()),
            similar: Layer::new("similar", MOST_FILMS, FILMS, shelves()),
            genres: Layer::new("genres", MOST_FILMS, GENRES, shelves()),
        }
    }

    fn is_configured(&self) -> bool {
        !self.sources.states().is_empty()
    }
}

#[async_trait]
impl FilmSources for CachedSources {
    async fn search(&self, title: &str, language: Language, budget: Duration) -> SourceAnswer {
        let title = folded(title);
        if !self.is_configured() || title.is_empty() {
            return SourceAnswer::default();
        }
        let key = format!("{}:{}", language.code(), digest(&title));
        let sources = Arc::clone(&self.sources);
        let started = Instant::now();
        let ask = move || async move {
            let left = budget.saturating_sub(started.elapsed());
            Ok(sources.search(&title, language, left).await)
        };
        match tokio::time::timeout(budget, self.searches.get(&key, ask)).await {
            Ok(Ok(kept)) => kept.value.clone(),
            Ok(Err(_)) | Err(_) => SourceAnswer {
                is_owed: true,
                ..SourceAnswer::default()
            },
        }
    }

    async fn film(&self, at: &SourceRef) -> Result<Option<SourcedFilm>, SourceError> {
        let sources = Arc::clone(&self.sources);
        let place = at.clone();
        let ask = move || async move { sources.film(&place).await };
        told(self.films.get(&at.to_string(), ask).await)
    }

    async fn find(&self, refs: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError> {
        let names: Vec<String> = refs
            .iter()
            .map(|film| format!("{}:{}", film.source().name(), film.value()))
            .collect();
        let sources = Arc::clone(&self.sources);
        let refs = refs.to_vec();
        let ask = move || async move { sources.find(&refs).await };
        let key = format!("find:{}", digest(&names.join(" ")));
        told(self.films.get(&key, ask).await)
    }

    async fn list(
        &self,
        source: SourceName,
        list: SourceList,
        page: u32,
    ) -> Result<SourcePage, SourceError> {
        let sources = Arc::clone(&self.sources);
        let ask = move || async move { sources.list(source, list, page).await };
        let key = format!("{source}:{}:{page}", list.name());
        told(self.lists.get(&key, ask).await)
    }

    async fn similar(&self, at: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError> {
        let sources = Arc::clone(&self.sources);
        let place = at.clone();
        let ask = move || async move { sources.similar(&place).await };
        told(self.similar.get(&at.to_string(), ask).await)
    }

    async fn random(&self, source: SourceName) -> Result<Option<SourcedFilm>, SourceError> {
        // A lot that is drawn once would be drawn for all.
        self.sources.random(source).await
    }

    async fn genres(&self, source: SourceName) -> Result<Vec<SourcedGenre>, SourceError> {
        let sources = Arc::clone(&self.sources);
        let ask = move || async move { sources.genres(source).await };
        told(self.genres.get(source.name(), ask).await)
    }

    fn states(&self) -> Vec<SourceState> {
        self.sources.states()
    }
}

fn told<T: Clone>(
    outcome: Result<Arc<layer::Kept<T>>, Arc<SourceError>>,
) -> Result<T, SourceError> {
    match outcome {
        Ok(kept) => Ok(kept.value.clone()),
        Err(failure) => Err(again(&failure)),
    }
}

/// Tells a failure to one more of those who waited.
fn again(failure: &Arc<SourceError>) -> SourceError {
    match failure.as_ref() {
        SourceError::NotConfigured => SourceError::NotConfigured,
        SourceError::QuotaSpent { until } => SourceError::QuotaSpent { until: *until },
        SourceError::Refused => SourceError::Refused,
        SourceError::Unavailable(_) => SourceError::Unavailable(Arc::clone(failure).into()),
        SourceError::Malformed(_) => SourceError::Malformed(Arc::clone(failure).into()),
    }
}

/// What counts as the same question: blanks and case make no difference.
fn folded(title: &str) -> String {
    let words: Vec<&str> = title.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// What people search for is nobody's business, and may be long; the key holds a digest of it.
pub(super) fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
