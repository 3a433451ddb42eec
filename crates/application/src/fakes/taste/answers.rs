//! Kept answers in memory.
use crate::{
    fakes::{
        state::{Stored, dangling},
        store::FakeUnitOfWork,
    },
    shared::{
        once::{AnswerRepository, Came, KeptAnswer, Once, OnceKey},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::UserId;
use uuid::Uuid;

/// A key that was taken, and what was answered.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::fakes) struct TakenKey {
    fingerprint: Uuid,
    taken_at: DateTime<Utc>,
    answer: Option<KeptAnswer>,
}

impl Stored {
    fn take_key(
        &mut self,
        user: UserId,
        once: &Once,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Came, StoreError> {
        if !self.users.contains_key(&user) {
            return Err(dangling("the key of no user"));
        }
        let place = (user, once.key.clone());
        let taken = self.once_keys.get(&place);
        if let Some(taken) = taken.filter(|taken| taken.taken_at >= since) {
            let answer = taken.answer.clone();
            let is_same = taken.fingerprint == once.fingerprint;
            return Ok(answer
                .filter(|_| is_same)
                .map_or(Came::Otherwise, Came::Again));
        }
        let taken = TakenKey {
            fingerprint: once.fingerprint,
            taken_at: now,
            answer: None,
        };
        self.once_keys.insert(place, taken);
        Ok(Came::First)
    }
}

#[async_trait]
impl AnswerRepository for FakeUnitOfWork {
    async fn take(
        &self,
        user: UserId,
        once: &Once,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Came, StoreError> {
        self.with(|stored| stored.take_key(user, once, since, now))?
    }

    async fn keep(
        &self,
        user: UserId,
        key: &OnceKey,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        self.with(|stored| {
            if let Some(taken) = stored.once_keys.get_mut(&(user, key.clone())) {
                taken.answer = Some(answer.clone());
            }
        })
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.once_keys.len();
            stored.once_keys.retain(|_, taken| taken.taken_at >= before);
            u64::try_from(all - stored.once_keys.len()).unwrap_or(u64::MAX)
        })
    }
}
