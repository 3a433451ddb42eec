//! How posters look before they are there.
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
        // SQLite takes one column at a time.
        for mut column in columns() {
            let change = Table::alter()
                .table("films")
                .add_column(&mut column)
                .to_owned();
            manager.alter_table(change).await?;
        }
        // Holds only what nobody has looked at yet, and so next to nothing.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX ix_films_unseen_poster ON films (id) \
                 WHERE poster_key IS NOT NULL AND poster_blurhash IS NULL",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::drop()
            .name("ix_films_unseen_poster")
            .table("films")
            .to_owned();
        manager.drop_index(index).await?;
        for column in columns() {
            let change = Table::alter()
                .table("films")
                .drop_column(Alias::new(column.get_column_name()))
                .to_owned();
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}

fn columns() -> [ColumnDef; 2] {
    [
        string_len_null("poster_blurhash", 166),
        string_len_null("poster_colour", 7),
    ]
}
