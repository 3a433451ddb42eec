//! Users in the database.
use super::user_row::{ActiveModel, Column, Entity, Model};
use crate::persistence::{IntoStoreError, Query, Transaction};
use application::{
    identity::ports::{SaveUserError, UserRepository},
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    identity::{EmailAddress, Role, TelegramId, User, UserId},
    shared::Id,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, SqlErr, sea_query::IntoCondition,
};

impl Transaction {
    async fn find_user(&self, condition: Condition) -> Result<Option<User>, StoreError> {
        let row = Entity::find()
            .filter(condition)
            .lock_exclusive()
            .one(&self.tx)
            .await
            .or_store_error()?;
        row.map(User::try_from).transpose()
    }
}

#[async_trait]
impl UserRepository for Transaction {
    async fn find(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.find_user(Column::Id.eq(user.as_uuid()).into_condition())
            .await
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        self.find_user(Column::Email.eq(email.as_str()).into_condition())
            .await
    }

    async fn find_by_telegram(&self, telegram: TelegramId) -> Result<Option<User>, StoreError> {
        self.find_user(Column::TelegramId.eq(telegram.0).into_condition())
            .await
    }

    async fn find_active_admins(&self) -> Result<Vec<UserId>, StoreError> {
        let admins = Entity::find()
            .filter(Column::Role.eq(Role::Admin.name()))
            .filter(Column::DisabledAt.is_null())
            // Two who lock the same rows lock them in the same order.
            .order_by_asc(Column::Id)
            .lock_exclusive()
            .all(&self.tx)
            .await
            .or_store_error()?;
        Ok(admins
            .into_iter()
            .map(|row| Id::from_uuid(row.id))
            .collect())
    }

    async fn insert(&self, user: &User) -> Result<(), SaveUserError> {
        Entity::insert(Model::from(user).into_active_model())
            .exec_without_returning(&self.tx)
            .await
            .map_err(taken)?;
        Ok(())
    }

    async fn save(&self, user: &User) -> Result<(), SaveUserError> {
        let row: ActiveModel = Model::from(user).into();
        Entity::update(row.reset_all())
            .exec(&self.tx)
            .await
            .map_err(taken)?;
        Ok(())
    }

    async fn remove(&self, user: UserId) -> Result<(), StoreError> {
        // Films that stay show another owner from now on: cards of them in memory are outdated.
        const LEAVE_FILMS: &str = "UPDATE films SET owner_id = NULL, revision = revision + 1 \
             WHERE owner_id = $1";
        Query::new(LEAVE_FILMS, [user.as_uuid().into()])
            .change(&self.tx)
            .await?;
        Entity::delete_by_id(user.as_uuid())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }
}

/// Which constraint refused a user: PostgreSQL tells the constraint's name, SQLite the column's.
fn taken(failure: DbErr) -> SaveUserError {
    match failure.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("email") => {
            SaveUserError::EmailTaken
        }
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("telegram") => {
            SaveUserError::TelegramTaken
        }
        _ => match Err::<(), _>(failure).or_store_error() {
            Err(failure) => failure.into(),
            Ok(()) => unreachable!("a failure stays a failure"),
        },
    }
}
