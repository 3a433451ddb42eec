//! Jobs, and when each schedule last fired.
use crate::table::{create, drop, index, one_of};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let one_waits_for_the_same = Index::create()
            .name("uq_jobs_waiting")
            .table("jobs")
            .col("kind")
            .col("task_key")
            .and_where(Expr::col("state").eq("waiting"))
            .unique()
            .to_owned();
        let next_to_take = Index::create()
            .name("ix_jobs_open")
            .table("jobs")
            .col("priority")
            .col("due_at")
            .col("id")
            .and_where(Expr::col("state").is_in(["waiting", "running"]))
            .to_owned();
        let indexes = vec![
            one_waits_for_the_same,
            next_to_take,
            index("jobs", &["state", "id"]),
            index("jobs", &["kind", "id"]),
            index("jobs", &["state", "ended_at"]),
        ];
        create(manager, vec![jobs(), schedules()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["schedules", "jobs"]).await
    }
}

/// `due_at` says when somebody may take the job: while it waits, the time before which it is not to be
/// run; while it runs, the end of its lease. Kinds are not checked, because an older instance must be
/// able to live beside jobs of a newer one.
fn jobs() -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .col(uuid("id").primary_key())
        .col(string_len("kind", 32))
        .col(text("payload"))
        .col(uuid("task_key"))
        .col(small_integer("priority"))
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("due_at"))
        .col(integer("attempts"))
        .col(uuid_null("lease_id"))
        .col(boolean("is_cancel_asked"))
        .col(big_integer("done"))
        .col(big_integer_null("total"))
        .col(text_null("problem"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone_null("ended_at"))
        .check(one_of(
            "jobs",
            "state",
            &["waiting", "running", "done", "failed", "cancelled"],
        ))
        .to_owned()
}

/// One row for each schedule that has ever fired.
fn schedules() -> TableCreateStatement {
    Table::create()
        .table("schedules")
        .col(string_len("name", 32).primary_key())
        .col(timestamp_with_time_zone("last_tick"))
        .to_owned()
}
