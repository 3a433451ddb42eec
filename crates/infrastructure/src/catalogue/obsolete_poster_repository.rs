//! Posters that nobody shows any more, in the database.
use super::obsolete_poster_row::{ActiveModel, Column, Entity};
use crate::persistence::{IntoStoreError, Query, Transaction, corrupt};
use application::{catalogue::ports::ObsoletePosterRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::PosterKey;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};

#[async_trait]
impl ObsoletePosterRepository for Transaction {
    async fn add(&self, posters: &[PosterKey], at: DateTime<Utc>) -> Result<(), StoreError> {
        if posters.is_empty() {
            return Ok(());
        }
        let rows = posters.iter().map(|key| ActiveModel {
            poster_key: Set(key.as_str().to_owned()),
            since: Set(at),
        });
        Entity::insert_many(rows)
            .on_conflict(
                OnConflict::column(Column::PosterKey)
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn list(&self, most: u32) -> Result<Vec<PosterKey>, StoreError> {
        const LIST: &str = "SELECT o.poster_key FROM obsolete_posters o \
             WHERE NOT EXISTS (SELECT 1 FROM films f WHERE f.poster_key = o.poster_key) \
             ORDER BY o.since, o.poster_key LIMIT $1";
        let rows = Query::new(LIST, [i64::from(most).into()])
            .all(&self.tx)
            .await?;
        rows.iter()
            .map(|row| {
                let key: String = row.get(0)?;
                PosterKey::parse(&key).map_err(|source| corrupt("obsolete poster", source))
            })
            .collect()
    }

    async fn forget(&self, posters: &[PosterKey]) -> Result<(), StoreError> {
        Entity::delete_many()
            .filter(Column::PosterKey.is_in(posters.iter().map(PosterKey::as_str)))
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }
}
