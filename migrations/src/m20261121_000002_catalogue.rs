//! Films with their people, countries and names elsewhere; genres and moods.
use crate::table::{create, drop, foreign_key, index, one_of, sorted_text, unique};
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
            settings(),
            genres(),
            moods(),
            mood_genres(),
            films(manager),
            film_genres(),
            film_countries(),
            people(),
            film_people(),
            film_external_ids(),
            film_changes(),
            obsolete_posters(),
        ];
        let indexes = vec![
            unique("genres", &["slug"]),
            unique("moods", &["slug"]),
            index("mood_genres", &["genre_id"]),
            unique("films", &["tmdb_id"]),
            index("films", &["sort_title", "id"]),
            index("films", &["sort_year", "id"]),
            index("films", &["created_at", "id"]),
            index("films", &["owner_id"]),
            index("film_genres", &["genre_id", "film_id"]),
            index("film_countries", &["folded", "film_id"]),
            index("people", &["folded"]),
            index("film_people", &["person_id", "film_id"]),
            index("film_external_ids", &["film_id"]),
            index("films", &["poster_key"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "obsolete_posters",
                "film_changes",
                "film_external_ids",
                "film_people",
                "people",
                "film_countries",
                "film_genres",
                "films",
                "mood_genres",
                "moods",
                "genres",
                "settings",
            ],
        )
        .await
    }
}

/// Single facts about this database, such as which starter catalogue it holds.
fn settings() -> TableCreateStatement {
    Table::create()
        .table("settings")
        .col(string_len("name", 64).primary_key())
        .col(text("value"))
        .to_owned()
}

fn named_vocabulary(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(uuid("id").primary_key())
        .col(string_len("slug", 64))
        .col(string_len("name_en", 128))
        .col(string_len("name_ru", 128))
        .col(small_integer("position"))
        .to_owned()
}

fn genres() -> TableCreateStatement {
    named_vocabulary("genres")
}

fn moods() -> TableCreateStatement {
    named_vocabulary("moods")
}

fn mood_genres() -> TableCreateStatement {
    Table::create()
        .table("mood_genres")
        .col(uuid("mood_id"))
        .col(uuid("genre_id"))
        .primary_key(
            Index::create()
                .name("pk_mood_genres")
                .col("mood_id")
                .col("genre_id"),
        )
        .foreign_key(&mut foreign_key(
            "mood_genres",
            "mood_id",
            "moods",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            "mood_genres",
            "genre_id",
            "genres",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// `sort_title` and `sort_year` are what lists are ordered by: a title without case, accents and
/// article, and a year that is 0 where it is not known.
fn films(manager: &SchemaManager<'_>) -> TableCreateStatement {
    Table::create()
        .table("films")
        .col(uuid("id").primary_key())
        .col(string_len("title", 512))
        .col(sorted_text(manager, "sort_title", 512))
        .col(text("description"))
        .col(string_len("kind", 8))
        .col(string_len_null("country", 128))
        .col(integer_null("release_year"))
        .col(integer("sort_year"))
        .col(integer_null("runtime_minutes"))
        .col(string_len_null("poster_key", 160))
        .col(big_integer_null("tmdb_id"))
        .col(uuid_null("owner_id"))
        .col(string_len_null("text_source", 64))
        .col(string_len_null("text_url", 1024))
        .col(string_len_null("text_licence", 64))
        .col(big_integer("revision"))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .check(one_of("films", "kind", &["movie", "tv", "anime"]))
        .check(Check::named(
            "ck_films_release_year",
            Expr::col("release_year").between(1, 9999),
        ))
        .check(Check::named(
            "ck_films_revision",
            Expr::col("revision").gte(1),
        ))
        .foreign_key(&mut foreign_key(
            "films",
            "owner_id",
            "users",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

fn film_genres() -> TableCreateStatement {
    Table::create()
        .table("film_genres")
        .col(uuid("film_id"))
        .col(uuid("genre_id"))
        .col(small_integer("position"))
        .primary_key(
            Index::create()
                .name("pk_film_genres")
                .col("film_id")
                .col("genre_id"),
        )
        .foreign_key(&mut foreign_key(
            "film_genres",
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            "film_genres",
            "genre_id",
            "genres",
            ForeignKeyAction::Restrict,
        ))
        .to_owned()
}

fn film_countries() -> TableCreateStatement {
    const TABLE: &str = "film_countries";
    Table::create()
        .table(TABLE)
        .col(uuid("film_id"))
        .col(small_integer("position"))
        .col(string_len("name", 128))
        .col(string_len("folded", 128))
        .primary_key(
            Index::create()
                .name("pk_film_countries")
                .col("film_id")
                .col("position"),
        )
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn people() -> TableCreateStatement {
    Table::create()
        .table("people")
        .col(uuid("id").primary_key())
        .col(string_len("name", 256))
        .col(string_len("folded", 256))
        .to_owned()
}

fn film_people() -> TableCreateStatement {
    const TABLE: &str = "film_people";
    Table::create()
        .table(TABLE)
        .col(uuid("film_id"))
        .col(string_len("role", 16))
        .col(small_integer("position"))
        .col(uuid("person_id"))
        .primary_key(
            Index::create()
                .name("pk_film_people")
                .col("film_id")
                .col("role")
                .col("position"),
        )
        .check(one_of(TABLE, "role", &["director", "cast"]))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "person_id",
            "people",
            ForeignKeyAction::Restrict,
        ))
        .to_owned()
}

/// Names in other catalogues but TMDB, whose number is a column of the film.
fn film_external_ids() -> TableCreateStatement {
    const TABLE: &str = "film_external_ids";
    Table::create()
        .table(TABLE)
        .col(string_len("source", 16))
        .col(string_len("value", 32))
        .col(uuid("film_id"))
        .primary_key(
            Index::create()
                .name("pk_film_external_ids")
                .col("source")
                .col("value"),
        )
        .check(one_of(TABLE, "source", &["imdb", "kinopoisk", "wikidata"]))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// One row for each change of a film, which search indexes follow. No foreign key: a row outlives a
/// film that was removed.
fn film_changes() -> TableCreateStatement {
    Table::create()
        .table("film_changes")
        .col(
            ColumnDef::new("seq")
                .big_integer()
                .not_null()
                .auto_increment()
                .primary_key(),
        )
        .col(uuid("film_id"))
        .col(timestamp_with_time_zone("changed_at"))
        .to_owned()
}

/// Posters to be removed from the poster store, because no film shows them any more.
fn obsolete_posters() -> TableCreateStatement {
    Table::create()
        .table("obsolete_posters")
        .col(string_len("poster_key", 160).primary_key())
        .col(timestamp_with_time_zone("since"))
        .to_owned()
}
