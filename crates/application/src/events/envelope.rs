//! An event on its way.
use chrono::{DateTime, Utc};
use domain::events::{DomainEvent, EventId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// An event with what is needed to hand it on.
///
/// Kind and data are words, so that what a newer version has written passes through an older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEnvelope {
    /// Which event; whoever gets the same one again has dealt with it already.
    pub id: EventId,
    /// What happened, such as `filmhub.user.registered.v1`.
    pub kind: String,
    /// What kind of thing it happened to, such as `user`.
    pub aggregate: String,
    /// To which one. Events of one thing are told in order.
    pub aggregate_id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Of which trace it is part, as a W3C `traceparent`, where somebody traces.
    pub trace_parent: Option<String>,
    /// What it is made of, as words by name.
    pub data: BTreeMap<String, String>,
}

impl EventEnvelope {
    /// Puts an event on its way.
    #[must_use]
    pub fn new(
        id: EventId,
        event: &DomainEvent,
        at: DateTime<Utc>,
        trace_parent: Option<String>,
    ) -> Self {
        let kind = event.kind();
        Self {
            id,
            kind: kind.name.to_owned(),
            aggregate: kind.aggregate.to_owned(),
            aggregate_id: event.about(),
            at,
            trace_parent,
            data: event.parts(),
        }
    }

    /// The event, if this version knows its kind.
    #[must_use]
    pub fn event(&self) -> Option<DomainEvent> {
        DomainEvent::read(&self.kind, &self.data)
    }

    /// The thing it happened to, such as `user/01890a5d-…`: what events keep their order by.
    #[must_use]
    pub fn subject(&self) -> String {
        format!("{}/{}", self.aggregate, self.aggregate_id)
    }
}
