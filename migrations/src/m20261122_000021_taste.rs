//! What people tell of films: ratings, the diary, reviews, progress, and what they do not want to see.
use crate::table::{create, drop, foreign_key, index, one_of};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

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
            film_ratings(),
            viewings(),
            reviews(),
            film_progress(),
            hidden("hidden_films", "film_id", "films"),
            hidden("hidden_genres", "genre_id", "genres"),
            hidden("hidden_people", "person_id", "people"),
        ];
        let indexes = vec![
            index("film_ratings", &["film_id", "value"]),
            index("film_ratings", &["user_id", "rated_at", "film_id"]),
            one_viewing_a_day(),
            one_viewing_of_unknown_date(),
            index("viewings", &["user_id", "watched_on", "id"]),
            index("viewings", &["film_id"]),
            index("reviews", &["film_id", "updated_at", "user_id"]),
            index("reviews", &["user_id", "updated_at", "film_id"]),
            index("film_progress", &["film_id"]),
            index("film_progress", &["user_id", "state", "updated_at"]),
            index("hidden_films", &["film_id"]),
            index("hidden_genres", &["genre_id"]),
            index("hidden_people", &["person_id"]),
        ];
        create(manager, tables, indexes).await?;
        log_what_was_watched(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            "hidden_people",
            "hidden_genres",
            "hidden_films",
            "film_progress",
            "reviews",
            "viewings",
            "film_ratings",
        ];
        drop(manager, &tables).await
    }
}

/// A table of what a user says of a film, once; more columns are added to it.
fn of_user_and_film(table: &'static str) -> TableCreateStatement {
    of_user_and(table, "film_id", "films")
}

fn of_user_and(
    table: &'static str,
    subject: &'static str,
    referenced: &'static str,
) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(uuid("user_id"))
        .col(uuid(subject))
        .primary_key(
            Index::create()
                .name(format!("pk_{table}"))
                .col("user_id")
                .col(subject),
        )
        .foreign_key(&mut foreign_key(
            table,
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            table,
            subject,
            referenced,
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn film_ratings() -> TableCreateStatement {
    const TABLE: &str = "film_ratings";
    of_user_and_film(TABLE)
        .col(small_integer("value"))
        .col(timestamp_with_time_zone("rated_at"))
        .check(Check::named(
            "ck_film_ratings_value",
            Expr::col("value").between(1, 10),
        ))
        .to_owned()
}

/// A film was seen: on a day, or nobody knows when.
fn viewings() -> TableCreateStatement {
    const TABLE: &str = "viewings";
    Table::create()
        .table(TABLE)
        .col(uuid("id").primary_key())
        .col(uuid("user_id"))
        .col(uuid("film_id"))
        .col(date_null("watched_on"))
        .col(boolean("is_rewatch"))
        .col(string_len_null("note", 4000))
        .col(timestamp_with_time_zone("logged_at"))
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

fn one_viewing_a_day() -> IndexCreateStatement {
    Index::create()
        .name("uq_viewings_day")
        .table("viewings")
        .col("user_id")
        .col("film_id")
        .col("watched_on")
        .and_where(Expr::col("watched_on").is_not_null())
        .unique()
        .to_owned()
}

fn one_viewing_of_unknown_date() -> IndexCreateStatement {
    Index::create()
        .name("uq_viewings_unknown_date")
        .table("viewings")
        .col("user_id")
        .col("film_id")
        .and_where(Expr::col("watched_on").is_null())
        .unique()
        .to_owned()
}

fn reviews() -> TableCreateStatement {
    const TABLE: &str = "reviews";
    of_user_and_film(TABLE)
        .col(text("text"))
        .col(boolean("has_spoilers"))
        .col(string_len("stance", 8))
        .col(boolean("is_public"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .check(one_of(
            TABLE,
            "stance",
            &["positive", "neutral", "negative"],
        ))
        .to_owned()
}

fn film_progress() -> TableCreateStatement {
    const TABLE: &str = "film_progress";
    of_user_and_film(TABLE)
        .col(string_len("state", 16))
        .col(timestamp_with_time_zone("updated_at"))
        .check(one_of(
            TABLE,
            "state",
            &["planned", "watching", "completed", "dropped"],
        ))
        .to_owned()
}

/// What a user does not want to be shown: for good (`hide`), or as a matter of taste
/// (`not_interested`).
fn hidden(
    table: &'static str,
    subject: &'static str,
    referenced: &'static str,
) -> TableCreateStatement {
    of_user_and(table, subject, referenced)
        .col(string_len("how", 16))
        .col(timestamp_with_time_zone("hidden_at"))
        .check(one_of(table, "how", &["hide", "not_interested"]))
        .to_owned()
}

/// What stands on a list of watched films was seen at some time.
async fn log_what_was_watched(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let new_id = match manager.get_database_backend() {
        DbBackend::Postgres => "gen_random_uuid()",
        _ => "randomblob(16)",
    };
    let statement = format!(
        "INSERT INTO viewings (id, user_id, film_id, watched_on, is_rewatch, note, logged_at) \
         SELECT {new_id}, w.user_id, i.film_id, NULL, FALSE, NULL, i.added_at \
         FROM watchlist_items i JOIN watchlists w ON w.id = i.watchlist_id WHERE w.kind = 'watched'"
    );
    manager
        .get_connection()
        .execute_unprepared(&statement)
        .await
        .map(|_| ())
}
