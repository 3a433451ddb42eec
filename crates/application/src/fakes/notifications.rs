//! Mails that go nowhere, seals without cryptography, and what users want to hear of, in memory.
use super::{
    identity::digest_of,
    state::{Database, Stored, dangling, locked},
    store::FakeUnitOfWork,
};
use crate::{
    identity::ports::MailTokenRepository,
    notifications::ports::{
        Mail, MailError, Mailer, NotificationQueries, PreferenceRepository, Seals,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::{MailToken, MailTokenDigest, MailTokenPurpose, UserId},
    notifications::{Choice, Preferences},
};
use std::{
    collections::VecDeque,
    fmt::Write,
    sync::{Arc, Mutex},
};

impl Stored {
    /// A token that may be used, if there is such a one.
    pub(super) fn good_mail_token(
        &self,
        digest: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Option<&MailToken> {
        self.mail_tokens.values().find(|token| {
            token.digest == digest && token.purpose == purpose && now < token.expires_at
        })
    }

    /// What goes with a user.
    pub(super) fn forget_notices_of(&mut self, user: UserId) {
        self.mail_tokens.retain(|(whose, _), _| *whose != user);
        self.notices.retain(|(whose, ..), _| *whose != user);
    }

    fn use_up_mail_token(
        &mut self,
        digest: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Option<UserId> {
        let user = self.good_mail_token(digest, purpose, now)?.user;
        self.mail_tokens.remove(&(user, purpose));
        Some(user)
    }
}

#[async_trait]
impl MailTokenRepository for FakeUnitOfWork {
    async fn find(
        &self,
        user: UserId,
        purpose: MailTokenPurpose,
    ) -> Result<Option<MailToken>, StoreError> {
        self.with(|stored| stored.mail_tokens.get(&(user, purpose)).cloned())
    }

    async fn save(&self, token: &MailToken) -> Result<(), StoreError> {
        self.with(|stored| {
            if !stored.users.contains_key(&token.user) {
                return Err(dangling("the token of no user"));
            }
            let key = (token.user, token.purpose);
            stored.mail_tokens.insert(key, token.clone());
            Ok(())
        })?
    }

    async fn note_sent(&self, token: MailTokenDigest, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.with(|stored| {
            let mut tokens = stored.mail_tokens.values_mut();
            if let Some(found) = tokens.find(|found| found.digest == token) {
                found.sent_at = Some(at);
            }
        })
    }

    async fn use_up(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<UserId>, StoreError> {
        self.with(|stored| stored.use_up_mail_token(token, purpose, now))
    }

    async fn forget_of(&self, user: UserId, purpose: MailTokenPurpose) -> Result<(), StoreError> {
        self.with(|stored| {
            stored.mail_tokens.remove(&(user, purpose));
        })
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.mail_tokens.len();
            stored
                .mail_tokens
                .retain(|_, token| token.expires_at > before);
            u64::try_from(all - stored.mail_tokens.len()).unwrap_or(u64::MAX)
        })
    }
}

#[async_trait]
impl PreferenceRepository for FakeUnitOfWork {
    async fn save(&self, user: UserId, choices: &[Choice]) -> Result<(), StoreError> {
        self.with(|stored| {
            if !stored.users.contains_key(&user) && !choices.is_empty() {
                return Err(dangling("the preferences of no user"));
            }
            for choice in choices {
                let key = (user, choice.kind, choice.channel);
                stored.notices.insert(key, choice.is_on);
            }
            Ok(())
        })?
    }
}

/// Reads of what users want to hear of.
#[derive(Clone, Debug, Default)]
pub struct FakeNotificationQueries {
    pub(super) database: Database,
}

#[async_trait]
impl NotificationQueries for FakeNotificationQueries {
    async fn show_preferences(&self, user: UserId) -> Result<Preferences, StoreError> {
        self.database.read(|stored| {
            let mut preferences = Preferences::default();
            for ((whose, kind, channel), is_on) in &stored.notices {
                let choice = Choice {
                    kind: *kind,
                    channel: *channel,
                    is_on: *is_on,
                };
                if *whose == user {
                    // Only what can be chosen was stored.
                    let _ = preferences.choose(choice);
                }
            }
            preferences
        })
    }
}

/// How a server of mails is in a bad mood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTrouble {
    /// It asks to come again.
    Later,
    /// It wants no such mail, now or ever.
    Never,
}

/// A mailer that keeps what it is given.
#[derive(Clone, Debug, Default)]
pub struct RecordingMailer {
    sent: Arc<Mutex<Vec<Mail>>>,
    troubles: Arc<Mutex<VecDeque<MailTrouble>>>,
}

impl RecordingMailer {
    /// What it was given to send, the oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        locked(&self.sent).clone()
    }

    /// Says what happens to the next mails.
    pub fn will_fail(&self, troubles: impl IntoIterator<Item = MailTrouble>) {
        locked(&self.troubles).extend(troubles);
    }
}

#[async_trait]
impl Mailer for RecordingMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        match locked(&self.troubles).pop_front() {
            Some(MailTrouble::Later) => Err(MailError::Unavailable("told to wait".into())),
            Some(MailTrouble::Never) => Err(MailError::Refused("told to refuse".into())),
            None => {
                locked(&self.sent).push(mail.clone());
                Ok(())
            }
        }
    }
}

/// Seals that everybody can make.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeSeals;

impl Seals for FakeSeals {
    fn seal(&self, purpose: &str, text: &str) -> String {
        let digest = digest_of(format!("{purpose}:{text}").as_bytes());
        digest.iter().fold(String::new(), |mut seal, byte| {
            // Writing to a string cannot fail.
            let _ = write!(seal, "{byte:02x}");
            seal
        })
    }

    fn is_sealed(&self, purpose: &str, text: &str, seal: &str) -> bool {
        self.seal(purpose, text) == seal
    }
}
