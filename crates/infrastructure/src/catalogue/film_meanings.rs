//! What films mean, in the database.
use super::{SqlFilmFeed, film_index::FilmFeed};
use crate::persistence::{Database, Query, Transaction, insert_rows};
use application::{
    catalogue::ports::{EmbeddedFilm, FilmText, MeaningQueries, MeaningRepository},
    shared::store::{Cause, StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, shared::Id};
use sea_orm::Value;
use sha2::{Digest, Sha256};
use shaku::Component;
use std::{collections::HashMap, fmt::Write, sync::Arc};
use uuid::Uuid;

/// Reads from the pool which films lack numbers, and in which words they are put.
#[derive(Component)]
#[shaku(interface = MeaningQueries)]
pub struct SqlMeaningQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

const LACKING: &str = "FROM films f \
     LEFT JOIN film_meanings m ON m.film_id = f.id AND m.model = $1 \
     WHERE m.film_id IS NULL OR m.film_revision <> f.revision";

#[async_trait]
impl MeaningQueries for SqlMeaningQueries {
    async fn count_lacking(&self, model: &str) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) {LACKING}");
        let query = Query::new(&sql, [model.into()]);
        let row = query.one(self.database.connection()).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    async fn list_lacking(&self, model: &str, most: u32) -> Result<Vec<FilmText>, StoreError> {
        let sql =
            format!("SELECT f.id, f.revision, m.text_digest {LACKING} ORDER BY f.id LIMIT $2");
        let connection = self.database.connection();
        let values = [model.into(), i64::from(most).into()];
        let rows = Query::new(&sql, values).all(connection).await?;
        let mut lacking: HashMap<FilmId, (i64, Option<Vec<u8>>)> = HashMap::new();
        for row in &rows {
            let film = Id::from_uuid(row.get(0)?);
            lacking.insert(film, (row.get(1)?, row.get(2)?));
        }
        let films: Vec<FilmId> = lacking.keys().copied().collect();
        let feed = SqlFilmFeed::new(connection.clone(), Uuid::nil());
        let documents = feed.documents(&films).await?;
        let texts = documents.iter().filter_map(|document| {
            let (revision, digest) = lacking.remove(&document.id)?;
            let text = document.in_words();
            Some(FilmText {
                film: document.id,
                revision,
                is_known: digest.is_some_and(|known| known == digest_of(&text)),
                text,
            })
        });
        Ok(texts.collect())
    }
}

fn digest_of(text: &str) -> Vec<u8> {
    Sha256::digest(text).to_vec()
}

#[async_trait]
impl MeaningRepository for Transaction {
    async fn note_unchanged(&self, films: &[FilmText]) -> Result<(), StoreError> {
        if films.is_empty() {
            return Ok(());
        }
        let mut values: Vec<Value> = Vec::with_capacity(films.len() * 2);
        let (mut cases, mut list) = (String::new(), String::new());
        for film in films {
            values.extend([film.film.as_uuid().into(), film.revision.into()]);
            let (id, revision) = (values.len() - 1, values.len());
            let comma = if list.is_empty() { "" } else { "," };
            let _ = write!(cases, " WHEN ${id} THEN CAST(${revision} AS bigint)");
            let _ = write!(list, "{comma}${id}");
        }
        let sql = format!(
            "UPDATE film_meanings SET film_revision = CASE film_id{cases} ELSE film_revision END \
             WHERE film_id IN ({list})"
        );
        Query::new(&sql, values).change(&self.tx).await?;
        Ok(())
    }

    async fn save(
        &self,
        model: &str,
        films: &[EmbeddedFilm],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        const HEAD: &str = "INSERT INTO film_meanings \
             (film_id, model, dimension, film_revision, text_digest, numbers, made_at) VALUES";
        const TAIL: &str = "ON CONFLICT (film_id) DO UPDATE SET model = excluded.model, \
             dimension = excluded.dimension, film_revision = excluded.film_revision, \
             text_digest = excluded.text_digest, numbers = excluded.numbers, \
             made_at = excluded.made_at";
        let rows: Result<Vec<[Value; 7]>, StoreError> = films
            .iter()
            .map(|embedded| {
                let dimension = i32::try_from(embedded.meaning.dimensions());
                let dimension = dimension.map_err(|cause| unfit(cause.into()))?;
                Ok([
                    embedded.film.film.as_uuid().into(),
                    model.into(),
                    dimension.into(),
                    embedded.film.revision.into(),
                    digest_of(&embedded.film.text).into(),
                    embedded.meaning.bytes().into(),
                    at.into(),
                ])
            })
            .collect();
        insert_rows(&self.tx, HEAD, rows?, TAIL).await?;
        Ok(())
    }
}

fn unfit(source: Cause) -> StoreError {
    StoreError::Corrupt {
        entity: "meaning",
        source,
    }
}
