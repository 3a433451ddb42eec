//! What recommending reads of films.
use super::serving::{Credit, FilmFacts};
use crate::{
    catalogue::film_changes,
    persistence::{Query, Row, corrupt, in_list},
};
use application::shared::store::StoreError;
use async_trait::async_trait;
use domain::{
    catalogue::{CreditRole, FilmId, FilmKind, GenreId, MoodId},
    shared::Id,
};
use sea_orm::{DatabaseConnection, Value};
use std::collections::HashMap;
use uuid::Uuid;

/// The facts of the films of the database, and the numbers of their changes.
#[async_trait]
pub trait FactsFeed: Send + Sync {
    /// The number of the newest change; 0 where there is none.
    async fn newest_change(&self) -> Result<i64, StoreError>;
    /// Lists up to `most` changes after a number, the oldest first: number and film.
    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError>;
    /// Reads films; those that are gone are missing from the answer.
    async fn facts(&self, films: &[FilmId]) -> Result<Vec<FilmFacts>, StoreError>;
    /// Reads up to `most` films after one, in the order of their identifiers.
    async fn facts_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmFacts>, StoreError>;
    /// The genres that suit each mood.
    async fn moods(&self) -> Result<HashMap<MoodId, Vec<GenreId>>, StoreError>;
}

/// Reads facts from the pool.
pub struct SqlFactsFeed {
    connection: DatabaseConnection,
}

impl SqlFactsFeed {
    /// A feed of this database.
    #[must_use]
    pub fn new(connection: DatabaseConnection) -> Self {
        Self { connection }
    }

    async fn facts_where(
        &self,
        condition: &str,
        values: Vec<Value>,
    ) -> Result<Vec<FilmFacts>, StoreError> {
        let sql = format!(
            "SELECT f.id, f.kind, f.release_year, f.runtime_minutes, f.popularity FROM films f \
             WHERE {condition}"
        );
        let rows = Query::new(&sql, values).all(&self.connection).await?;
        let mut facts: Vec<FilmFacts> = rows.iter().map(bare_facts).collect::<Result<_, _>>()?;
        self.add_parts(&mut facts).await?;
        Ok(facts)
    }

    async fn add_parts(&self, facts: &mut [FilmFacts]) -> Result<(), StoreError> {
        if facts.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = facts.iter().map(|film| film.id.as_uuid()).collect();
        let (places, values) = in_list(1, &ids);
        let sql = format!(
            "SELECT g.film_id, 'genre' AS what, g.position AS place, g.genre_id AS part, '' AS word \
                 FROM film_genres g WHERE g.film_id IN ({places}) \
             UNION ALL SELECT m.film_id, m.role, m.position, m.person_id, '' \
                 FROM film_people m WHERE m.film_id IN ({places}) \
             UNION ALL SELECT c.film_id, 'country', c.position, NULL, c.folded \
                 FROM film_countries c WHERE c.film_id IN ({places}) \
             UNION ALL SELECT k.film_id, 'keyword', k.position, NULL, LOWER(k.word) \
                 FROM film_keywords k WHERE k.film_id IN ({places}) \
             ORDER BY 1, 2, 3"
        );
        let rows = Query::new(&sql, values).all(&self.connection).await?;
        let mut by_id: HashMap<Uuid, &mut FilmFacts> = facts
            .iter_mut()
            .map(|film| (film.id.as_uuid(), film))
            .collect();
        for row in &rows {
            if let Some(film) = by_id.get_mut(&row.get::<Uuid>(0)?) {
                add_part(film, row)?;
            }
        }
        Ok(())
    }
}

fn bare_facts(row: &Row) -> Result<FilmFacts, StoreError> {
    let kind: String = row.get(1)?;
    let kind: FilmKind = kind.parse().map_err(|source| corrupt("film", source))?;
    let runtime: Option<i32> = row.get(3)?;
    Ok(FilmFacts {
        year: row.get(2)?,
        minutes: runtime.and_then(|minutes| u16::try_from(minutes).ok()),
        popularity: row.get::<Option<f64>>(4)?.unwrap_or_default(),
        ..FilmFacts::bare(Id::from_uuid(row.get(0)?), kind)
    })
}

fn add_part(film: &mut FilmFacts, row: &Row) -> Result<(), StoreError> {
    let what: String = row.get(1)?;
    let part: Option<Uuid> = row.get(3)?;
    match (what.as_str(), part) {
        ("genre", Some(genre)) => film.genres.push(Id::from_uuid(genre)),
        ("director", Some(person)) => film.people.push(Credit {
            person: Id::from_uuid(person),
            role: CreditRole::Director,
        }),
        ("cast", Some(person)) => film.people.push(Credit {
            person: Id::from_uuid(person),
            role: CreditRole::Cast,
        }),
        ("country", _) => film.countries.push(row.get(4)?),
        ("keyword", _) => film.keywords.push(row.get(4)?),
        (other, _) => return Err(corrupt("film", format!("`{other}` is no part of a film"))),
    }
    Ok(())
}

#[async_trait]
impl FactsFeed for SqlFactsFeed {
    async fn newest_change(&self) -> Result<i64, StoreError> {
        film_changes::newest_change(&self.connection).await
    }

    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError> {
        film_changes::changes_after(&self.connection, after, most).await
    }

    async fn facts(&self, films: &[FilmId]) -> Result<Vec<FilmFacts>, StoreError> {
        if films.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let (places, values) = in_list(1, &ids);
        self.facts_where(&format!("f.id IN ({places})"), values)
            .await
    }

    async fn facts_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmFacts>, StoreError> {
        let after = after.map_or(Uuid::nil(), Id::as_uuid);
        let values = vec![after.into(), i64::from(most).into()];
        self.facts_where("f.id > $1 ORDER BY f.id LIMIT $2", values)
            .await
    }

    async fn moods(&self) -> Result<HashMap<MoodId, Vec<GenreId>>, StoreError> {
        const READ: &str = "SELECT mood_id, genre_id FROM mood_genres ORDER BY mood_id, genre_id";
        let rows = Query::new(READ, []).all(&self.connection).await?;
        let mut moods: HashMap<MoodId, Vec<GenreId>> = HashMap::new();
        for row in &rows {
            let genres = moods.entry(Id::from_uuid(row.get(0)?)).or_default();
            genres.push(Id::from_uuid(row.get(1)?));
        }
        Ok(moods)
    }
}
