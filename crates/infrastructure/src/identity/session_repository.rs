//! Sessions and refresh tokens in the database.
use super::{
    refresh_token_row as token,
    session_row::{ActiveModel, Column, Entity, Model},
};
use crate::persistence::{IntoStoreError, Query, Transaction};
use application::{
    identity::ports::{EndedSession, RefreshTokenDigest, RefreshTokenUse, SessionRepository},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::{Session, SessionId, UserId},
    shared::Id,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

/// Notes the sessions whose tokens every instance must refuse. A long token is good until its session
/// expires; an access token beside a refresh token expires sooner, which does no harm here.
const END: &str = "INSERT INTO ended_sessions (session_id, ended_at, expires_at) \
    SELECT id, $2, expires_at FROM sessions \
    WHERE user_id = $1 AND expires_at > $2 AND id <> $3 \
    ON CONFLICT (session_id) DO NOTHING";

const END_ONE: &str = "INSERT INTO ended_sessions (session_id, ended_at, expires_at) \
    SELECT id, $2, expires_at FROM sessions WHERE user_id = $1 AND id = $3 \
    ON CONFLICT (session_id) DO NOTHING";

/// The open session to which a refresh token belongs.
const SESSION_OF_TOKEN: &str = "SELECT s.id FROM refresh_tokens t \
    JOIN sessions s ON s.id = t.session_id WHERE t.digest = $1 AND s.expires_at > $2";

fn ended(row: &Model) -> EndedSession {
    EndedSession {
        id: Id::from_uuid(row.id),
        expires_at: row.expires_at,
    }
}

#[async_trait]
impl SessionRepository for Transaction {
    async fn insert(&self, session: &Session) -> Result<(), StoreError> {
        Entity::insert(Model::from(session).into_active_model())
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn find(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let row = Entity::find_by_id(session.as_uuid())
            .one(&self.tx)
            .await
            .or_store_error()?;
        row.map(Session::try_from).transpose()
    }

    async fn save(&self, session: &Session) -> Result<(), StoreError> {
        let row: ActiveModel = Model::from(session).into();
        Entity::update(row.reset_all())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn end(
        &self,
        user: UserId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Option<EndedSession>, StoreError> {
        let values = [user.as_uuid().into(), at.into(), session.as_uuid().into()];
        Query::new(END_ONE, values).change(&self.tx).await?;
        let removed = Entity::delete_many()
            .filter(Column::Id.eq(session.as_uuid()))
            .filter(Column::UserId.eq(user.as_uuid()))
            .exec_with_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(removed.first().map(ended))
    }

    async fn end_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        at: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, StoreError> {
        let kept = except.map_or(Uuid::nil(), Id::as_uuid);
        let values = [user.as_uuid().into(), at.into(), kept.into()];
        Query::new(END, values).change(&self.tx).await?;
        let removed = Entity::delete_many()
            .filter(Column::UserId.eq(user.as_uuid()))
            .filter(Column::Id.ne(kept))
            .exec_with_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(removed.iter().map(ended).collect())
    }

    async fn add_refresh_token(
        &self,
        session: SessionId,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let row = token::ActiveModel {
            digest: Set(token.0.to_vec()),
            session_id: Set(session.as_uuid()),
            issued_at: Set(at),
            used_at: Set(None),
        };
        token::Entity::insert(row)
            .exec_without_returning(&self.tx)
            .await
            .or_store_error()?;
        Ok(())
    }

    async fn use_refresh_token(
        &self,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> Result<RefreshTokenUse, StoreError> {
        // The session first, as ending it does too: in the other order the two could block each other.
        const LOCK_SESSION: &str = "UPDATE sessions SET last_used_at = last_used_at \
             WHERE id = (SELECT session_id FROM refresh_tokens WHERE digest = $1)";
        Query::new(LOCK_SESSION, [token.0.to_vec().into()])
            .change(&self.tx)
            .await?;
        // One statement decides who was first; the row stays locked until the transaction ends.
        let used_now = token::Entity::update_many()
            .col_expr(token::Column::UsedAt, sea_orm::sea_query::Expr::value(at))
            .filter(token::Column::Digest.eq(token.0.to_vec()))
            .filter(token::Column::UsedAt.is_null())
            .exec(&self.tx)
            .await
            .or_store_error()?;
        let session = Query::new(SESSION_OF_TOKEN, [token.0.to_vec().into(), at.into()])
            .one(&self.tx)
            .await?;
        Ok(match session.map(|row| row.get(0)).transpose()? {
            None => RefreshTokenUse::Unknown,
            Some(id) if used_now.rows_affected == 1 => RefreshTokenUse::Fresh(Id::from_uuid(id)),
            Some(id) => RefreshTokenUse::Reused(Id::from_uuid(id)),
        })
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        const ENDED: &str = "DELETE FROM ended_sessions WHERE expires_at <= $1";
        Query::new(ENDED, [before.into()]).change(&self.tx).await?;
        let removed = Entity::delete_many()
            .filter(Column::ExpiresAt.lte(before))
            .exec(&self.tx)
            .await
            .or_store_error()?;
        Ok(removed.rows_affected)
    }
}
