//! What films mean in the numbers of a model.
use crate::table::{create, drop, foreign_key, index};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "film_meanings";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![index(TABLE, &["model", "made_at"])];
        create(manager, vec![film_meanings()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[TABLE]).await
    }
}

/// One row for each film: numbers of different models are never compared.
fn film_meanings() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(uuid("film_id").primary_key())
        .col(string_len("model", 128))
        .col(integer("dimension"))
        .col(big_integer("film_revision"))
        .col(binary("text_digest"))
        .col(binary("numbers"))
        .col(timestamp_with_time_zone("made_at"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
