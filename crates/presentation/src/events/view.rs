//! What is told of events that were given up.
use application::events::ports::DeadEvent;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event that was given up.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadEvent)]
pub struct DeadEventView<'a> {
    id: Uuid,
    /// What happened.
    #[schema(example = "filmhub.user.registered.v1")]
    kind: &'a str,
    /// To what it happened.
    #[schema(example = "user/01890a5d-ac96-774b-bcce-b302099a8057")]
    subject: String,
    /// When it happened.
    at: DateTime<Utc>,
    /// What it is made of.
    data: &'a BTreeMap<String, String>,
    /// How often it was tried.
    attempts: u32,
    /// What went wrong the last time.
    problem: &'a str,
    /// When it was given up.
    given_up_at: DateTime<Utc>,
}

/// A page of events that were given up.
#[derive(Serialize, ToSchema)]
#[schema(as = DeadEventPage)]
pub struct DeadEventPageView<'a> {
    pub items: Vec<DeadEventView<'a>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

impl<'a> From<&'a DeadEvent> for DeadEventView<'a> {
    fn from(dead: &'a DeadEvent) -> Self {
        let event = &dead.event;
        Self {
            id: event.id.as_uuid(),
            kind: &event.kind,
            subject: event.subject(),
            at: event.at,
            data: &event.data,
            attempts: dead.tries,
            problem: &dead.problem,
            given_up_at: dead.died_at,
        }
    }
}
