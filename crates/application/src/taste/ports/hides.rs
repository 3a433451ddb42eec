//! What keeping hidden things asks of the outside world.
use crate::shared::{
    page::{Page, PageRequest},
    store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::UserId,
    taste::{Hidden, HiddenKind, HiddenSubject, Hide},
};
use shaku::Interface;
use uuid::Uuid;

/// Keeps what users do not want to be shown.
#[async_trait]
pub trait HideRepository: Send + Sync {
    /// Keeps that something is hidden, in place of how it was hidden before, and gives what is kept:
    /// the same again keeps its time. `None` when there is no such thing.
    async fn put(&self, hidden: &Hidden) -> Result<Option<Hidden>, StoreError>;
    /// Removes it; `false` when it is not hidden.
    async fn remove(&self, user: UserId, subject: HiddenSubject) -> Result<bool, StoreError>;
}

/// Where in a list of hidden things, the last hidden first, one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenKey {
    /// When it was hidden.
    pub hidden_at: DateTime<Utc>,
    /// Which of its kind it is.
    pub id: Uuid,
}

/// Something hidden and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HiddenThing {
    /// What.
    pub subject: HiddenSubject,
    /// What it is called.
    pub name: HiddenName,
    /// How little its user wants to be shown it.
    pub how: Hide,
    /// Since when.
    pub hidden_at: DateTime<Utc>,
}

/// What something hidden is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HiddenName {
    /// The same in every language: the title of a film or the name of a person.
    Same(String),
    /// The name of a genre.
    Translated {
        /// In English.
        english: String,
        /// In Russian.
        russian: String,
    },
}

/// Reads of hidden things, one statement.
#[async_trait]
pub trait HideQueries: Interface {
    /// Lists what of a kind a user hides, the last hidden first.
    async fn list(
        &self,
        user: UserId,
        kind: HiddenKind,
        page: &PageRequest<HiddenKey>,
    ) -> Result<Page<HiddenThing, HiddenKey>, StoreError>;
}
