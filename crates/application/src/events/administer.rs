//! What administrators do with events that were given up.
use super::ports::{DeadEvent, OutboxQueue};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    page::{Page, PageRequest},
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::events::EventId;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the events that were given up, the newest first.
#[derive(Debug)]
pub struct ListDeadEvents {
    /// Which page.
    pub page: PageRequest<EventId>,
}

/// Has an event told again that was given up.
#[derive(Clone, Debug)]
pub struct RetryEvent {
    /// Which one.
    pub event: EventId,
}

/// Why events were not listed or told again.
#[derive(Debug, thiserror::Error)]
pub enum EventsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// No such event was given up, or it has been forgotten.
    #[error("Event not found")]
    EventNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(EventsError {
    EventNotFound => NotFound "events.event_not_found",
} via Access, Store);
request!(ListDeadEvents => Page<DeadEvent, EventId>, EventsError);
request!(RetryEvent => (), EventsError);

#[derive(Component)]
#[shaku(interface = UseCase<ListDeadEvents>)]
pub(crate) struct ListDeadEventsUseCase {
    #[shaku(inject)]
    queue: Arc<dyn OutboxQueue>,
}

#[async_trait]
impl UseCase<ListDeadEvents> for ListDeadEventsUseCase {
    #[instrument(name = "events.list_dead", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListDeadEvents,
    ) -> Result<Page<DeadEvent, EventId>, EventsError> {
        actor.ensure_admin()?;
        Ok(self.queue.list_dead(&request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RetryEvent>)]
pub(crate) struct RetryEventUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    queue: Arc<dyn OutboxQueue>,
}

#[async_trait]
impl UseCase<RetryEvent> for RetryEventUseCase {
    #[instrument(name = "events.retry", skip_all, fields(event.id = %request.event))]
    async fn execute(&self, actor: &Actor, request: RetryEvent) -> Result<(), EventsError> {
        actor.ensure_admin()?;
        if !self.queue.revive(request.event, self.clock.now()).await? {
            return Err(EventsError::EventNotFound);
        }
        Ok(())
    }
}
