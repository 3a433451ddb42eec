//! Answers that are kept for requests that come again.
use crate::persistence::{Query, Transaction, corrupt};
use application::{
    shared::{
        once::{AnswerRepository, Came, KeptAnswer, Once, OnceKey},
        store::StoreError,
    },
    taste::diary::Logged,
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    identity::UserId,
    shared::Id,
    taste::{Viewing, ViewingDay, ViewingNote},
};
use serde::{Deserialize, Serialize};
use std::error::Error;
use uuid::Uuid;

/// A key that was taken too long ago is free again. The row keeps others who take the same waiting.
const TAKE: &str = "INSERT INTO idempotency_keys (user_id, name, fingerprint, answer, taken_at) \
     VALUES ($1, $2, $3, NULL, $4) ON CONFLICT (user_id, name) DO UPDATE SET \
       fingerprint = excluded.fingerprint, answer = NULL, taken_at = excluded.taken_at \
     WHERE idempotency_keys.taken_at < $5";
const FIND: &str =
    "SELECT fingerprint, answer FROM idempotency_keys WHERE user_id = $1 AND name = $2";
const KEEP: &str = "UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND name = $2";
const FORGET: &str = "DELETE FROM idempotency_keys WHERE taken_at < $1";

#[async_trait]
impl AnswerRepository for Transaction {
    async fn take(
        &self,
        user: UserId,
        once: &Once,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Came, StoreError> {
        let values = [
            user.as_uuid().into(),
            once.key.as_str().into(),
            once.fingerprint.into(),
            now.into(),
            since.into(),
        ];
        if Query::new(TAKE, values).change(&self.tx).await? > 0 {
            return Ok(Came::First);
        }
        let values = [user.as_uuid().into(), once.key.as_str().into()];
        let Some(row) = Query::new(FIND, values).one(&self.tx).await? else {
            return Ok(Came::Otherwise);
        };
        let answer: Option<String> = row.get(1)?;
        match answer {
            Some(answer) if row.get::<Uuid>(0)? == once.fingerprint => read(user, &answer)
                .map(Came::Again)
                .map_err(|source| corrupt("answer", source)),
            _ => Ok(Came::Otherwise),
        }
    }

    async fn keep(
        &self,
        user: UserId,
        key: &OnceKey,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let answer = write(answer).map_err(|source| corrupt("answer", source))?;
        let values = [user.as_uuid().into(), key.as_str().into(), answer.into()];
        Query::new(KEEP, values).change(&self.tx).await?;
        Ok(())
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }
}

/// What an answer looks like in storage. It outlives the version that wrote it, by a day.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    ViewingLogged {
        id: Uuid,
        film: Uuid,
        watched_on: Option<NaiveDate>,
        is_rewatch: bool,
        note: Option<String>,
        logged_at: DateTime<Utc>,
        is_new: bool,
    },
}

fn write(answer: &KeptAnswer) -> Result<String, serde_json::Error> {
    let KeptAnswer::ViewingLogged(Logged { viewing, is_new }) = answer;
    serde_json::to_string(&Stored::ViewingLogged {
        id: viewing.id.as_uuid(),
        film: viewing.film.as_uuid(),
        watched_on: viewing.watched_on.map(ViewingDay::date),
        is_rewatch: viewing.is_rewatch,
        note: viewing.note.as_ref().map(ToString::to_string),
        logged_at: viewing.logged_at,
        is_new: *is_new,
    })
}

fn read(user: UserId, answer: &str) -> Result<KeptAnswer, Box<dyn Error + Send + Sync>> {
    let Stored::ViewingLogged {
        id,
        film,
        watched_on,
        is_rewatch,
        note,
        logged_at,
        is_new,
    } = serde_json::from_str(answer)?;
    let note = note.map(|note| ViewingNote::parse(&note)).transpose()?;
    let viewing = Viewing {
        id: Id::from_uuid(id),
        user,
        film: Id::from_uuid(film),
        watched_on: watched_on.map(ViewingDay::stored).transpose()?,
        is_rewatch,
        note,
        logged_at,
    };
    Ok(KeptAnswer::ViewingLogged(Logged { viewing, is_new }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_as_it_was_written_by_the_first_version() {
        const WRITTEN: &str = r#"{"kind":"viewing_logged","id":"00000000-0000-0000-0000-000000000001","film":"00000000-0000-0000-0000-000000000002","watched_on":"2026-11-20","is_rewatch":true,"note":"ёж","logged_at":"2026-11-21T09:00:00.123456Z","is_new":true}"#;
        let user = Id::from_uuid(Uuid::from_u128(3));
        let answer = read(user, WRITTEN).unwrap();
        let KeptAnswer::ViewingLogged(logged) = &answer;
        assert!(logged.is_new && logged.viewing.is_rewatch);
        assert_eq!(logged.viewing.user, user);
        assert_eq!(write(&answer).unwrap(), WRITTEN);
        assert!(read(user, r#"{"kind":"other"}"#).is_err());
    }
}
