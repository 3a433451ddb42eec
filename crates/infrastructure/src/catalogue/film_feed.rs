//! What the search index reads of the database.
use super::{
    film_changes,
    film_index::{FilmDocument, FilmFeed},
};
use crate::persistence::{Query, Row, corrupt, in_list};
use application::shared::store::StoreError;
use async_trait::async_trait;
use domain::{catalogue::FilmId, shared::Id};
use sea_orm::{DatabaseConnection, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// The setting by which this database is told from others.
const CATALOGUE_ID: &str = "catalogue_id";

/// Reads documents and changes from the pool.
pub struct SqlFilmFeed {
    connection: DatabaseConnection,
    /// The name to give the database if it has none yet.
    new_catalogue_id: Uuid,
}

impl SqlFilmFeed {
    /// A feed of this database; `new_catalogue_id` is the name it gets if it has none yet.
    #[must_use]
    pub fn new(connection: DatabaseConnection, new_catalogue_id: Uuid) -> Self {
        Self {
            connection,
            new_catalogue_id,
        }
    }

    async fn documents_where(
        &self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Vec<FilmDocument>, StoreError> {
        let sql = format!(
            "SELECT f.id, f.title, f.description, f.release_year, f.original_title FROM films f \
             WHERE {condition}"
        );
        let rows = Query::new(&sql, values).all(&self.connection).await?;
        let mut documents: Vec<FilmDocument> =
            rows.iter().map(bare_document).collect::<Result<_, _>>()?;
        self.add_parts(&mut documents).await?;
        Ok(documents)
    }

    async fn add_parts(&self, documents: &mut [FilmDocument]) -> Result<(), StoreError> {
        if documents.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = documents
            .iter()
            .map(|document| document.id.as_uuid())
            .collect();
        let (places, values) = in_list(1, &ids);
        let sql = format!(
            "SELECT g.film_id, 'genre' AS what, g.position AS place, n.name_en AS first, \
                 n.name_ru AS second \
                 FROM film_genres g JOIN genres n ON n.id = g.genre_id WHERE g.film_id IN ({places}) \
             UNION ALL SELECT c.film_id, 'country', c.position, c.name, '' \
                 FROM film_countries c WHERE c.film_id IN ({places}) \
             UNION ALL SELECT m.film_id, m.role, m.position, p.name, COALESCE(p.other_name, '') \
                 FROM film_people m JOIN people p ON p.id = m.person_id \
                 WHERE m.film_id IN ({places}) \
             UNION ALL SELECT t.film_id, 'title', t.position, t.title, '' \
                 FROM film_titles t WHERE t.film_id IN ({places}) \
             UNION ALL SELECT k.film_id, 'keyword', k.position, k.word, '' \
                 FROM film_keywords k WHERE k.film_id IN ({places}) \
             ORDER BY 1, 2, 3"
        );
        let rows = Query::new(&sql, values).all(&self.connection).await?;
        let mut by_id: HashMap<Uuid, &mut FilmDocument> = documents
            .iter_mut()
            .map(|document| (document.id.as_uuid(), document))
            .collect();
        for row in &rows {
            if let Some(document) = by_id.get_mut(&row.get::<Uuid>(0)?) {
                add_part(document, row)?;
            }
        }
        Ok(())
    }
}

fn bare_document(row: &Row) -> Result<FilmDocument, StoreError> {
    Ok(FilmDocument {
        id: Id::from_uuid(row.get(0)?),
        title: row.get(1)?,
        alternative_titles: row.get::<Option<String>>(4)?.into_iter().collect(),
        description: row.get(2)?,
        year: row
            .get::<Option<i32>>(3)?
            .and_then(|year| u16::try_from(year).ok()),
        directors: Vec::new(),
        cast: Vec::new(),
        genres: Vec::new(),
        countries: Vec::new(),
        keywords: Vec::new(),
    })
}

fn add_part(document: &mut FilmDocument, row: &Row) -> Result<(), StoreError> {
    let what: String = row.get(1)?;
    let name: String = row.get(3)?;
    // A genre in the other language, a person's name in another script.
    let other: String = row.get(4)?;
    let both = [name, other].into_iter().filter(|text| !text.is_empty());
    match what.as_str() {
        "genre" => document.genres.extend(both),
        "country" => document.countries.extend(both),
        "title" => document.alternative_titles.extend(both),
        "keyword" => document.keywords.extend(both),
        "director" => document.directors.extend(both),
        _ => document.cast.extend(both),
    }
    Ok(())
}

#[async_trait]
impl FilmFeed for SqlFilmFeed {
    async fn catalogue_id(&self) -> Result<Uuid, StoreError> {
        const NAME: &str = "INSERT INTO settings (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO NOTHING";
        const READ: &str = "SELECT value FROM settings WHERE name = $1";
        let read = || Query::new(READ, [CATALOGUE_ID.into()]).one(&self.connection);
        let mut row = read().await?;
        if row.is_none() {
            let values = [
                CATALOGUE_ID.into(),
                self.new_catalogue_id.to_string().into(),
            ];
            Query::new(NAME, values).change(&self.connection).await?;
            row = read().await?;
        }
        let text: String = row
            .ok_or_else(|| corrupt("setting", "the name of the catalogue is gone"))?
            .get(0)?;
        text.parse()
            .map_err(|source: uuid::Error| corrupt("setting", source))
    }

    async fn newest_change(&self) -> Result<i64, StoreError> {
        film_changes::newest_change(&self.connection).await
    }

    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError> {
        film_changes::changes_after(&self.connection, after, most).await
    }

    async fn documents(&self, films: &[FilmId]) -> Result<Vec<FilmDocument>, StoreError> {
        if films.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let (places, values) = in_list(1, &ids);
        self.documents_where(&format!("f.id IN ({places})"), values)
            .await
    }

    async fn documents_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmDocument>, StoreError> {
        let after = after.map_or(Uuid::nil(), Id::as_uuid);
        let values = vec![after.into(), i64::from(most).into()];
        self.documents_where("f.id > $1 ORDER BY f.id LIMIT $2", values)
            .await
    }
}
