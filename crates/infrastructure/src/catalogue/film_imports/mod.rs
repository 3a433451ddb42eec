//! What other catalogues tell of films, in the database.
mod people;
mod read;
mod write;

use crate::persistence::{
    IntoStoreError, Query, Transaction,
    dialect::{Turn, take_turn_until_commit},
};
use application::{
    catalogue::imports::ports::{FilmImports, ImportedFilm},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Depth, FilmId, GenreSlug, KnownFilm, SourceRef, SourcedFilm},
    shared::Id,
};
use std::collections::HashSet;

#[async_trait]
impl FilmImports for Transaction {
    async fn take_turn(&self) -> Result<(), StoreError> {
        take_turn_until_commit(&self.tx, Turn::Imports)
            .await
            .or_store_error()
    }

    async fn genres(&self) -> Result<HashSet<GenreSlug>, StoreError> {
        let rows = Query::new("SELECT slug FROM genres", [])
            .all(&self.tx)
            .await?;
        rows.iter().map(|row| read::genre(row, 0)).collect()
    }

    async fn candidates(&self, told: &[SourcedFilm]) -> Result<Vec<KnownFilm>, StoreError> {
        let films = read::candidates(&self.tx, told).await?;
        read::films(&self.tx, &films).await
    }

    async fn find(&self, films: &[FilmId]) -> Result<Vec<KnownFilm>, StoreError> {
        read::films(&self.tx, films).await
    }

    async fn save(&self, films: &[ImportedFilm], at: DateTime<Utc>) -> Result<(), StoreError> {
        write::films(&self.tx, films, at).await?;
        for imported in films.iter().filter(|imported| imported.fate.is_seen()) {
            self.note_change(imported.film.id, at);
        }
        Ok(())
    }

    async fn told_whole_since(
        &self,
        places: &[SourceRef],
        since: DateTime<Utc>,
    ) -> Result<HashSet<SourceRef>, StoreError> {
        let told = read::provenance_at(&self.tx, places).await?;
        let is_fresh = |told: &domain::catalogue::Provenance| {
            told.depth == Depth::Full && told.fetched_at >= since
        };
        let whole = told.into_iter().filter(is_fresh).map(|told| told.at);
        Ok(whole.filter(|at| places.contains(at)).collect())
    }

    async fn note_asked(
        &self,
        film: FilmId,
        at: DateTime<Utc>,
        unless_since: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const NOTE: &str = "UPDATE films SET asked_at = $1 WHERE id = $2 AND owner_id IS NULL \
             AND (asked_at IS NULL OR asked_at < $3)";
        let values = [at.into(), film.as_uuid().into(), unless_since.into()];
        Ok(Query::new(NOTE, values).change(&self.tx).await? > 0)
    }

    async fn longest_unasked(&self, most: u32) -> Result<Vec<FilmId>, StoreError> {
        // Films that were never asked for come first on both databases.
        const LIST: &str = "SELECT f.id FROM films f WHERE f.owner_id IS NULL AND ( \
                 f.tmdb_id IS NOT NULL \
                 OR EXISTS (SELECT 1 FROM film_external_ids e WHERE e.film_id = f.id) \
                 OR EXISTS (SELECT 1 FROM film_provenance p WHERE p.film_id = f.id)) \
             ORDER BY f.asked_at NULLS FIRST, f.id LIMIT $1";
        let rows = Query::new(LIST, [i64::from(most).into()])
            .all(&self.tx)
            .await?;
        rows.iter()
            .map(|row| Ok(Id::from_uuid(row.get(0)?)))
            .collect()
    }

    async fn page_reached(&self, import: &str) -> Result<Option<u32>, StoreError> {
        const READ: &str = "SELECT value FROM settings WHERE name = $1";
        let row = Query::new(READ, [import.into()]).one(&self.tx).await?;
        let page = row.map(|row| row.get::<String>(0)).transpose()?;
        // What is no number was noted by nobody; the import begins anew.
        Ok(page.and_then(|page| page.parse().ok()))
    }

    async fn note_page(&self, import: &str, page: Option<u32>) -> Result<(), StoreError> {
        const NOTE: &str = "INSERT INTO settings (name, value) VALUES ($1, $2) \
             ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        const FORGET: &str = "DELETE FROM settings WHERE name = $1";
        let query = match page {
            Some(page) => Query::new(NOTE, [import.into(), page.to_string().into()]),
            None => Query::new(FORGET, [import.into()]),
        };
        query.change(&self.tx).await?;
        Ok(())
    }
}
