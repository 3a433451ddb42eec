//! Of which trace a job is part.
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
        let parent = Table::alter()
            .table("jobs")
            .add_column(string_len_null("trace_parent", 64))
            .to_owned();
        manager.alter_table(parent).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let parent = Table::alter()
            .table("jobs")
            .drop_column("trace_parent")
            .to_owned();
        manager.alter_table(parent).await
    }
}
