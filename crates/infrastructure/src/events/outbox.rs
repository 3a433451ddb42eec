//! Events are stored with the change that they tell of.
use super::event_row::{COLUMNS, values};
use crate::persistence::{IntoStoreError, Query, Transaction, dialect, insert_rows, row_list};
use application::{
    events::{
        EventEnvelope,
        ports::{HandledEvents, Outbox},
    },
    shared::{clock::IdGenerator, store::StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    events::{DomainEvent, EventId},
    shared::Id,
};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbBackend, TransactionTrait, Value};
use std::collections::BTreeSet;

/// An event that is to be stored with the change that it tells of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PublishedEvent {
    pub(crate) event: DomainEvent,
    pub(crate) at: DateTime<Utc>,
}

impl PublishedEvent {
    /// What is stored of it: the columns of an event, then state, tries, and when it is due.
    fn row(self, ids: &dyn IdGenerator) -> Result<[Value; 10], StoreError> {
        let Self { event, at } = self;
        let envelope = EventEnvelope::new(ids.next(), &event, at, telemetry::current());
        let [id, kind, aggregate, about, at, trace, data] = values(&envelope)?;
        let due: Value = at.clone();
        let (state, tries) = ("waiting".into(), 0_i32.into());
        Ok([
            id, kind, aggregate, about, at, trace, data, state, tries, due,
        ])
    }
}

/// Stores events, as the last thing before a commit.
pub(crate) async fn store_events(
    tx: &DatabaseTransaction,
    ids: &dyn IdGenerator,
    events: &[PublishedEvent],
) -> Result<(), StoreError> {
    let head = format!("INSERT INTO outbox ({COLUMNS}, state, tries, due_at) VALUES");
    let rows = events.iter().map(|event| event.row(ids));
    let rows = rows.collect::<Result<_, _>>()?;
    insert_rows(tx, &head, rows, "").await.map(drop)
}

/// Makes a change of one statement and stores the event that tells of it, or does neither when nothing
/// was to be changed. Says whether it was. PostgreSQL does both in one trip.
pub(crate) async fn change_and_tell(
    on: &DatabaseConnection,
    ids: &dyn IdGenerator,
    (change, of_change): (&str, Vec<Value>),
    event: PublishedEvent,
) -> Result<bool, StoreError> {
    let of_event = event.row(ids)?;
    if on.get_database_backend() == DbBackend::Postgres {
        let (sql, values) = joined(change, of_change, of_event);
        return Ok(Query::new(&sql, values).change(on).await? > 0);
    }
    let tx = on
        .begin_with_options(dialect::writing())
        .await
        .or_store_error()?;
    if Query::new(change, of_change).change(&tx).await? == 0 {
        tx.rollback().await.or_store_error()?;
        return Ok(false);
    }
    let tell = format!(
        "INSERT INTO outbox ({COLUMNS}, state, tries, due_at) VALUES {}",
        row_list(1, of_event.len())
    );
    Query::new(&tell, of_event).change(&tx).await?;
    tx.commit().await.or_store_error()?;
    Ok(true)
}

/// The number of the event is given after the change has waited for others who change the same.
fn joined(change: &str, mut values: Vec<Value>, of_event: [Value; 10]) -> (String, Vec<Value>) {
    let first = values.len() + 1;
    let places: Vec<String> = (first..first + of_event.len())
        .map(|place| format!("${place}"))
        .collect();
    let sql = format!(
        "WITH changed AS ({change} RETURNING 1) \
         INSERT INTO outbox ({COLUMNS}, state, tries, due_at) SELECT {} FROM changed",
        places.join(", ")
    );
    values.extend(of_event);
    (sql, values)
}

impl Outbox for Transaction {
    fn publish(&self, event: DomainEvent, at: DateTime<Utc>) {
        self.note_event(PublishedEvent { event, at });
    }
}

#[async_trait]
impl HandledEvents for Transaction {
    async fn take(
        &self,
        consumer: &str,
        events: &[EventId],
        now: DateTime<Utc>,
    ) -> Result<BTreeSet<EventId>, StoreError> {
        // Always in the same order, so that no two who note the same wait for each other.
        let events: BTreeSet<EventId> = events.iter().copied().collect();
        if events.is_empty() {
            return Ok(events);
        }
        let list: Vec<String> = (3..3 + events.len())
            .map(|place| format!("($1,${place},$2)"))
            .collect();
        let sql = format!(
            "INSERT INTO handled_events (consumer, event_id, handled_at) VALUES {} \
             ON CONFLICT (consumer, event_id) DO NOTHING RETURNING event_id",
            list.join(",")
        );
        let mut values: Vec<Value> = vec![consumer.into(), now.into()];
        values.extend(events.into_iter().map(|event| Value::from(event.as_uuid())));
        let taken = Query::new(&sql, values).all(&self.tx).await?;
        taken
            .iter()
            .map(|row| Ok(Id::from_uuid(row.get(0)?)))
            .collect()
    }
}
