//! Reads of users, sessions and sign-in attempts.
use super::{session_row as session, telegram_sign_in_row as attempt, user_row as user};
use crate::persistence::{Database, IntoStoreError};
use application::{identity::ports::IdentityQueries, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::{EmailAddress, Session, SignInKeyDigest, TelegramSignIn, User, UserId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use shaku::Component;
use std::sync::Arc;

/// Reads from the pool, each one statement.
#[derive(Component)]
#[shaku(interface = IdentityQueries)]
pub struct SqlIdentityQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl IdentityQueries for SqlIdentityQueries {
    async fn show_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        let row = user::Entity::find_by_id(user.as_uuid())
            .one(self.database.connection())
            .await
            .or_store_error()?;
        row.map(User::try_from).transpose()
    }

    async fn show_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        let row = user::Entity::find()
            .filter(user::Column::Email.eq(email.as_str()))
            .one(self.database.connection())
            .await
            .or_store_error()?;
        row.map(User::try_from).transpose()
    }

    async fn show_telegram_sign_in(
        &self,
        key: SignInKeyDigest,
    ) -> Result<Option<TelegramSignIn>, StoreError> {
        let row = attempt::Entity::find_by_id(key.0.to_vec())
            .one(self.database.connection())
            .await
            .or_store_error()?;
        row.map(TelegramSignIn::try_from).transpose()
    }

    async fn list_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let rows = session::Entity::find()
            .filter(session::Column::UserId.eq(user.as_uuid()))
            .filter(session::Column::ExpiresAt.gt(now))
            .order_by_desc(session::Column::CreatedAt)
            .order_by_desc(session::Column::Id)
            .all(self.database.connection())
            .await
            .or_store_error()?;
        rows.into_iter().map(Session::try_from).collect()
    }
}
