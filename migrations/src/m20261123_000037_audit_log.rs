//! Who came in, and what administrators did.
use crate::table::{create, drop, foreign_key, index};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const LOG: &str = "audit_log";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![index(LOG, &["of_user_id", "id"]), index(LOG, &["at"])];
        create(manager, vec![audit_log()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[LOG]).await
    }
}

/// What belongs to a user goes with them; what administrators did stays, so `by_user_id` and `on_id`
/// refer to nothing.
fn audit_log() -> TableCreateStatement {
    Table::create()
        .table(LOG)
        .col(uuid("id").primary_key())
        .col(timestamp_with_time_zone("at"))
        .col(string_len("act", 32))
        .col(uuid_null("by_user_id"))
        .col(uuid_null("on_id"))
        .col(uuid_null("of_user_id"))
        .col(string_len_null("network", 64))
        .col(string_len_null("device", 256))
        .foreign_key(&mut foreign_key(
            LOG,
            "of_user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
