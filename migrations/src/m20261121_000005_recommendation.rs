//! What was recommended to whom.
use crate::table::{create, drop, foreign_key, index};
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
        let indexes = vec![
            index("recommendations", &["user_id", "given_at"]),
            index("recommendations", &["film_id"]),
        ];
        create(manager, vec![recommendations()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["recommendations"]).await
    }
}

fn recommendations() -> TableCreateStatement {
    const TABLE: &str = "recommendations";
    Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(uuid("film_id"))
        .col(timestamp_with_time_zone("given_at"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
