//! How much there is to learn that no model knows of.
use crate::table::{create, drop};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "new_acts";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![new_acts()], vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[TABLE]).await
    }
}

/// One row: counted since when, until a model is trained.
fn new_acts() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(string_len("name", 32).primary_key())
        .col(big_integer("acts"))
        .col(timestamp_with_time_zone("counted_since"))
        .to_owned()
}
