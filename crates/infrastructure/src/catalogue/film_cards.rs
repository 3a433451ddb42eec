//! What every viewer sees alike of a film, kept in memory.
//!
//! A statement that reads flags also reads each film's revision. A card in memory is shown only when
//! it is of that revision, so what is shown is never older than the statement.
use super::film_row;
use crate::persistence::{Database, Query, Row, corrupt, in_list};
use application::{
    catalogue::views::{FilmCard, FlaggedFilm, Flags},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{FilmId, PosterKey, TmdbId},
    shared::Id,
};
use metrics::counter;
use moka::sync::Cache;
use shaku::{Component, Interface};
use std::{collections::HashMap, sync::Arc};
use telemetry::Call;
use uuid::Uuid;

/// The columns of `films f` that make a card, in the order in which [`read_card`] expects them.
pub(crate) const CARD_COLUMNS: &str = "f.id, f.revision, f.title, f.description, f.country, \
     f.release_year, f.poster_key, f.tmdb_id, f.owner_id, f.poster_blurhash, f.poster_colour, \
     f.refreshed_at";
pub(crate) const CARD_WIDTH: usize = 12;

/// Reads a card from a row that starts with [`CARD_COLUMNS`].
pub(crate) fn read_card(row: &Row) -> Result<FilmCard, StoreError> {
    let owner = row.get::<Option<Uuid>>(8)?;
    let refreshed_at = row.get::<Option<DateTime<Utc>>>(11)?;
    Ok(FilmCard {
        id: Id::from_uuid(row.get(0)?),
        revision: row.get(1)?,
        title: row.get(2)?,
        description: row.get(3)?,
        country: row.get(4)?,
        release_year: row.get(5)?,
        poster: row
            .get::<Option<String>>(6)?
            .map(|key| PosterKey::parse(&key).map_err(|source| corrupt("film", source)))
            .transpose()?,
        poster_looks: film_row::looks(row.get(9)?, row.get(10)?)?,
        tmdb: row.get::<Option<i64>>(7)?.map(TmdbId),
        owner: owner.map(Id::from_uuid),
        is_complete: owner.is_some() || refreshed_at.is_some(),
    })
}

/// A film as a statement saw it: which revision, and the viewer's flags.
pub struct Seen {
    /// Which film.
    pub film: FilmId,
    /// Which state of it.
    pub revision: i64,
    /// What the viewer says of it.
    pub flags: Flags,
}

/// Gives cards.
#[async_trait]
pub trait FilmCards: Interface {
    /// The card in memory, of whatever revision.
    fn peek(&self, film: FilmId) -> Option<Arc<FilmCard>>;
    /// Keeps a card.
    fn keep(&self, card: Arc<FilmCard>);
    /// Puts cards to what a statement saw, in its order; those missing or outdated in memory are read
    /// by one more statement. Films that are gone by then are left out.
    async fn complete(&self, seen: Vec<Seen>) -> Result<Vec<FlaggedFilm>, StoreError>;
}

/// The memory itself, bounded by bytes.
#[derive(Clone)]
pub struct FilmCardCache(Cache<FilmId, Arc<FilmCard>>);

impl FilmCardCache {
    /// A memory of so many bytes.
    #[must_use]
    pub fn of_bytes(bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes)
            .weigher(|_, card: &Arc<FilmCard>| weight(card))
            .build();
        Self(cache)
    }
}

impl Default for FilmCardCache {
    /// Enough for some twenty thousand films.
    fn default() -> Self {
        Self::of_bytes(24 * 1024 * 1024)
    }
}

fn weight(card: &FilmCard) -> u32 {
    const REST: usize = 300;
    u32::try_from(card.title.len() + card.description.len() + REST).unwrap_or(u32::MAX)
}

/// Cards from memory, else from the database.
#[derive(Component)]
#[shaku(interface = FilmCards)]
pub struct CachedFilmCards {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    cache: FilmCardCache,
}

#[async_trait]
impl FilmCards for CachedFilmCards {
    fn peek(&self, film: FilmId) -> Option<Arc<FilmCard>> {
        self.cache.0.get(&film)
    }

    fn keep(&self, card: Arc<FilmCard>) {
        self.cache.0.insert(card.id, card);
    }

    async fn complete(&self, seen: Vec<Seen>) -> Result<Vec<FlaggedFilm>, StoreError> {
        let step = || Call::within("cache film_cards");
        let completed = telemetry::call(step, self.completed(seen), |done| {
            done.is_err().then_some("store")
        });
        completed.await
    }
}

impl CachedFilmCards {
    async fn completed(&self, seen: Vec<Seen>) -> Result<Vec<FlaggedFilm>, StoreError> {
        let mut known = HashMap::with_capacity(seen.len());
        let mut missing = Vec::new();
        for each in &seen {
            match self
                .peek(each.film)
                .filter(|card| card.revision >= each.revision)
            {
                Some(card) => {
                    known.insert(each.film, card);
                }
                None => missing.push(each.film),
            }
        }
        tell(known.len(), missing.len());
        for card in self.read(&missing).await? {
            known.insert(card.id, card);
        }
        Ok(seen
            .into_iter()
            .filter_map(|Seen { film, flags, .. }| {
                Some(FlaggedFilm {
                    card: Arc::clone(known.get(&film)?),
                    flags,
                })
            })
            .collect())
    }

    async fn read(&self, films: &[FilmId]) -> Result<Vec<Arc<FilmCard>>, StoreError> {
        if films.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let mut cards = Vec::with_capacity(ids.len());
        // A list may hold more films than a statement takes parameters.
        for chunk in ids.chunks(1024) {
            let (places, values) = in_list(1, chunk);
            let sql = format!("SELECT {CARD_COLUMNS} FROM films f WHERE f.id IN ({places})");
            for row in Query::new(&sql, values)
                .all(self.database.connection())
                .await?
            {
                let card = Arc::new(read_card(&row)?);
                self.keep(Arc::clone(&card));
                cards.push(card);
            }
        }
        Ok(cards)
    }
}

/// Counts what was in memory and what was not.
fn tell(hits: usize, misses: usize) {
    telemetry::note("cache.hits", hits);
    telemetry::note("cache.misses", misses);
    for (outcome, count) in [("hit", hits), ("miss", misses)] {
        if let Some(count) = u64::try_from(count).ok().filter(|count| *count > 0) {
            counter!("filmhub_cache_total", "cache" => "film_cards", "outcome" => outcome)
                .increment(count);
        }
    }
}
