//! Titles of lists and years of films as wide as clients were promised: no bound but that of a request,
//! and of the column's type.
use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement},
};

/// See the module.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// What the check of a year says before and after, in SQLite's words.
const NARROW: &str = "BETWEEN 1 AND 9999";
const WIDE: &str = ">= 1";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Whole or not at all, on SQLite too.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Sqlite {
            return reword(manager, NARROW, WIDE).await;
        }
        run(
            manager,
            "ALTER TABLE watchlists ALTER COLUMN title TYPE text;
             ALTER TABLE films DROP CONSTRAINT ck_films_release_year,
                 ADD CONSTRAINT ck_films_release_year CHECK (release_year >= 1)",
        )
        .await
    }

    /// What does not fit the narrower schema is cut to what does.
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(
            manager,
            "UPDATE watchlists SET title = substr(title, 1, 256) WHERE length(title) > 256;
             UPDATE films SET release_year = NULL, sort_year = 0, revision = revision + 1
                 WHERE release_year > 9999",
        )
        .await?;
        if manager.get_database_backend() == DbBackend::Sqlite {
            return reword(manager, WIDE, NARROW).await;
        }
        run(
            manager,
            "ALTER TABLE watchlists ALTER COLUMN title TYPE varchar(256);
             ALTER TABLE films DROP CONSTRAINT ck_films_release_year,
                 ADD CONSTRAINT ck_films_release_year CHECK (release_year BETWEEN 1 AND 9999)",
        )
        .await
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    connection.execute_unprepared(statements).await.map(drop)
}

/// Changes the words of a check where there is no statement for it, in the way that SQLite's manual
/// gives for changes that leave the stored rows as they are ("Making Other Kinds Of Table Schema
/// Changes"). Other connections read the schema anew because its version has changed.
async fn reword(manager: &SchemaManager<'_>, from: &str, to: &str) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let version = Statement::from_string(DbBackend::Sqlite, "PRAGMA schema_version");
    let version = connection.query_one_raw(version).await?;
    let version: i32 = version
        .ok_or_else(|| DbErr::Migration("the schema has no version".to_owned()))?
        .try_get_by_index(0)?;
    let next = version.wrapping_add(1);
    run(
        manager,
        &format!(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = replace(sql, '{from}', '{to}')
                 WHERE type = 'table' AND name = 'films';
             PRAGMA schema_version = {next};
             PRAGMA writable_schema = RESET"
        ),
    )
    .await
}
