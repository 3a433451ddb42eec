//! Failures to sign in.
use crate::table::{create, drop, index};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const FAILURES: &str = "failed_sign_ins";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let by_time = index(FAILURES, &["last_at"]);
        create(manager, vec![failed_sign_ins()], vec![by_time]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[FAILURES]).await
    }
}

/// Counted by a digest of the address that was given, with or without from where; it refers to no user,
/// because there need be none.
fn failed_sign_ins() -> TableCreateStatement {
    Table::create()
        .table(FAILURES)
        .col(binary_len("digest", 32).primary_key())
        .col(big_integer("failures"))
        .col(timestamp_with_time_zone("last_at"))
        .to_owned()
}
