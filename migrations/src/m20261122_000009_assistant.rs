//! How often a language model was asked.
use crate::table::{create, drop, foreign_key};
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
        create(manager, vec![spending(), spending_of_visitors()], vec![]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["visitors_model_spending", "model_spending"]).await
    }
}

/// One row for each user who ever had the model asked.
fn spending() -> TableCreateStatement {
    const TABLE: &str = "model_spending";
    Table::create()
        .table(TABLE)
        .col(uuid("user_id").primary_key())
        .col(date("day"))
        .col(big_integer("spent"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// One row for all who have not signed in.
fn spending_of_visitors() -> TableCreateStatement {
    Table::create()
        .table("visitors_model_spending")
        .col(small_integer("id").primary_key())
        .col(date("day"))
        .col(big_integer("spent"))
        .to_owned()
}
