//! The unit of work: several changes that happen together or not at all.
use crate::{
    assistant::ports::AssistantStores, catalogue::ports::CatalogueStores,
    community::ports::CommunityStores, events::ports::EventStores, identity::ports::IdentityStores,
    jobs::ports::JobStores, library::ports::LibraryStores, mixes::ports::MixStores,
    notifications::ports::NotificationStores, recommendation::ports::RecommendationStores,
    shared::failure::failure, shared::once::OnceStores, taste::ports::TasteStores,
};
use async_trait::async_trait;
use shaku::Interface;

/// What lies under a technical failure.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// The store failed for a technical reason; no rule of the domain is involved.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It does not answer.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// Others were changing the same; trying again may help.
    #[error("the store is busy with another change of the same")]
    Contention(#[source] Cause),
    /// The change was made to a copy that is no longer the newest.
    #[error("it was changed by somebody else meanwhile")]
    Stale,
    /// The change refers to something that is not there (any more).
    #[error("it refers to something that does not exist")]
    Dangling(#[source] Cause),
    /// What is stored breaks a rule of the domain.
    #[error("stored {entity} does not satisfy the domain")]
    Corrupt {
        /// What kind of thing.
        entity: &'static str,
        /// Which rule.
        #[source]
        source: Cause,
    },
}

failure!(StoreError {
    Unavailable => Unavailable "store.unavailable",
    Contention => Unavailable "store.contention",
    Stale => Conflict "store.stale",
    Dangling => Conflict "store.dangling",
    Corrupt => Internal "store.corrupt",
});

/// One all-or-nothing change; dropping it without [`commit`](UnitOfWork::commit) undoes everything.
///
/// While one is open, read through it only: on SQLite it is the only writer, and it must not wait for
/// anything outside the database.
#[async_trait]
pub trait UnitOfWork:
    IdentityStores
    + CatalogueStores
    + CommunityStores
    + LibraryStores
    + TasteStores
    + OnceStores
    + MixStores
    + RecommendationStores
    + AssistantStores
    + JobStores
    + EventStores
    + NotificationStores
    + Send
    + Sync
{
    /// Makes the changes last. Once it has returned, they survive a crash.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Begins units of work.
#[async_trait]
pub trait Store: Interface {
    /// Begins one; on SQLite this waits for the one before it to end.
    async fn begin(&self) -> Result<Box<dyn UnitOfWork>, StoreError>;
    /// Whether the store answers.
    async fn check(&self) -> Result<(), StoreError>;
}
