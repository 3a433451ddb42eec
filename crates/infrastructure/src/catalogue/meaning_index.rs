//! The films by what they mean, in memory.
use crate::persistence::{Database, Query, Row, corrupt};
use application::{
    assistant::ports::Embedder,
    catalogue::ports::MeaningIndex,
    shared::{background::Background, clock::Clock, failure::logged, store::StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    catalogue::{FilmId, Meaning, nearest},
    shared::Id,
};
use sea_orm::DatabaseConnection;
use shaku::Component;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};
use tokio::task::spawn_blocking;
use uuid::Uuid;

/// How often what was added elsewhere is read, while somebody searches.
const PERIOD: TimeDelta = TimeDelta::seconds(5);
/// Clocks differ, and what is written is seen a little later; so a little is read twice.
const OVERLAP: TimeDelta = TimeDelta::minutes(2);
/// How many films are read at once.
const TOGETHER: i64 = 1_000;

/// What is in memory. Nothing is, until somebody searches where a model is set up.
#[derive(Clone, Default)]
pub struct MeaningsInMemory(Arc<Inner>);

#[derive(Default)]
struct Inner {
    films: RwLock<HashMap<FilmId, Meaning>>,
    reading: Mutex<Reading>,
}

#[derive(Default)]
struct Reading {
    is_under_way: bool,
    read_until: Option<DateTime<Utc>>,
}

/// Searches all films one by one: forty thousand take some ten milliseconds.
#[derive(Component)]
#[shaku(interface = MeaningIndex)]
pub struct InMemoryMeaningIndex {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    background: Arc<dyn Background>,
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    embedder: Arc<dyn Embedder>,
    memory: MeaningsInMemory,
}

#[async_trait]
impl MeaningIndex for InMemoryMeaningIndex {
    async fn nearest(&self, meant: Meaning, most: usize) -> Vec<FilmId> {
        self.keep_up();
        let memory = self.memory.clone();
        let search = move || {
            let films = memory
                .0
                .films
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            nearest(&meant, films.iter(), most)
        };
        // Nothing there panics; a search that does finds nothing.
        spawn_blocking(search).await.unwrap_or_default()
    }
}

impl InMemoryMeaningIndex {
    /// Has read what is new, beside the search.
    fn keep_up(&self) {
        let Some(model) = self.embedder.model() else {
            return;
        };
        let now = self.clock.now();
        let Some(since) = self.memory.begin_reading(now) else {
            return;
        };
        let (memory, connection) = (self.memory.clone(), self.database.connection().clone());
        self.background.start(Box::pin(async move {
            let outcome = memory.read(&connection, &model, since).await;
            if let Err(failure) = &outcome {
                tracing::warn!(
                    error = logged(failure),
                    "what films mean could not be read, trying again"
                );
            }
            memory.end_reading(outcome.is_ok().then_some(now));
        }));
    }
}

impl MeaningsInMemory {
    /// From when on it is to be read, if it is time and nobody is reading.
    fn begin_reading(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut reading = self
            .0
            .reading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_fresh = reading.read_until.is_some_and(|until| now - until < PERIOD);
        if reading.is_under_way || is_fresh {
            return None;
        }
        reading.is_under_way = true;
        let since = reading.read_until.map(|until| until - OVERLAP);
        Some(since.unwrap_or(DateTime::UNIX_EPOCH))
    }

    fn end_reading(&self, read_until: Option<DateTime<Utc>>) {
        let mut reading = self
            .0
            .reading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        reading.is_under_way = false;
        reading.read_until = read_until.or(reading.read_until);
    }

    async fn read(
        &self,
        connection: &DatabaseConnection,
        model: &str,
        since: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.read_since(connection, model, since).await?;
        // Films that are gone leave no trace to follow.
        if self.len() > count(connection, model).await? {
            self.change(HashMap::clear);
            self.read_since(connection, model, DateTime::UNIX_EPOCH)
                .await?;
        }
        Ok(())
    }

    async fn read_since(
        &self,
        connection: &DatabaseConnection,
        model: &str,
        since: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const READ: &str = "SELECT film_id, numbers FROM film_meanings \
             WHERE model = $1 AND made_at >= $2 AND film_id > $3 ORDER BY film_id LIMIT $4";
        let mut after = Uuid::nil();
        loop {
            let values = [model.into(), since.into(), after.into(), TOGETHER.into()];
            let rows = Query::new(READ, values).all(connection).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = last.get(0)?;
            let read: Vec<(FilmId, Meaning)> =
                rows.iter().map(meaning).collect::<Result<_, _>>()?;
            self.change(|films| films.extend(read));
        }
    }

    fn change(&self, change: impl FnOnce(&mut HashMap<FilmId, Meaning>)) {
        let mut films = self.0.films.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut films);
    }

    fn len(&self) -> usize {
        let films = self.0.films.read().unwrap_or_else(PoisonError::into_inner);
        films.len()
    }
}

async fn count(connection: &DatabaseConnection, model: &str) -> Result<usize, StoreError> {
    const COUNT: &str = "SELECT count(*) FROM film_meanings WHERE model = $1";
    let row = Query::new(COUNT, [model.into()]).one(connection).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or_default())
}

fn meaning(row: &Row) -> Result<(FilmId, Meaning), StoreError> {
    let numbers: Vec<u8> = row.get(1)?;
    let meaning = Meaning::from_bytes(&numbers);
    let meaning = meaning.ok_or_else(|| corrupt("meaning", "it points nowhere"))?;
    Ok((Id::from_uuid(row.get(0)?), meaning))
}
