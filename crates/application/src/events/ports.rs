//! What telling of events asks of the outside world.
use super::EventEnvelope;
use crate::shared::{
    failure::{Failure, FailureKind},
    page::{Page, PageRequest},
    store::{Cause, StoreError, UnitOfWork},
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::events::{DomainEvent, EventId};
use shaku::Interface;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Where events are kept, bound to one unit of work.
pub trait EventStores {
    /// What is to be told.
    fn outbox(&self) -> &dyn Outbox;
    /// What has been dealt with.
    fn handled_events(&self) -> &dyn HandledEvents;
}

/// Keeps what is to be told.
pub trait Outbox: Send + Sync {
    /// Tells of an event once the unit of work is committed, and not at all if it is not. Events of one
    /// unit of work are told in the order in which they were published.
    ///
    /// They are stored at the commit, by one statement for all. So their numbers are given after the
    /// change has kept others from what it changes, and are in the order of changes of the same.
    fn publish(&self, event: DomainEvent, at: DateTime<Utc>);
}

/// Knows which events were dealt with.
#[async_trait]
pub trait HandledEvents: Send + Sync {
    /// Notes that a consumer deals with events, and says which of them it has not dealt with before.
    /// Others who note the same MUST wait until this unit of work ends. One statement.
    async fn take(
        &self,
        consumer: &str,
        events: &[EventId],
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<EventId>, StoreError>;
}

/// An event that is to be told now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueEvent {
    /// The event.
    pub event: EventEnvelope,
    /// How often it was tried in vain.
    pub tries: u32,
}

/// An event that was given up: it waits for an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadEvent {
    /// The event.
    pub event: EventEnvelope,
    /// How often it was tried in vain.
    pub tries: u32,
    /// What was wrong the last time.
    pub problem: String,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
}

/// Hands on what was published: one process at a time, the relay.
#[async_trait]
pub trait OutboxQueue: Interface {
    /// Makes `who` the one who hands events on, until `until`; says no where somebody else is.
    async fn lead(
        &self,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Lets others hand events on from now on.
    async fn resign(&self, who: Uuid) -> Result<(), StoreError>;
    /// Reads up to `most` events that are to be told, in order. One that comes after another of its
    /// subject that is to wait MUST wait too. Cheap enough to be asked every second.
    async fn next(&self, most: u32, now: DateTime<Utc>) -> Result<Vec<DueEvent>, StoreError>;
    /// Notes that events were told.
    async fn settle(&self, events: &[EventId], now: DateTime<Utc>) -> Result<(), StoreError>;
    /// Notes that an event could not be told, and is to be tried again at some time.
    async fn put_back(
        &self,
        event: EventId,
        problem: &str,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Gives an event up, told or not, so that those after it go on. It is kept for an administrator.
    async fn bury(
        &self,
        event: &EventEnvelope,
        problem: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Makes an event that was given up be told again; says whether there is such a one. Consumers that
    /// dealt with it before will not do so again.
    async fn revive(&self, event: EventId, now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Lists what was given up, the newest first.
    async fn list_dead(
        &self,
        page: &PageRequest<EventId>,
    ) -> Result<Page<DeadEvent, EventId>, StoreError>;
    /// Forgets what was told before `told` and what was given up before `dead`, and says how many; who
    /// dealt with what is forgotten when nothing of that time can be told again.
    async fn forget(&self, told: DateTime<Utc>, dead: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// How much is remembered, and what it means.
pub trait EventPolicy: Interface {
    /// How long an event is remembered after it was told.
    fn kept_for(&self) -> Duration;
    /// After how many new acts a model is trained.
    fn acts_per_training(&self) -> u32;
}

/// Why events were not published. Those before `confirmed` were, all others MUST be taken for not.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The broker is away or does not confirm; nothing is wrong with the events.
    #[error("the broker does not answer")]
    Unavailable {
        /// How many of the first were confirmed.
        confirmed: usize,
        /// What went wrong.
        #[source]
        cause: Cause,
    },
    /// The broker does not take the event after those that were confirmed.
    #[error("the broker refuses the event")]
    Refused {
        /// How many of the first were confirmed.
        confirmed: usize,
        /// What went wrong.
        #[source]
        cause: Cause,
    },
}

/// Takes events to others.
#[async_trait]
pub trait EventBroker: Send + Sync {
    /// Publishes events, in order, and returns when the broker has confirmed all of them. It may be
    /// told to publish the same again.
    async fn publish(&self, batch: &[EventEnvelope]) -> Result<(), PublishError>;
}

/// Wants to know what happened.
///
/// It is called within a unit of work that also notes that it has dealt with the event, so that what it
/// does happens once however often the event is delivered. It MUST change only what the unit of work
/// reaches; what takes time or asks others is a job, enqueued there.
#[async_trait]
pub trait EventConsumer: Interface {
    /// Its name, by which it is known what it has dealt with. It never changes.
    fn name(&self) -> &'static str;
    /// Whether it wants events of a kind.
    fn wants(&self, kind: &str) -> bool;
    /// Deals with an event. The unit of work is committed by whoever calls, when all is well.
    async fn handle(&self, event: &EventEnvelope, uow: &dyn UnitOfWork)
    -> Result<(), ConsumeError>;
}

/// Why an event was not dealt with.
#[derive(Debug, thiserror::Error)]
pub enum ConsumeError {
    /// It may work another time.
    #[error("it may work another time")]
    Retry(#[source] Cause),
    /// It will never work.
    #[error("it will never work")]
    Refuse(#[source] Cause),
}

impl<F: Failure> From<F> for ConsumeError {
    /// What the failure of a store or a rule means to an event: what it was at fault for will be so the
    /// next time.
    fn from(failure: F) -> Self {
        match failure.kind() {
            FailureKind::Invalid
            | FailureKind::Unauthenticated
            | FailureKind::Forbidden
            | FailureKind::NotFound
            | FailureKind::TooLarge => Self::Refuse(Box::new(failure)),
            FailureKind::Conflict
            | FailureKind::Limited
            | FailureKind::Unavailable
            | FailureKind::Internal => Self::Retry(Box::new(failure)),
        }
    }
}
