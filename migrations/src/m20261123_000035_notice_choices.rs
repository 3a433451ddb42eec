//! Of what users have said that they want to hear of it or not, and by which way.
use crate::table::{create, drop, foreign_key};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const CHOICES: &str = "notice_choices";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![notice_choices()], Vec::new()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[CHOICES]).await
    }
}

/// Names of kinds and channels are not checked here: more kinds are to come, and releases that do not
/// know them run on the same schema.
fn notice_choices() -> TableCreateStatement {
    Table::create()
        .table(CHOICES)
        .col(uuid("user_id"))
        .col(string_len("kind", 32))
        .col(string_len("channel", 16))
        .col(boolean("is_on"))
        .primary_key(
            Index::create()
                .name("pk_notice_choices")
                .col("user_id")
                .col("kind")
                .col("channel"),
        )
        .foreign_key(&mut foreign_key(
            CHOICES,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
