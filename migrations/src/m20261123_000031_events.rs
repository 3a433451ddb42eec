//! What has happened, until it is told, and who has dealt with it.
use crate::table::{create, drop, one_of, unique};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const OUTBOX: &str = "outbox";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![outbox(), handled_events(), event_relays()];
        let indexes = vec![
            unique(OUTBOX, &["id"]),
            waiting(),
            held_up(),
            dead(),
            ended(),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["event_relays", "handled_events", OUTBOX]).await
    }
}

/// Nothing refers to a user or a film: an event outlives what it tells of.
fn outbox() -> TableCreateStatement {
    Table::create()
        .table(OUTBOX)
        .col(
            ColumnDef::new("seq")
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(uuid("id"))
        .col(string_len("kind", 64))
        .col(string_len("aggregate", 32))
        .col(uuid("aggregate_id"))
        .col(timestamp_with_time_zone("at"))
        .col(string_len_null("trace_parent", 64))
        .col(text("data"))
        .col(string_len("state", 8).check(one_of(OUTBOX, "state", &["waiting", "told", "dead"])))
        .col(integer("tries"))
        .col(timestamp_with_time_zone("due_at"))
        .col(text_null("problem"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .to_owned()
}

/// Finds what is to be told, in order; holds only that.
fn waiting() -> IndexCreateStatement {
    Index::create()
        .name("ix_outbox_waiting")
        .table(OUTBOX)
        .col("seq")
        .and_where(Expr::col("state").eq("waiting"))
        .to_owned()
}

/// Finds what others of the same subject wait for; empty while nothing fails.
fn held_up() -> IndexCreateStatement {
    Index::create()
        .name("ix_outbox_held_up")
        .table(OUTBOX)
        .col("aggregate_id")
        .col("seq")
        .and_where(Expr::col("state").eq("waiting"))
        .and_where(Expr::col("tries").gt(0))
        .to_owned()
}

/// Finds what can be forgotten; holds only what has ended, so that storing an event need not touch it.
fn ended() -> IndexCreateStatement {
    Index::create()
        .name("ix_outbox_ended")
        .table(OUTBOX)
        .col("ended_at")
        .and_where(Expr::col("ended_at").is_not_null())
        .to_owned()
}

/// Finds what was given up; holds only that.
fn dead() -> IndexCreateStatement {
    Index::create()
        .name("ix_outbox_dead")
        .table(OUTBOX)
        .col("id")
        .and_where(Expr::col("state").eq("dead"))
        .to_owned()
}

fn handled_events() -> TableCreateStatement {
    Table::create()
        .table("handled_events")
        .col(string_len("consumer", 64))
        .col(uuid("event_id"))
        .col(timestamp_with_time_zone("handled_at"))
        .primary_key(
            Index::create()
                .name("pk_handled_events")
                .col("consumer")
                .col("event_id"),
        )
        .to_owned()
}

/// Who hands events on, until when; one row.
fn event_relays() -> TableCreateStatement {
    Table::create()
        .table("event_relays")
        .col(string_len("name", 32).primary_key())
        .col(uuid("holder"))
        .col(timestamp_with_time_zone("held_until"))
        .to_owned()
}
