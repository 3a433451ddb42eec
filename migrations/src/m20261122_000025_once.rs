//! Answers that are kept for requests that come again, and the way from a user and a film to what the
//! user saw of it.
use crate::table::{create, drop, foreign_key, index};
use sea_orm_migration::{prelude::*, schema::*};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const KEYS: &str = "idempotency_keys";
const VIEWINGS_OF_A_FILM: &str = "ix_viewings_user_id_film_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            index(KEYS, &["taken_at"]),
            index("viewings", &["user_id", "film_id"]),
        ];
        create(manager, vec![idempotency_keys()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let viewings_of_a_film = Index::drop()
            .name(VIEWINGS_OF_A_FILM)
            .table("viewings")
            .to_owned();
        manager.drop_index(viewings_of_a_film).await?;
        drop(manager, &[KEYS]).await
    }
}

/// What a client calls a request, and what it was answered; without an answer while it is worked on.
fn idempotency_keys() -> TableCreateStatement {
    Table::create()
        .table(KEYS)
        .col(uuid("user_id"))
        .col(string_len("name", 255))
        .col(uuid("fingerprint"))
        .col(text_null("answer"))
        .col(timestamp_with_time_zone("taken_at"))
        .primary_key(
            Index::create()
                .name("pk_idempotency_keys")
                .col("user_id")
                .col("name"),
        )
        .foreign_key(&mut foreign_key(
            KEYS,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
