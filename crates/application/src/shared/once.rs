//! A request that comes again, because its answer was lost on the way, gets the answer that was given.
//!
//! A client names such a request by a key of its own. The answer is kept under the key in the unit of
//! work that makes the change, so that both are there or neither is; of requests that come at once with
//! one key, the second waits for the first. Refusals change nothing and are not kept.
use super::store::StoreError;
use crate::taste::diary::Logged;
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{identity::UserId, shared::Id};
use std::fmt;
use uuid::Uuid;

/// How long an answer is kept.
#[must_use]
pub const fn kept_for() -> Duration {
    Duration::hours(24)
}

/// What a client calls a request; another request of the same user never has the same key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OnceKey(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {max} printable characters of ASCII", max = OnceKey::MAX)]
pub struct InvalidOnceKey;

impl OnceKey {
    /// The most characters of a key.
    pub const MAX: usize = 255;

    /// Takes a key as the client wrote it.
    ///
    /// # Errors
    /// [`InvalidOnceKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidOnceKey> {
        let is_long_enough = (1..=Self::MAX).contains(&text.len());
        let is_printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        (is_long_enough && is_printable)
            .then(|| Self(text.to_owned()))
            .ok_or(InvalidOnceKey)
    }

    /// The key itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request under its key, and what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// What the client calls it.
    pub key: OnceKey,
    /// The same for requests that ask for the same.
    pub fingerprint: Uuid,
}

impl Once {
    /// Names a request that asks for what `asked` tells.
    pub(crate) fn new(key: OnceKey, user: UserId, asked: fmt::Arguments<'_>) -> Self {
        let fingerprint: Id<Self> = Id::named(user.as_uuid(), &asked.to_string());
        Self {
            key,
            fingerprint: fingerprint.as_uuid(),
        }
    }
}

/// An answer that is kept; each kind of request that may come again has its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptAnswer {
    /// A viewing was written into the diary.
    ViewingLogged(Logged),
}

/// Whether a request came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It did not; the key is taken for it.
    First,
    /// It did, and this was answered.
    Again(KeptAnswer),
    /// Another one came under this key.
    Otherwise,
}

/// Where answers are kept, bound to one unit of work.
pub trait OnceStores {
    /// Answers.
    fn answers(&self) -> &dyn AnswerRepository;
}

/// Keeps answers.
#[async_trait]
pub trait AnswerRepository: Send + Sync {
    /// Takes a key for a request, unless it was taken after `since`. Others who take the same key MUST
    /// wait until this unit of work ends.
    async fn take(
        &self,
        user: UserId,
        once: &Once,
        since: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Came, StoreError>;
    /// Keeps the answer under a key that was taken.
    async fn keep(
        &self,
        user: UserId,
        key: &OnceKey,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError>;
    /// Forgets keys that were taken before `before`; says how many.
    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_short_and_printable() {
        assert_eq!(OnceKey::parse("a b~").unwrap().as_str(), "a b~");
        assert!(OnceKey::parse(&"x".repeat(OnceKey::MAX)).is_ok());
        for text in ["", "ключ", "a\nb", &"x".repeat(OnceKey::MAX + 1)] {
            assert_eq!(OnceKey::parse(text), Err(InvalidOnceKey));
        }
    }

    #[test]
    fn requests_that_ask_for_the_same_have_one_fingerprint() {
        let user = Id::from_uuid(Uuid::from_u128(1));
        let once = |user, asked: &str| {
            let key = OnceKey::parse("k").unwrap();
            Once::new(key, user, format_args!("{asked}"))
        };
        assert_eq!(once(user, "a"), once(user, "a"));
        assert_ne!(once(user, "a"), once(user, "b"));
    }
}
