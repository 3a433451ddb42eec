//! What telling users asks of the outside world.
use crate::shared::{
    failure::failure,
    store::{Cause, StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::{EmailAddress, UserId, Username},
    notifications::{Choice, LetterKind, Preferences},
    shared::Language,
};
use shaku::Interface;
use std::fmt;
use uuid::Uuid;

/// The repositories of this context, bound to one unit of work.
pub trait NotificationStores {
    /// What users want to hear of.
    fn preferences(&self) -> &dyn PreferenceRepository;
}

/// Keeps what users want to hear of.
#[async_trait]
pub trait PreferenceRepository: Send + Sync {
    /// Stores choices of a user; what was chosen before for the same things counts no longer, all else
    /// stays. One statement, whatever the number of choices.
    async fn save(&self, user: UserId, choices: &[Choice]) -> Result<(), StoreError>;
}

/// Reads of this context, each one statement.
#[async_trait]
pub trait NotificationQueries: Interface {
    /// What a user has chosen.
    async fn show_preferences(&self, user: UserId) -> Result<Preferences, StoreError>;
}

/// A secret that goes with a mail. It is shown nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct MailSecret(pub String);

impl fmt::Debug for MailSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailSecret(..)")
    }
}

/// A mail to one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its name in the world of mails; another one for every try.
    pub id: Uuid,
    /// Who gets it.
    pub user: UserId,
    /// Where they read it.
    pub to: EmailAddress,
    /// How they are greeted. They chose the name themselves, so it may hold anything; before somebody
    /// has shown that they read the address there is none, since anybody may have given both.
    pub name: Option<Username>,
    /// In which language, where that is known.
    pub language: Option<Language>,
    /// Which mail it is.
    pub letter: LetterKind,
    /// What its link shows, where it has one.
    pub token: Option<MailSecret>,
    /// By what its reader wants no more mails, where there are any that they can do without.
    pub unsubscribe: Option<MailSecret>,
    /// When it is written.
    pub at: DateTime<Utc>,
}

/// A mail was not sent. The cause MUST NOT name the address: it is kept and logged.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It may work another time: nobody answers, or asks for patience, or does not let us in.
    #[error("the mail could not be sent")]
    Unavailable(#[source] Cause),
    /// It will never work: there is no such mailbox, or the mail is not wanted.
    #[error("the mail was refused")]
    Refused(#[source] Cause),
}

failure!(MailError {
    Unavailable => Unavailable "notifications.mail_unavailable",
    Refused => Invalid "notifications.mail_refused",
});

/// Sends mails.
#[async_trait]
pub trait Mailer: Interface {
    /// Hands a mail to a server that takes care of it. It MUST end within a minute, come what may, and
    /// neither address nor secret may get into the log.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// Seals texts that are given away and have to be recognised when they come back.
pub trait Seals: Interface {
    /// The seal of a text, as letters that need no escaping in URLs. It MUST be the same on all
    /// instances and after a restart, another one for each purpose, and impossible to make without
    /// the secret of the service.
    fn seal(&self, purpose: &str, text: &str) -> String;
    /// Whether this is the seal of the text. It MUST take the same time wherever they differ.
    fn is_sealed(&self, purpose: &str, text: &str, seal: &str) -> bool;
}
