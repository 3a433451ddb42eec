//! Communities of pseudonymous raters, read from files, so that an instance with few users has neighbours.
use crate::table::{create, drop, foreign_key, index, unique};
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
            communities(),
            community_films(),
            community_ratings(),
            community_film_totals(),
        ];
        let indexes = vec![
            unique("communities", &["name"]),
            index("community_films", &["film_id"]),
            index("community_ratings", &["film_id"]),
            index("community_film_totals", &["community_id"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "community_film_totals",
            "community_ratings",
            "community_films",
            "communities",
        ];
        drop(manager, &tables).await
    }
}

/// `digest` is that of the files that were imported last, or are being imported: then `lines_done` of
/// their ratings are stored, and else it is null. `round` counts the imports, so that what the files no
/// longer tell can be told from what they do. `imported_at` is when an import last came to its end; a
/// community of which none did is seen nowhere.
fn communities() -> TableCreateStatement {
    Table::create()
        .table("communities")
        .col(integer("id").primary_key())
        .col(string_len("name", 64))
        .col(char_len("digest", 64))
        .col(integer("round"))
        .col(big_integer_null("lines_done"))
        .col(big_integer("raters"))
        .col(big_integer("ratings"))
        .col(timestamp_with_time_zone("started_at"))
        .col(timestamp_with_time_zone_null("imported_at"))
        .to_owned()
}

/// Which of our films a film of the files is: once found or made, it stays the same.
fn community_films() -> TableCreateStatement {
    const TABLE: &str = "community_films";
    of_community(TABLE, big_integer("item"))
        .primary_key(
            Index::create()
                .name("pk_community_films")
                .col("community_id")
                .col("item"),
        )
        .to_owned()
}

/// A rater is a number that means nothing outside the community.
fn community_ratings() -> TableCreateStatement {
    const TABLE: &str = "community_ratings";
    of_community(TABLE, big_integer("rater"))
        .col(small_integer("value"))
        .col(timestamp_with_time_zone("rated_at"))
        .col(integer("round"))
        .primary_key(
            Index::create()
                .name("pk_community_ratings")
                .col("community_id")
                .col("rater")
                .col("film_id"),
        )
        .check(Check::named(
            "ck_community_ratings_value",
            Expr::col("value").between(1, 10),
        ))
        .to_owned()
}

/// What the raters of a community think of a film all together, counted when an import ends.
fn community_film_totals() -> TableCreateStatement {
    const TABLE: &str = "community_film_totals";
    of_community(TABLE, big_integer("ratings"))
        .col(big_integer("total"))
        .primary_key(
            Index::create()
                .name("pk_community_film_totals")
                .col("film_id")
                .col("community_id"),
        )
        .to_owned()
}

/// A table of what a community says of a film.
fn of_community(table: &'static str, column: ColumnDef) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(integer("community_id"))
        .col(column)
        .col(uuid("film_id"))
        .foreign_key(&mut foreign_key(
            table,
            "community_id",
            "communities",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            table,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}
