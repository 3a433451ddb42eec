//! Databases that are filled once in a run and copied from then on.
use super::{Database, Setup, files::copy_folder};
use std::{
    fs,
    path::{Path, PathBuf},
    process,
};
use test_servers::PostgresServer;
use tokio::sync::OnceCell;

/// What an instance with films starts from.
#[derive(Debug)]
pub struct Template {
    /// Its data directory.
    pub data: PathBuf,
    /// Its database, where that is not in the data directory.
    pub database: Option<String>,
}

/// A `PostgreSQL` database with a schema and nothing in it.
pub async fn without_films() -> &'static str {
    static MADE: OnceCell<String> = OnceCell::const_new();
    MADE.get_or_init(async || {
        let url = PostgresServer::shared().fresh_database();
        migrate(&url);
        url
    })
    .await
}

/// A database with the starter catalogue.
pub async fn with_films(database: Database) -> &'static Template {
    static SQLITE: OnceCell<Template> = OnceCell::const_new();
    static POSTGRES: OnceCell<Template> = OnceCell::const_new();
    match database {
        Database::Sqlite => SQLITE.get_or_init(async || fill(None).await).await,
        Database::Postgres => {
            POSTGRES
                .get_or_init(async || {
                    let url = PostgresServer::shared().fresh_database();
                    migrate(&url);
                    fill(Some(url)).await
                })
                .await
        }
    }
}

fn migrate(url: &str) {
    let setup = Setup::untouched(Database::Sqlite).set("DATABASE_URL", url);
    setup.run(&["migrate", "up"]).succeeded();
}

/// Lets the product load its films and stop.
async fn fill(database: Option<String>) -> Template {
    let kind = if database.is_some() {
        "postgres"
    } else {
        "sqlite"
    };
    let mut setup = Setup::untouched(Database::Sqlite);
    if let Some(url) = &database {
        setup = setup.set("DATABASE_URL", url);
    }
    let mut app = setup.start().await;
    app.stop();
    let data = own_folder(kind);
    copy_folder(&app.setup.data(), &data);
    // Every instance makes a secret of its own.
    fs::remove_file(data.join("jwt_secret")).unwrap();
    Template { data, database }
}

/// A folder for this run; what runs that are over have left is removed, as nothing is that is held
/// until the very end of a process.
fn own_folder(kind: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("films")
        .join(kind);
    fs::create_dir_all(&all).unwrap();
    for entry in fs::read_dir(&all).unwrap() {
        let entry = entry.unwrap();
        if !Path::new("/proc").join(entry.file_name()).exists() {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    all.join(process::id().to_string())
}
