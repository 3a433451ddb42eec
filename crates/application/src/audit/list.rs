//! The log is read: all of it by administrators, what is theirs by everybody.
use super::ports::{AuditFilter, AuditQueries};
use crate::shared::{
    actor::{AccessDenied, Actor},
    failure::failure,
    page::{Page, PageRequest},
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::audit::{Entry, EntryId};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists what was done, the newest first.
#[derive(Debug)]
pub struct ListAudit {
    /// Which of it.
    pub filter: AuditFilter,
    /// Which page.
    pub page: PageRequest<EntryId>,
}

/// Lists when and from where the user signed in, the newest first.
#[derive(Debug)]
pub struct ListSignIns {
    /// Which page.
    pub page: PageRequest<EntryId>,
}

/// Why nothing was listed.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(AuditError {} via Access, Store);
request!(ListAudit => Page<Entry, EntryId>, AuditError);
request!(ListSignIns => Page<Entry, EntryId>, AuditError);

#[derive(Component)]
#[shaku(interface = UseCase<ListAudit>)]
pub(crate) struct ListAuditUseCase {
    #[shaku(inject)]
    queries: Arc<dyn AuditQueries>,
}

#[async_trait]
impl UseCase<ListAudit> for ListAuditUseCase {
    #[instrument(name = "audit.list", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListAudit,
    ) -> Result<Page<Entry, EntryId>, AuditError> {
        actor.ensure_admin()?;
        Ok(self.queries.list(request.filter, &request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListSignIns>)]
pub(crate) struct ListSignInsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn AuditQueries>,
}

#[async_trait]
impl UseCase<ListSignIns> for ListSignInsUseCase {
    #[instrument(name = "audit.list_sign_ins", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListSignIns,
    ) -> Result<Page<Entry, EntryId>, AuditError> {
        let me = actor.user()?.id;
        Ok(self.queries.list_personal(me, &request.page).await?)
    }
}
