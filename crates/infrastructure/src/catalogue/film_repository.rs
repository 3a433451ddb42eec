//! Films in the database.
use super::{film_country_row as country, film_genre_row as genre, film_row, folding::folded};
use crate::persistence::{IntoStoreError, Query, Transaction, corrupt};
use application::{catalogue::ports::FilmRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId, PosterKey},
    identity::UserId,
    shared::Id,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Unchanged, ColumnTrait, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect,
};

#[async_trait]
impl FilmRepository for Transaction {
    async fn find(&self, film: FilmId) -> Result<Option<Film>, StoreError> {
        let row = film_row::Entity::find_by_id(film.as_uuid())
            .lock_exclusive()
            .one(&self.tx)
            .await
            .or_store_error()?;
        let Some(row) = row else { return Ok(None) };
        let genres = genre::Entity::find()
            .filter(genre::Column::FilmId.eq(film.as_uuid()))
            .order_by_asc(genre::Column::Position)
            .all(&self.tx)
            .await
            .or_store_error()?;
        let genres = genres
            .into_iter()
            .map(|row| Id::from_uuid(row.genre_id))
            .collect();
        row.into_film(genres).map(Some)
    }

    async fn insert(&self, film: &Film) -> Result<(), StoreError> {
        film_row::Entity::insert(film_row::Model::from(film).into_active_model())
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        self.insert_genres(film).await?;
        self.insert_country(film).await?;
        self.note_change(film.id, film.updated_at);
        Ok(())
    }

    async fn save(&self, film: &Film) -> Result<(), StoreError> {
        let before = self.stored_before(film).await?;
        let id = film.id.as_uuid();
        let row = film_row::Model::from(film);
        let has_same_country = before.country == row.country;
        let change = change_of(before, row);
        film_row::Entity::update(change)
            .validate()
            .or_store_error()?
            .filter(film_row::Column::Revision.eq(film.revision - 1))
            .exec(&self.tx)
            .await
            .or_store_error()?;
        genre::Entity::delete_many()
            .filter(genre::Column::FilmId.eq(id))
            .exec(&self.tx)
            .await
            .or_store_error()?;
        self.insert_genres(film).await?;
        if !has_same_country {
            country::Entity::delete_many()
                .filter(country::Column::FilmId.eq(id))
                .exec(&self.tx)
                .await
                .or_store_error()?;
            self.insert_country(film).await?;
        }
        self.note_change(film.id, film.updated_at);
        Ok(())
    }

    async fn list_unseen_posters(&self, most: u32) -> Result<Vec<FilmId>, StoreError> {
        const LIST: &str = "SELECT id FROM films \
             WHERE poster_key IS NOT NULL AND poster_blurhash IS NULL ORDER BY id LIMIT $1";
        let rows = Query::new(LIST, [i64::from(most).into()])
            .all(&self.tx)
            .await?;
        rows.iter()
            .map(|row| Ok(Id::from_uuid(row.get(0)?)))
            .collect()
    }

    async fn remove_private_films(
        &self,
        owner: UserId,
        at: DateTime<Utc>,
    ) -> Result<Vec<PosterKey>, StoreError> {
        const REMOVE: &str = "DELETE FROM films WHERE id IN (SELECT f.id FROM films f WHERE f.owner_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM watchlist_items i \
                 JOIN watchlists w ON w.id = i.watchlist_id \
                 WHERE i.film_id = f.id AND w.user_id <> $1) \
             AND NOT EXISTS (SELECT 1 FROM viewings v WHERE v.film_id = f.id AND v.user_id <> $1) \
             AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.film_id = f.id AND r.user_id <> $1) \
             AND NOT EXISTS (SELECT 1 FROM film_ratings r \
                 WHERE r.film_id = f.id AND r.user_id <> $1) \
             AND NOT EXISTS (SELECT 1 FROM mix_films m WHERE m.film_id = f.id)) \
             RETURNING id, poster_key";
        let removed = Query::new(REMOVE, [owner.as_uuid().into()])
            .all(&self.tx)
            .await?;
        for row in &removed {
            self.note_change(Id::from_uuid(row.get(0)?), at);
        }
        removed
            .iter()
            .filter_map(|row| row.get::<Option<String>>(1).transpose())
            .map(|key| PosterKey::parse(&key?).map_err(|source| corrupt("film", source)))
            .collect()
    }

    async fn forget_changes(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        // The newest tells a search index how far it is behind.
        const FORGET: &str = "DELETE FROM film_changes \
             WHERE changed_at < $1 AND seq < (SELECT MAX(seq) FROM film_changes)";
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }
}

/// What is to be written over a row: what nobody but a source tells stays as it is.
fn change_of(before: film_row::Model, row: film_row::Model) -> film_row::ActiveModel {
    let has_same_text = before.description == row.description;
    let says_the_same = has_same_text
        && before.title == row.title
        && before.country == row.country
        && before.release_year == row.release_year;
    let mut change: film_row::ActiveModel = row.into();
    change = change.reset_all();
    change.runtime_minutes = Unchanged(before.runtime_minutes);
    change.original_title = Unchanged(before.original_title);
    change.original_key = Unchanged(before.original_key);
    change.poster_source = Unchanged(before.poster_source);
    change.poster_url = Unchanged(before.poster_url);
    change.popularity = Unchanged(before.popularity);
    change.refreshed_at = Unchanged(before.refreshed_at);
    change.asked_at = Unchanged(before.asked_at);
    if says_the_same {
        // Who says something else of a film takes it over from the source that told of it.
        change.told_by = Unchanged(before.told_by);
    }
    if has_same_text {
        // The words are still those of their source.
        change.text_source = Unchanged(before.text_source);
        change.text_url = Unchanged(before.text_url);
        change.text_licence = Unchanged(before.text_licence);
    }
    change
}

impl Transaction {
    /// The stored row, which must be of the revision before the film's.
    async fn stored_before(&self, film: &Film) -> Result<film_row::Model, StoreError> {
        film_row::Entity::find_by_id(film.id.as_uuid())
            .filter(film_row::Column::Revision.eq(film.revision - 1))
            .lock_exclusive()
            .one(&self.tx)
            .await
            .or_store_error()?
            .ok_or(StoreError::Stale)
    }

    async fn insert_genres(&self, film: &Film) -> Result<(), StoreError> {
        let rows: Vec<_> = film
            .content
            .genres
            .iter()
            .zip(0..)
            .map(|(genre, position)| {
                genre::Model {
                    film_id: film.id.as_uuid(),
                    genre_id: genre.as_uuid(),
                    position,
                }
                .into_active_model()
            })
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        genre::Entity::insert_many(rows)
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn insert_country(&self, film: &Film) -> Result<(), StoreError> {
        let Some(name) = &film.content.country else {
            return Ok(());
        };
        let row = country::Model {
            film_id: film.id.as_uuid(),
            position: 0,
            name: name.as_str().to_owned(),
            folded: folded(name.as_str()),
        };
        country::Entity::insert(row.into_active_model())
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }
}
