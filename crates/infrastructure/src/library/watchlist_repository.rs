//! Watchlists in the database.
use super::watchlist_row::{Entity, Model};
use crate::persistence::{IntoStoreError, Query, Transaction};
use application::{library::ports::WatchlistRepository, shared::store::StoreError};
use async_trait::async_trait;
use domain::library::{Gradient, Watchlist, WatchlistId};
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
        const RECOLOR: &str =
            "UPDATE watchlists SET color1 = $2, color2 = $3, color3 = $4 WHERE id = $1";
        let values = [
            list.as_uuid().into(),
            gradient.first().as_str().into(),
            gradient.second().as_str().into(),
            gradient.third().as_str().into(),
        ];
        Query::new(RECOLOR, values).change(&self.tx).await?;
        Ok(())
    }

    async fn remove(&self, list: WatchlistId) -> Result<(), StoreError> {
        Entity::delete_by_id(list.as_uuid())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }
}
