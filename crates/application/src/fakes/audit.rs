//! The log in memory.
use super::{
    state::{Database, Stored, dangling},
    store::FakeUnitOfWork,
};
use crate::{
    audit::ports::{AuditFilter, AuditLog, AuditQueries},
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::{Entry, EntryId},
    identity::UserId,
};

impl Stored {
    fn record_act(&mut self, entry: &Entry) -> Result<(), StoreError> {
        let is_known = |user| self.users.contains_key(&user);
        if entry.act.is_personal() && !entry.by.is_some_and(is_known) {
            return Err(dangling("the sign-in of no user"));
        }
        self.audit.insert(entry.id, entry.clone());
        Ok(())
    }

    /// What was done, in its order.
    #[must_use]
    pub fn audit(&self) -> Vec<Entry> {
        self.audit.values().cloned().collect()
    }
}

#[async_trait]
impl AuditLog for FakeUnitOfWork {
    async fn record(&self, entry: &Entry) -> Result<(), StoreError> {
        self.with(|stored| stored.record_act(entry))?
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.audit.len();
            stored.audit.retain(|_, entry| entry.at >= before);
            u64::try_from(all - stored.audit.len()).unwrap_or(u64::MAX)
        })
    }
}

/// Reads of the log in memory.
#[derive(Clone, Debug, Default)]
pub struct FakeAuditQueries {
    pub(super) database: Database,
}

impl FakeAuditQueries {
    fn page(
        &self,
        page: &PageRequest<EntryId>,
        is_meant: impl Fn(&Entry) -> bool,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        let comes_after = |entry: &&Entry| page.after.is_none_or(|after| entry.id < after);
        let found: Vec<Entry> = self.database.read(|stored| {
            let entries = stored.audit.values().rev();
            let entries = entries.filter(comes_after).filter(|entry| is_meant(entry));
            let fetched = usize::from(page.size.get()) + 1;
            entries.take(fetched).cloned().collect()
        })?;
        Ok(Page::from_overfetched(found, page.size, |entry| entry.id))
    }
}

#[async_trait]
impl AuditQueries for FakeAuditQueries {
    async fn list(
        &self,
        filter: AuditFilter,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        self.page(page, |entry| {
            filter.act.is_none_or(|act| entry.act == act)
                && filter.by.is_none_or(|by| entry.by == Some(by))
                && filter.on.is_none_or(|on| entry.on == Some(on))
        })
    }

    async fn list_personal(
        &self,
        user: UserId,
        page: &PageRequest<EntryId>,
    ) -> Result<Page<Entry, EntryId>, StoreError> {
        self.page(page, |entry| {
            entry.act.is_personal() && entry.by == Some(user)
        })
    }
}
