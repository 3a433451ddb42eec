//! The outbox as a queue.
use super::event_row::{self, COLUMNS};
use crate::{
    events::EventBell,
    persistence::{Database, Query, Row, WriteTurns, in_list, row_list},
};
use application::{
    events::{
        EventEnvelope,
        ports::{DeadEvent, DueEvent, OutboxQueue},
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::events::EventId;
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;
use uuid::Uuid;

/// There is one relay; more could share the subjects between them under names of their own.
const RELAY: &str = "all";

const LEAD: &str = "INSERT INTO event_relays (name, holder, held_until) VALUES ($1, $2, $4) \
    ON CONFLICT (name) DO UPDATE \
        SET holder = excluded.holder, held_until = excluded.held_until \
    WHERE event_relays.holder = excluded.holder OR event_relays.held_until <= $3";

const RESIGN: &str = "DELETE FROM event_relays WHERE name = $1 AND holder = $2";

const SETTLED: &str = "UPDATE outbox SET state = 'told', ended_at = $1, problem = NULL \
    WHERE state = 'waiting' AND id IN";

const PUT_BACK: &str = "UPDATE outbox SET due_at = $2, problem = $3, tries = tries + 1 \
    WHERE id = $1 AND state = 'waiting'";

const REVIVE: &str = "UPDATE outbox SET state = 'waiting', due_at = $2, tries = 0, ended_at = NULL \
    WHERE id = $1 AND state = 'dead'";

const FORGET: &str = "DELETE FROM outbox \
    WHERE (state = 'told' AND ended_at < $1) OR (state = 'dead' AND ended_at < $2)";

const FORGET_HANDLED: &str = "DELETE FROM handled_events WHERE handled_at < $1 AND NOT EXISTS \
    (SELECT 1 FROM outbox o WHERE o.id = handled_events.event_id AND o.state <> 'told')";

/// Reads and changes the outbox through the pool.
#[derive(Component)]
#[shaku(interface = OutboxQueue)]
pub struct SqlOutboxQueue {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    turns: WriteTurns,
    bell: EventBell,
}

impl SqlOutboxQueue {
    async fn change(&self, sql: &str, values: impl Into<Vec<Value>>) -> Result<u64, StoreError> {
        let turn = self.turns.take().await;
        let changed = Query::new(sql, values)
            .change(self.database.connection())
            .await;
        drop(turn);
        changed
    }
}

#[async_trait]
impl OutboxQueue for SqlOutboxQueue {
    async fn lead(
        &self,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let values = [RELAY.into(), who.into(), now.into(), until.into()];
        Ok(self.change(LEAD, values).await? > 0)
    }

    async fn resign(&self, who: Uuid) -> Result<(), StoreError> {
        self.change(RESIGN, [RELAY.into(), who.into()])
            .await
            .map(drop)
    }

    async fn next(&self, most: u32, now: DateTime<Utc>) -> Result<Vec<DueEvent>, StoreError> {
        // What was not tried yet is due whatever its time says: clocks of writers differ, and only the
        // order of numbers is that in which things happened.
        let sql = format!(
            "SELECT {COLUMNS}, tries FROM outbox o \
             WHERE state = 'waiting' AND (tries = 0 OR due_at <= $1) AND NOT EXISTS \
                 (SELECT 1 FROM outbox e WHERE e.state = 'waiting' AND e.tries > 0 \
                  AND e.due_at > $1 AND e.aggregate_id = o.aggregate_id \
                  AND e.aggregate = o.aggregate AND e.seq < o.seq) \
             ORDER BY seq LIMIT $2"
        );
        let values = [now.into(), i64::from(most).into()];
        let rows = Query::new(&sql, values).all(self.database.connection());
        let due = rows.await?;
        let due = due.iter().map(|row| {
            Ok(DueEvent {
                event: event_row::read(row)?,
                tries: tries(row)?,
            })
        });
        due.collect()
    }

    async fn settle(&self, events: &[EventId], now: DateTime<Utc>) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let ids: Vec<Uuid> = events.iter().map(|event| event.as_uuid()).collect();
        let (places, members) = in_list(2, &ids);
        let mut values: Vec<Value> = vec![now.into()];
        values.extend(members);
        let settle = format!("{SETTLED} ({places})");
        self.change(&settle, values).await.map(drop)
    }

    async fn put_back(
        &self,
        event: EventId,
        problem: &str,
        due_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let values = [event.as_uuid().into(), due_at.into(), problem.into()];
        self.change(PUT_BACK, values).await.map(drop)
    }

    async fn bury(
        &self,
        event: &EventEnvelope,
        problem: &str,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut values = event_row::values(event)?.to_vec();
        values.extend([
            "dead".into(),
            1_i32.into(),
            now.into(),
            problem.into(),
            now.into(),
        ]);
        let sql = format!(
            "INSERT INTO outbox ({COLUMNS}, state, tries, due_at, problem, ended_at) \
             VALUES {} ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
             tries = outbox.tries + 1, problem = excluded.problem, ended_at = excluded.ended_at",
            row_list(1, values.len())
        );
        self.change(&sql, values).await.map(drop)
    }

    async fn revive(&self, event: EventId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let values = [event.as_uuid().into(), now.into()];
        let is_revived = self.change(REVIVE, values).await? > 0;
        if is_revived {
            self.bell.ring();
        }
        Ok(is_revived)
    }

    async fn list_dead(
        &self,
        page: &PageRequest<EventId>,
    ) -> Result<Page<DeadEvent, EventId>, StoreError> {
        let mut values: Vec<Value> = vec![(i64::from(page.size.get()) + 1).into()];
        values.extend(page.after.map(|after| Value::from(after.as_uuid())));
        let after = page.after.map_or("", |_| "AND id < $2");
        let sql = format!(
            "SELECT {COLUMNS}, tries, COALESCE(problem, ''), ended_at FROM outbox \
             WHERE state = 'dead' {after} ORDER BY id DESC LIMIT $1"
        );
        let rows = Query::new(&sql, values).all(self.database.connection());
        let dead = rows.await?;
        let dead = dead.iter().map(|row| {
            Ok(DeadEvent {
                event: event_row::read(row)?,
                tries: tries(row)?,
                problem: row.get(8)?,
                died_at: row.get(9)?,
            })
        });
        let dead = dead.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Page::from_overfetched(dead, page.size, |dead| {
            dead.event.id
        }))
    }

    async fn forget(&self, told: DateTime<Utc>, dead: DateTime<Utc>) -> Result<u64, StoreError> {
        let forgotten = self.change(FORGET, [told.into(), dead.into()]).await?;
        // What was given up can be told again for as long as it is kept.
        self.change(FORGET_HANDLED, [told.min(dead).into()]).await?;
        Ok(forgotten)
    }
}

fn tries(row: &Row) -> Result<u32, StoreError> {
    Ok(row.get::<i32>(7)?.unsigned_abs())
}
