//! What remembering asks of the outside world.
use crate::shared::{
    page::{Page, PageRequest},
    store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::{Act, Entry, EntryId},
    identity::UserId,
};
use shaku::Interface;
use uuid::Uuid;

/// The log, bound to one unit of work, so that nothing is done without being noted or noted without
/// being done.
pub trait AuditStores {
    /// The log.
    fn audit(&self) -> &dyn AuditLog;
}

/// Notes what is done.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Adds an entry. One that is personal MUST go with its user.
    async fn record(&self, entry: &Entry) -> Result<(), StoreError>;
    /// Forgets what was done before `before`; says how much.
    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Which entries are asked for; `None` asks for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those of this act.
    pub act: Option<Act>,
    /// Those of what this user did.
    pub by: Option<UserId>,
    /// Those of what was done on this user, film or job.
    pub on: Option<Uuid>,
}

/// Reads of this context, each one statement.
#[async_trait]
pub trait AuditQueries: Interface {
    /// Lists entries, the newest first.
    async fn list(
        &self,
        filter: AuditFilter,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError>;
    /// Lists what a user did about their own account, the newest first.
    async fn list_personal(
        &self,
        user: UserId,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError>;
}
