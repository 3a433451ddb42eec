//! Tokens that went out by mail, in the database.
use crate::persistence::{Query, Transaction, corrupt};
use application::{identity::ports::MailTokenRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::{MailToken, MailTokenDigest, MailTokenPurpose, UserId},
    shared::Id,
};

const FIND: &str = "SELECT digest, issued_at, expires_at, sent_at FROM mail_tokens \
    WHERE user_id = $1 AND purpose = $2";

const SAVE: &str = "INSERT INTO mail_tokens \
    (user_id, purpose, digest, issued_at, expires_at, sent_at) VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, \
    issued_at = excluded.issued_at, expires_at = excluded.expires_at, sent_at = excluded.sent_at";

const NOTE_SENT: &str = "UPDATE mail_tokens SET sent_at = $2 WHERE digest = $1";

const USE_UP: &str = "DELETE FROM mail_tokens \
    WHERE digest = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id";

const FORGET_OF: &str = "DELETE FROM mail_tokens WHERE user_id = $1 AND purpose = $2";

const FORGET: &str = "DELETE FROM mail_tokens WHERE expires_at <= $1";

#[async_trait]
impl MailTokenRepository for Transaction {
    async fn find(
        &self,
        user: UserId,
        purpose: MailTokenPurpose,
    ) -> Result<Option<MailToken>, StoreError> {
        let values = [user.as_uuid().into(), purpose.name().into()];
        let Some(row) = Query::new(FIND, values).one(&self.tx).await? else {
            return Ok(None);
        };
        let digest: Vec<u8> = row.get(0)?;
        let digest = <[u8; 32]>::try_from(digest.as_slice());
        Ok(Some(MailToken {
            user,
            purpose,
            digest: MailTokenDigest(digest.map_err(|source| corrupt("mail token", source))?),
            issued_at: row.get(1)?,
            expires_at: row.get(2)?,
            sent_at: row.get(3)?,
        }))
    }

    async fn save(&self, token: &MailToken) -> Result<(), StoreError> {
        let values = [
            token.user.as_uuid().into(),
            token.purpose.name().into(),
            token.digest.0.to_vec().into(),
            token.issued_at.into(),
            token.expires_at.into(),
            token.sent_at.into(),
        ];
        Query::new(SAVE, values).change(&self.tx).await?;
        Ok(())
    }

    async fn note_sent(&self, token: MailTokenDigest, at: DateTime<Utc>) -> Result<(), StoreError> {
        let values = [token.0.to_vec().into(), at.into()];
        Query::new(NOTE_SENT, values).change(&self.tx).await?;
        Ok(())
    }

    async fn use_up(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<UserId>, StoreError> {
        let values = [token.0.to_vec().into(), purpose.name().into(), now.into()];
        let row = Query::new(USE_UP, values).one(&self.tx).await?;
        row.map(|row| Ok(Id::from_uuid(row.get(0)?))).transpose()
    }

    async fn forget_of(&self, user: UserId, purpose: MailTokenPurpose) -> Result<(), StoreError> {
        let values = [user.as_uuid().into(), purpose.name().into()];
        Query::new(FORGET_OF, values).change(&self.tx).await?;
        Ok(())
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }
}
