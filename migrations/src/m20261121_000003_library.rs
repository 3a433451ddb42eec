//! Watchlists and what stands on them.
use crate::table::{create, drop, foreign_key, index, one_of};
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
        let one_standard_list_of_a_kind = Index::create()
            .name("uq_watchlists_standard")
            .table("watchlists")
            .col("user_id")
            .col("kind")
            .and_where(Expr::col("kind").ne("custom"))
            .unique()
            .to_owned();
        let indexes = vec![
            one_standard_list_of_a_kind,
            index("watchlists", &["user_id", "created_at"]),
            index("watchlist_items", &["watchlist_id", "added_at", "film_id"]),
            index("watchlist_items", &["film_id"]),
        ];
        create(manager, vec![watchlists(), watchlist_items()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["watchlist_items", "watchlists"]).await
    }
}

fn watchlists() -> TableCreateStatement {
    Table::create()
        .table("watchlists")
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(string_len("title", 256))
        .col(string_len("kind", 16))
        .col(char_len("color1", 7))
        .col(char_len("color2", 7))
        .col(char_len("color3", 7))
        .col(timestamp_with_time_zone("created_at"))
        .check(one_of(
            "watchlists",
            "kind",
            &["liked", "wish", "watched", "custom"],
        ))
        .foreign_key(&mut foreign_key(
            "watchlists",
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn watchlist_items() -> TableCreateStatement {
    const TABLE: &str = "watchlist_items";
    Table::create()
        .table(TABLE)
        .col(uuid("watchlist_id"))
        .col(uuid("film_id"))
        .col(timestamp_with_time_zone("added_at"))
        .primary_key(
            Index::create()
                .name("pk_watchlist_items")
                .col("watchlist_id")
                .col("film_id"),
        )
        .foreign_key(&mut foreign_key(
            TABLE,
            "watchlist_id",
            "watchlists",
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
