//! Genres and moods, read once a minute.
use crate::persistence::{Database, Query};
use application::{catalogue::ports::Vocabulary, shared::store::StoreError};
use async_trait::async_trait;
use domain::{
    catalogue::{Genre, Mood},
    shared::Id,
};
use moka::future::Cache;
use sea_orm::DatabaseConnection;
use shaku::Component;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// How long genres, moods and mixes are shown from memory. They change with a release at the most;
/// another instance may have brought them a moment ago.
pub(crate) const FRESH_FOR: Duration = Duration::from_mins(1);

/// The vocabulary in memory.
#[derive(Clone)]
pub struct VocabularyCache {
    genres: Cache<(), Arc<[Genre]>>,
    moods: Cache<(), Arc<[Mood]>>,
}

impl Default for VocabularyCache {
    fn default() -> Self {
        Self {
            genres: Cache::builder().time_to_live(FRESH_FOR).build(),
            moods: Cache::builder().time_to_live(FRESH_FOR).build(),
        }
    }
}

/// Reads the vocabulary.
#[derive(Component)]
#[shaku(interface = Vocabulary)]
pub struct SqlVocabulary {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    cache: VocabularyCache,
}

/// Several who wait for the same reading share its failure.
pub(crate) fn shared_failure(failure: Arc<StoreError>) -> StoreError {
    StoreError::Unavailable(Box::new(failure))
}

#[async_trait]
impl Vocabulary for SqlVocabulary {
    async fn genres(&self) -> Result<Arc<[Genre]>, StoreError> {
        self.cache
            .genres
            .try_get_with((), read_genres(self.database.connection()))
            .await
            .map_err(shared_failure)
    }

    async fn moods(&self) -> Result<Arc<[Mood]>, StoreError> {
        self.cache
            .moods
            .try_get_with((), read_moods(self.database.connection()))
            .await
            .map_err(shared_failure)
    }
}

async fn read_genres(connection: &DatabaseConnection) -> Result<Arc<[Genre]>, StoreError> {
    const READ: &str = "SELECT id, name_en, name_ru FROM genres ORDER BY position, id";
    let rows = Query::new(READ, []).all(connection).await?;
    rows.iter()
        .map(|row| {
            Ok(Genre {
                id: Id::from_uuid(row.get(0)?),
                english: row.get(1)?,
                russian: row.get(2)?,
            })
        })
        .collect()
}

async fn read_moods(connection: &DatabaseConnection) -> Result<Arc<[Mood]>, StoreError> {
    const READ: &str = "SELECT m.id, m.name_en, m.name_ru, t.genre_id FROM moods m \
         LEFT JOIN mood_genres t ON t.mood_id = m.id ORDER BY m.position, m.id, t.genre_id";
    let mut moods: Vec<Mood> = Vec::new();
    for row in Query::new(READ, []).all(connection).await? {
        let id = Id::from_uuid(row.get(0)?);
        let genre = row.get::<Option<Uuid>>(3)?.map(Id::from_uuid);
        match moods.last_mut().filter(|mood| mood.id == id) {
            Some(mood) => mood.genres.extend(genre),
            None => moods.push(Mood {
                id,
                english: row.get(1)?,
                russian: row.get(2)?,
                genres: genre.into_iter().collect(),
            }),
        }
    }
    Ok(moods.into())
}
