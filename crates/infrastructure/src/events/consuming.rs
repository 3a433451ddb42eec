//! Has events dealt with, each once.
use application::{
    events::{
        EventEnvelope,
        ports::{ConsumeError, EventConsumer},
    },
    shared::{
        clock::Clock,
        store::{Store, StoreError, UnitOfWork},
    },
};
use futures_util::FutureExt;
use std::{collections::HashSet, panic::AssertUnwindSafe, slice, sync::Arc};
use tracing::Instrument;

/// Has events dealt with, each once by each consumer, however often they are delivered.
#[derive(Clone)]
pub struct Consuming {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// What became of each event of a batch, in order.
pub type Handed = Vec<Result<(), ConsumeError>>;

impl Consuming {
    /// Deals with events in units of work of this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// Hands events to a consumer, in order, and says what became of each. What it has dealt with before
    /// is well. When it fails with one, those of the same subject that come after it are not handed.
    ///
    /// All of them share a unit of work; if that fails, each gets one of its own.
    ///
    /// # Errors
    /// When the store does not answer, which is no event's fault.
    pub async fn hand(
        &self,
        consumer: &dyn EventConsumer,
        events: &[EventEnvelope],
    ) -> Result<Handed, StoreError> {
        let together = self.deal(consumer, events).await?;
        match (together, events) {
            (Ok(()), _) => Ok(events.iter().map(|_| Ok(())).collect()),
            (Err(failure), [_]) => Ok(vec![Err(failure)]),
            (Err(_), _) => self.hand_singly(consumer, events).await,
        }
    }

    async fn hand_singly(
        &self,
        consumer: &dyn EventConsumer,
        events: &[EventEnvelope],
    ) -> Result<Handed, StoreError> {
        let mut stuck = HashSet::new();
        let mut handed = Vec::with_capacity(events.len());
        for event in events {
            let subject = event.subject();
            let dealt = if stuck.contains(&subject) {
                Err(ConsumeError::Retry("one before it has failed".into()))
            } else {
                self.deal(consumer, slice::from_ref(event)).await?
            };
            if dealt.is_err() {
                stuck.insert(subject);
            }
            handed.push(dealt);
        }
        Ok(handed)
    }

    /// Has events dealt with in one unit of work: all or none.
    async fn deal(
        &self,
        consumer: &dyn EventConsumer,
        events: &[EventEnvelope],
    ) -> Result<Result<(), ConsumeError>, StoreError> {
        let uow = self.store.begin().await?;
        let ids: Vec<_> = events.iter().map(|event| event.id).collect();
        let handled = uow.handled_events();
        let now = self.clock.now();
        let new = handled.take(consumer.name(), &ids, now).await?;
        for event in events.iter().filter(|event| new.contains(&event.id)) {
            if let Err(failure) = handle(consumer, event, &*uow).await {
                return Ok(Err(failure));
            }
        }
        if !new.is_empty() {
            uow.commit().await?;
        }
        Ok(Ok(()))
    }
}

/// Hands one event over, as a part of the trace that it tells of.
async fn handle(
    consumer: &dyn EventConsumer,
    event: &EventEnvelope,
    uow: &dyn UnitOfWork,
) -> Result<(), ConsumeError> {
    let span = tracing::info_span!(
        "event",
        event.id = %event.id,
        event.kind = event.kind,
        consumer = consumer.name()
    );
    let trace = telemetry::job(consumer.name(), event.trace_parent.as_deref());
    let handled = AssertUnwindSafe(consumer.handle(event, uow)).catch_unwind();
    let handled = telemetry::following(trace, handled.instrument(span)).await;
    handled.unwrap_or_else(|_panic| Err(ConsumeError::Retry("it panicked".into())))
}
