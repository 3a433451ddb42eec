//! Attempts to sign in by Telegram in the database.
use super::telegram_sign_in_row::{ActiveModel, Column, Entity, Model};
use crate::persistence::{IntoStoreError, Transaction};
use application::{identity::ports::TelegramSignInRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::{SignInKeyDigest, TelegramSignIn};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};

#[async_trait]
impl TelegramSignInRepository for Transaction {
    async fn insert(&self, attempt: &TelegramSignIn) -> Result<(), StoreError> {
        Entity::insert(Model::from(attempt).into_active_model())
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn find(&self, key: SignInKeyDigest) -> Result<Option<TelegramSignIn>, StoreError> {
        let row = Entity::find_by_id(key.0.to_vec())
            .lock_exclusive()
            .one(&self.tx)
            .await
            .or_store_error()?;
        row.map(TelegramSignIn::try_from).transpose()
    }

    async fn save(&self, attempt: &TelegramSignIn) -> Result<(), StoreError> {
        let row: ActiveModel = Model::from(attempt).into();
        Entity::update(row.reset_all())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let removed = Entity::delete_many()
            .filter(Column::ExpiresAt.lte(before))
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(removed.rows_affected)
    }
}
