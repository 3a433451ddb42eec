//! Trained models: where each lies, and which was chosen last.
use crate::table::{create, drop, index};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLE: &str = "recommender_models";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![index(TABLE, &["chosen_at", "version"])];
        create(manager, vec![recommender_models()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[TABLE]).await
    }
}

/// The model that was chosen last serves; one is chosen when it is trained, and again when an
/// administrator goes back to it.
fn recommender_models() -> TableCreateStatement {
    Table::create()
        .table(TABLE)
        .col(integer("version").primary_key())
        .col(string_len("storage_key", 128))
        .col(char_len("sha256", 64))
        .col(big_integer("size"))
        .col(big_integer("users"))
        .col(big_integer("acts"))
        .col(big_integer("films"))
        .col(big_integer("milliseconds"))
        .col(timestamp_with_time_zone("trained_at"))
        .col(timestamp_with_time_zone("chosen_at"))
        .check(Check::named(
            "ck_recommender_models_version",
            Expr::col("version").gte(1),
        ))
        .to_owned()
}
