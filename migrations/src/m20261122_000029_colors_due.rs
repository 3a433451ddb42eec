//! Which lists and mixes have no colours of their own yet, and who is to choose them.
use crate::table::one_of;
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

    /// Lists that are there keep the colours that their owners are used to. Mixes came with colours of
    /// the table, for which a model was never asked.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            let change = Table::alter()
                .table(table)
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(change).await?;
        }
        let connection = manager.get_connection();
        connection
            .execute_unprepared("UPDATE mixes SET colors_due = 'model'")
            .await?;
        // Holds only what has no colours yet, which is little.
        connection
            .execute_unprepared(
                "CREATE INDEX ix_watchlists_colors_due ON watchlists (created_at) \
                 WHERE colors_due IS NOT NULL",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ix_watchlists_colors_due")
            .table("watchlists")
            .to_owned();
        manager.drop_index(index).await?;
        for (table, column) in columns() {
            let change = Table::alter()
                .table(table)
                .drop_column(Alias::new(column.get_column_name()))
                .to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

fn columns() -> [(&'static str, ColumnDef); 2] {
    ["watchlists", "mixes"].map(|table| {
        let mut column = string_len_null("colors_due", 8);
        column.check(one_of(table, "colors_due", &["model", "posters"]));
        (table, column)
    })
}
