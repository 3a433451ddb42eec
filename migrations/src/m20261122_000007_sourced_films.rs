//! What other catalogues tell of films, and who told it.
use crate::table::{create, drop, foreign_key, index, one_of, unique};
use sea_orm_migration::{prelude::*, schema::*, sea_orm::Statement, sea_orm::Value};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use uuid::Uuid;

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

const SOURCES: [&str; 3] = ["tmdb", "kinopoisk_unofficial", "kinopoisk_dev"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in new_columns_of_films() {
            add_column(manager, "films", column).await?;
        }
        add_column(manager, "people", string_len_null("other_name", 256)).await?;
        let tables = vec![
            film_titles(),
            film_provenance(),
            film_ratings_elsewhere(),
            film_keywords(),
            people_external_ids(),
        ];
        let indexes = vec![
            index("films", &["title_key"]),
            index("films", &["original_key"]),
            index("films", &["asked_at", "id"]),
            unique("film_provenance", &["film_id", "source"]),
            index("people_external_ids", &["person_id"]),
        ];
        create(manager, tables, indexes).await?;
        fill_title_keys(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "people_external_ids",
                "film_keywords",
                "film_ratings_elsewhere",
                "film_provenance",
                "film_titles",
            ],
        )
        .await?;
        for name in [
            "ix_films_title_key",
            "ix_films_original_key",
            "ix_films_asked_at_id",
        ] {
            let index = Index::drop().name(name).table("films").to_owned();
            manager.drop_index(index).await?;
        }
        for column in new_columns_of_films() {
            drop_column(manager, "films", column.get_column_name()).await?;
        }
        drop_column(manager, "people", "other_name".to_owned()).await
    }
}

/// `title_key` and `original_key` are titles in the form in which they are compared; `told_by` is the
/// source in charge, none for a film that is ours; `asked_at` is when sources were last asked for it,
/// in vain or not, and `refreshed_at` when one last told everything.
fn new_columns_of_films() -> Vec<ColumnDef> {
    vec![
        string_len_null("original_title", 512),
        string_len_null("title_key", 512),
        string_len_null("original_key", 512),
        string_len_null("told_by", 32),
        string_len_null("poster_source", 32),
        string_len_null("poster_url", 1024),
        double_null("popularity"),
        timestamp_with_time_zone_null("refreshed_at"),
        timestamp_with_time_zone_null("asked_at"),
    ]
}

/// SQLite takes one column at a time.
async fn add_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    let change = Table::alter()
        .table(table)
        .add_column(&mut column)
        .to_owned();
    manager.alter_table(change).await
}

async fn drop_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: String,
) -> Result<(), DbErr> {
    let change = Table::alter()
        .table(table)
        .drop_column(Alias::new(column))
        .to_owned();
    manager.alter_table(change).await
}

fn film_titles() -> TableCreateStatement {
    const TABLE: &str = "film_titles";
    said_of_films(TABLE, string_len("title", 512))
}

fn film_keywords() -> TableCreateStatement {
    const TABLE: &str = "film_keywords";
    said_of_films(TABLE, string_len("word", 128))
}

/// Things of which each source says several.
fn said_of_films(table: &'static str, what: ColumnDef) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(uuid("film_id"))
        .col(small_integer("position"))
        .col(string_len("source", 32))
        .col(what)
        .primary_key(
            Index::create()
                .name(format!("pk_{table}"))
                .col("film_id")
                .col("position"),
        )
        .check(one_of(table, "source", &SOURCES))
        .foreign_key(&mut foreign_key(
            table,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// A place at a source is one film, and a film is at one place of a source.
fn film_provenance() -> TableCreateStatement {
    const TABLE: &str = "film_provenance";
    Table::create()
        .table(TABLE)
        .col(string_len("source", 32))
        .col(string_len("source_id", 32))
        .col(uuid("film_id"))
        .col(timestamp_with_time_zone("fetched_at"))
        .col(string_len("terms", 64))
        .col(string_len("depth", 8))
        .primary_key(
            Index::create()
                .name("pk_film_provenance")
                .col("source")
                .col("source_id"),
        )
        .check(one_of(TABLE, "source", &SOURCES))
        .check(one_of(TABLE, "depth", &["brief", "full"]))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn film_ratings_elsewhere() -> TableCreateStatement {
    const TABLE: &str = "film_ratings_elsewhere";
    Table::create()
        .table(TABLE)
        .col(uuid("film_id"))
        .col(string_len("source", 32))
        .col(double("mean"))
        .col(big_integer("votes"))
        .primary_key(
            Index::create()
                .name("pk_film_ratings_elsewhere")
                .col("film_id")
                .col("source"),
        )
        .check(one_of(TABLE, "source", &SOURCES))
        .check(Check::named(
            "ck_film_ratings_elsewhere_mean",
            Expr::col("mean").between(0, 10),
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "film_id",
            "films",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn people_external_ids() -> TableCreateStatement {
    const TABLE: &str = "people_external_ids";
    Table::create()
        .table(TABLE)
        .col(string_len("source", 16))
        .col(string_len("value", 32))
        .col(uuid("person_id"))
        .primary_key(
            Index::create()
                .name("pk_people_external_ids")
                .col("source")
                .col("value"),
        )
        .check(one_of(
            TABLE,
            "source",
            &["tmdb", "imdb", "kinopoisk", "wikidata"],
        ))
        .foreign_key(&mut foreign_key(
            TABLE,
            "person_id",
            "people",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

/// Brings the titles that are there into the form in which they are compared, as the product did when
/// this step was written.
async fn fill_title_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const AT_ONCE: usize = 500;
    let connection = manager.get_connection();
    let backend = manager.get_database_backend();
    let read = Statement::from_string(backend, "SELECT id, title FROM films");
    let mut films = Vec::new();
    for row in connection.query_all_raw(read).await? {
        let title: String = row.try_get_by_index(1)?;
        films.push((row.try_get_by_index::<Uuid>(0)?, key_of(&title)));
    }
    for some in films.chunks(AT_ONCE) {
        let places: Vec<String> = (0..some.len())
            .map(|place| format!("(${}, ${})", place * 2 + 1, place * 2 + 2))
            .collect();
        // Both databases call the columns of a list of values so.
        let change = format!(
            "UPDATE films SET title_key = v.column2 FROM (VALUES {}) AS v \
             WHERE films.id = v.column1",
            places.join(", ")
        );
        let values = some
            .iter()
            .flat_map(|(film, key)| [Value::from(*film), Value::from(key.as_str())]);
        let statement = Statement::from_sql_and_values(backend, change, values);
        connection.execute_raw(statement).await?;
    }
    Ok(())
}

fn key_of(title: &str) -> String {
    let bare = title.nfd().filter(|letter| !is_combining_mark(*letter));
    let small: String = bare.flat_map(char::to_lowercase).collect();
    let mut words: Vec<&str> = small
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    if let [first, _, ..] = words.as_slice()
        && matches!(*first, "the" | "a" | "an")
    {
        words.remove(0);
    }
    words.join(" ").chars().take(512).collect()
}
