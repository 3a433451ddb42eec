//! Conversations with the assistant, and how often a language model was asked.
use crate::table::{create, drop, foreign_key, index, one_of, unique};
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
        let tables = vec![
            spending(),
            spending_of_visitors(),
            conversations(),
            messages(),
            message_films(),
        ];
        let indexes = vec![
            index("conversations", &["user_id", "created_at", "id"]),
            unique("conversation_messages", &["conversation_id", "position"]),
            index("message_films", &["film_id"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "message_films",
            "conversation_messages",
            "conversations",
            "visitors_model_spending",
            "model_spending",
        ];
        drop(manager, &tables).await
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

fn conversations() -> TableCreateStatement {
    const TABLE: &str = "conversations";
    Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(string_len("title", 80))
        .col(big_integer("length"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn messages() -> TableCreateStatement {
    const TABLE: &str = "conversation_messages";
    Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(uuid("conversation_id"))
        .col(big_integer("position"))
        .col(string_len("author", 16))
        .col(text("text"))
        .col(timestamp_with_time_zone("said_at"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "conversation_id",
            "conversations",
            ForeignKeyAction::Cascade,
        ))
        .check(one_of(TABLE, "author", &["user", "assistant"]))
        .to_owned()
}

/// The films that were shown with a message.
fn message_films() -> TableCreateStatement {
    const TABLE: &str = "message_films";
    Table::create()
        .table(TABLE)
        .col(uuid("message_id"))
        .col(uuid("film_id"))
        .col(big_integer("position"))
        .primary_key(Index::create().col("message_id").col("film_id"))
        .foreign_key(&mut foreign_key(
            TABLE,
            "message_id",
            "conversation_messages",
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
