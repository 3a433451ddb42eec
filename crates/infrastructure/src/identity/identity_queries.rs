//! Reads of users, sessions and sign-in attempts.
use super::{session_row as session, telegram_sign_in_row as attempt, user_row as user};
use crate::persistence::{Database, IntoStoreError, Query};
use application::{
    identity::ports::IdentityQueries,
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::{
    EmailAddress, MailTokenDigest, MailTokenPurpose, Session, SignInKeyDigest, TelegramId,
    TelegramSignIn, User, UserId,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
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

    async fn show_user_by_telegram(
        &self,
        telegram: TelegramId,
    ) -> Result<Option<User>, StoreError> {
        let row = user::Entity::find()
            .filter(user::Column::TelegramId.eq(telegram.0))
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

    async fn list_users(
        &self,
        search: Option<&str>,
        page: &PageRequest<UserId>,
    ) -> Result<Page<User, UserId>, StoreError> {
        let mut select = user::Entity::find().order_by_desc(user::Column::Id);
        if let Some(text) = search {
            select = select.filter(is_like(text));
        }
        if let Some(after) = page.after {
            select = select.filter(user::Column::Id.lt(after.as_uuid()));
        }
        let rows = select
            .limit(u64::from(page.size.get()) + 1)
            .all(self.database.connection())
            .await
            .or_store_error()?;
        let users: Vec<User> = rows
            .into_iter()
            .map(User::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Page::from_overfetched(users, page.size, |user| user.id))
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

    async fn is_mail_token_good(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const FIND: &str = "SELECT 1 FROM mail_tokens \
             WHERE digest = $1 AND purpose = $2 AND expires_at > $3";
        let values = [token.0.to_vec().into(), purpose.name().into(), now.into()];
        let row = Query::new(FIND, values)
            .one(self.database.connection())
            .await?;
        Ok(row.is_some())
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

/// Address or username contains a text. SQLite folds the case of ASCII letters only, so a name in
/// another script is also found as it was written.
fn is_like(text: &str) -> Condition {
    let folded = pattern(&text.to_lowercase());
    let lower = |column| Expr::expr(Func::lower(Expr::col(column)));
    Condition::any()
        .add(lower(user::Column::Email).like(folded.clone()))
        .add(lower(user::Column::Username).like(folded))
        .add(Expr::col(user::Column::Username).like(pattern(text)))
}

/// A pattern that is the text and anything around it; no letter of the text has a meaning of its own.
fn pattern(text: &str) -> LikeExpr {
    const ESCAPE: char = '!';
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(letter);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape(ESCAPE)
}
