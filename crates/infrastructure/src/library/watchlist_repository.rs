//! Watchlists in the database.
use super::watchlist_row::{Entity, Model};
use crate::persistence::{IntoStoreError, Query, Transaction};
use application::{library::ports::WatchlistRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    library::{Gradient, Watchlist, WatchlistId},
    shared::Id,
};
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect};

#[async_trait]
impl WatchlistRepository for Transaction {
    async fn find(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError> {
        let row = Entity::find_by_id(list.as_uuid())
            .lock_exclusive()
            .one(&self.tx)
            .await
            .or_store_error()?;
        row.map(Watchlist::try_from).transpose()
    }

    async fn insert_many(&self, lists: &[Watchlist]) -> Result<(), StoreError> {
        let rows = lists
            .iter()
            .map(|list| Model::from(list).into_active_model());
        Entity::insert_many(rows)
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn recolor(&self, list: WatchlistId, gradient: &Gradient) -> Result<(), StoreError> {
        const RECOLOR: &str = "UPDATE watchlists \
             SET color1 = $2, color2 = $3, color3 = $4, colors_due = NULL WHERE id = $1";
        let values = [
            list.as_uuid().into(),
            gradient.first().as_str().into(),
            gradient.second().as_str().into(),
            gradient.third().as_str().into(),
        ];
        Query::new(RECOLOR, values).change(&self.tx).await?;
        Ok(())
    }

    async fn list_colorless(
        &self,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<WatchlistId>, StoreError> {
        const LIST: &str = "SELECT w.id FROM watchlists w \
             WHERE w.colors_due = 'posters' AND w.created_at >= $1 AND $2 <= \
                 (SELECT count(*) FROM watchlist_items i JOIN films f ON f.id = i.film_id \
                  WHERE i.watchlist_id = w.id AND f.poster_colour IS NOT NULL) \
             ORDER BY w.created_at DESC, w.id DESC LIMIT $3";
        let needed = i64::from(Gradient::POSTERS_NEEDED);
        let values = [since.into(), needed.into(), i64::from(most).into()];
        let rows = Query::new(LIST, values).all(&self.tx).await?;
        rows.iter()
            .map(|row| Ok(Id::from_uuid(row.get(0)?)))
            .collect()
    }

    async fn remove(&self, list: WatchlistId) -> Result<(), StoreError> {
        Entity::delete_by_id(list.as_uuid())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }
}
