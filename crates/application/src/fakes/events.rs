//! Events in memory.
use super::{
    state::{Database, Stored},
    store::FakeUnitOfWork,
};
use crate::{
    events::{
        EventEnvelope,
        ports::{DeadEvent, DueEvent, EventPolicy, HandledEvents, Outbox, OutboxQueue},
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{
    events::{DomainEvent, EventId},
    shared::Id,
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};
use uuid::Uuid;

/// What was published, in order, and who has dealt with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct StoredEvents {
    published: Vec<StoredEvent>,
    handled: BTreeMap<(String, EventId), DateTime<Utc>>,
    relay: Option<(Uuid, DateTime<Utc>)>,
}

#[derive(Clone, Debug, PartialEq)]
struct StoredEvent {
    event: EventEnvelope,
    tries: u32,
    problem: String,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waiting { due_at: DateTime<Utc> },
    Told { at: DateTime<Utc> },
    Dead { at: DateTime<Utc> },
}

impl StoredEvent {
    const fn waits_until(&self) -> Option<DateTime<Utc>> {
        match self.state {
            State::Waiting { due_at } => Some(due_at),
            State::Told { .. } | State::Dead { .. } => None,
        }
    }

    fn dead(&self) -> Option<DeadEvent> {
        let State::Dead { at } = self.state else {
            return None;
        };
        Some(DeadEvent {
            event: self.event.clone(),
            tries: self.tries,
            problem: self.problem.clone(),
            died_at: at,
        })
    }
}

impl Stored {
    /// Puts an event on its way.
    pub(super) fn tell(&mut self, event: &DomainEvent, at: DateTime<Utc>) {
        let published = &mut self.events.published;
        let number = u128::try_from(published.len()).unwrap_or(u128::MAX);
        let id = Id::from_uuid(Uuid::from_u128(number.saturating_add(1)));
        published.push(StoredEvent {
            event: EventEnvelope::new(id, event, at, None),
            tries: 0,
            problem: String::new(),
            state: State::Waiting { due_at: at },
        });
    }

    /// Everything that was published, in order.
    pub(super) fn told_events(&self) -> Vec<DomainEvent> {
        let published = self.events.published.iter();
        published
            .filter_map(|stored| stored.event.event())
            .collect()
    }

    fn next_events(&self, most: u32, now: DateTime<Utc>) -> Vec<DueEvent> {
        let mut held_up = BTreeSet::new();
        let mut due = Vec::new();
        for stored in &self.events.published {
            let Some(until) = stored.waits_until() else {
                continue;
            };
            let subject = stored.event.subject();
            if stored.tries > 0 && until > now {
                held_up.insert(subject);
            } else if !held_up.contains(&subject) {
                due.push(DueEvent {
                    event: stored.event.clone(),
                    tries: stored.tries,
                });
            }
        }
        due.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        due
    }

    fn published_event(&mut self, event: EventId) -> Option<&mut StoredEvent> {
        let mut published = self.events.published.iter_mut();
        published.find(|stored| stored.event.id == event)
    }

    fn bury_event(&mut self, event: &EventEnvelope, problem: &str, at: DateTime<Utc>) {
        if self.published_event(event.id).is_none() {
            self.events.published.push(StoredEvent {
                event: event.clone(),
                tries: 0,
                problem: String::new(),
                state: State::Dead { at },
            });
        }
        if let Some(stored) = self.published_event(event.id) {
            stored.state = State::Dead { at };
            stored.tries += 1;
            problem.clone_into(&mut stored.problem);
        }
    }

    fn forget_events(&mut self, told: DateTime<Utc>, dead: DateTime<Utc>) -> u64 {
        let events = &mut self.events;
        let before = events.published.len();
        events.published.retain(|stored| match stored.state {
            State::Waiting { .. } => true,
            State::Told { at } => at >= told,
            State::Dead { at } => at >= dead,
        });
        let is_told = |stored: &StoredEvent| matches!(stored.state, State::Told { .. });
        let untold = events.published.iter().filter(|stored| !is_told(stored));
        let untold: BTreeSet<EventId> = untold.map(|stored| stored.event.id).collect();
        events
            .handled
            .retain(|(_, event), at| *at >= told.min(dead) || untold.contains(event));
        u64::try_from(before - events.published.len()).unwrap_or(u64::MAX)
    }
}

impl Outbox for FakeUnitOfWork {
    fn publish(&self, event: DomainEvent, at: DateTime<Utc>) {
        // Where the store is down, the commit says so.
        let _ = self.with(|stored| stored.tell(&event, at));
    }
}

#[async_trait]
impl HandledEvents for FakeUnitOfWork {
    async fn take(
        &self,
        consumer: &str,
        events: &[EventId],
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<EventId>, StoreError> {
        self.with(|stored| {
            let handled = &mut stored.events.handled;
            let is_new = |event: &&EventId| {
                let key = (consumer.to_owned(), **event);
                handled.insert(key, now).is_none()
            };
            events.iter().filter(is_new).copied().collect()
        })
    }
}

/// A queue in memory.
#[derive(Clone, Debug, Default)]
pub struct FakeOutboxQueue {
    pub(super) database: Database,
}

#[async_trait]
impl OutboxQueue for FakeOutboxQueue {
    async fn lead(
        &self,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.database
            .change(|stored| {
                let relay = &mut stored.events.relay;
                let is_free = relay.is_none_or(|(holder, until)| holder == who || until <= now);
                if is_free {
                    *relay = Some((who, until));
                }
                is_free
            })
            .await
    }

    async fn resign(&self, who: Uuid) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                let relay = &mut stored.events.relay;
                *relay = relay.filter(|(holder, _)| *holder != who);
            })
            .await
    }

    async fn next(&self, most: u32, now: DateTime<Utc>) -> Result<Vec<DueEvent>, StoreError> {
        self.database.read(|stored| stored.next_events(most, now))
    }

    async fn settle(&self, events: &[EventId], now: DateTime<Utc>) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                for stored in &mut stored.events.published {
                    if events.contains(&stored.event.id) && stored.waits_until().is_some() {
                        stored.state = State::Told { at: now };
                    }
                }
            })
            .await
    }

    async fn put_back(
        &self,
        event: EventId,
        problem: &str,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                let found = stored.published_event(event);
                if let Some(stored) = found.filter(|stored| stored.waits_until().is_some()) {
                    stored.state = State::Waiting { due_at };
                    stored.tries += 1;
                    problem.clone_into(&mut stored.problem);
                }
            })
            .await
    }

    async fn bury(
        &self,
        event: &EventEnvelope,
        problem: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .change(|stored| stored.bury_event(event, problem, now))
            .await
    }

    async fn revive(&self, event: EventId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.database
            .change(|stored| {
                let found = stored.published_event(event);
                let dead = found.filter(|stored| matches!(stored.state, State::Dead { .. }));
                dead.map(|stored| {
                    stored.state = State::Waiting { due_at: now };
                    stored.tries = 0;
                })
                .is_some()
            })
            .await
    }

    async fn list_dead(
        &self,
        page: &PageRequest<EventId>,
    ) -> Result<Page<DeadEvent, EventId>, StoreError> {
        let mut dead: Vec<DeadEvent> = self.database.read(|stored| {
            let published = stored.events.published.iter();
            published.filter_map(StoredEvent::dead).collect()
        })?;
        dead.retain(|dead| page.after.is_none_or(|after| dead.event.id < after));
        dead.sort_by_key(|dead| Reverse(dead.event.id));
        Ok(Page::from_overfetched(dead, page.size, |dead| {
            dead.event.id
        }))
    }

    async fn forget(&self, told: DateTime<Utc>, dead: DateTime<Utc>) -> Result<u64, StoreError> {
        self.database
            .change(|stored| stored.forget_events(told, dead))
            .await
    }
}

/// Keeps events for a week, and trains after three acts.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeEventPolicy;

impl EventPolicy for FakeEventPolicy {
    fn kept_for(&self) -> Duration {
        Duration::days(7)
    }

    fn acts_per_training(&self) -> u32 {
        3
    }
}
