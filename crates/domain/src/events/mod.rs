//! What has happened, told to whoever wants to know: by identifiers alone, so that nothing personal
//! outlives its owner in somebody's backlog.
//!
//! An event is about one thing, its *subject*. Of one subject, events are told in the order in which
//! they happened; of several, in no particular one.
mod kind;
mod part;

pub use kind::{DomainEvent, EventKind};

/// Identifies an event, however often it is delivered.
pub type EventId = crate::shared::Id<DomainEvent>;
