//! What the product is started with.
use super::{App, files::copy_folder, template};
use std::{fs, path::PathBuf};
use tempfile::TempDir;
use test_servers::PostgresServer;

/// The databases that the product runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Everything that a process of the product is given: a folder to run in, with its data, and settings.
#[derive(Debug)]
pub struct Setup {
    pub folder: TempDir,
    pub settings: Vec<(String, String)>,
    /// How large the files may become that it writes, in KiB.
    pub largest_file: Option<u32>,
    database: Option<OwnDatabase>,
}

/// A database that goes with its setup.
#[derive(Debug)]
struct OwnDatabase(String);

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        PostgresServer::shared().drop_database(&self.0);
    }
}

impl Setup {
    /// A database without films, brought to its schema.
    pub async fn without_films(database: Database) -> Self {
        let setup = match database {
            Database::Sqlite => Self::bare(),
            Database::Postgres => Self::bare().on(template::without_films().await),
        };
        setup.set("FILMHUB_STARTER_CATALOGUE", "off")
    }

    /// A database with the starter catalogue.
    pub async fn with_films(database: Database) -> Self {
        let template = template::with_films(database).await;
        let setup = Self::bare();
        copy_folder(&template.data, &setup.data());
        match &template.database {
            Some(url) => setup.on(url),
            None => setup,
        }
    }

    /// A database without anything, not even a schema.
    pub fn untouched(database: Database) -> Self {
        match database {
            Database::Sqlite => Self::bare(),
            Database::Postgres => Self::bare().at(PostgresServer::shared().fresh_database()),
        }
    }

    fn bare() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            settings: Vec::new(),
            largest_file: None,
            database: None,
        }
    }

    fn on(self, template: &str) -> Self {
        self.at(PostgresServer::shared().database_from(template))
    }

    fn at(mut self, url: String) -> Self {
        let setting = url.clone();
        self.database = Some(OwnDatabase(url));
        self.set("DATABASE_URL", &setting)
    }

    /// Makes a setting.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Makes every larger file fail to be written, as on a disk without room.
    pub fn with_files_up_to(mut self, kibibytes: u32) -> Self {
        self.largest_file = Some(kibibytes);
        self
    }

    /// Another instance on the same database, with data of its own.
    pub fn sibling(&self) -> Self {
        Self {
            settings: self.settings.clone(),
            ..Self::bare()
        }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The URL of the database, where that is not in the data directory.
    pub fn database_url(&self) -> &str {
        &self.database.as_ref().unwrap().0
    }

    /// Writes a file into the working directory.
    pub fn write(self, name: &str, content: &str) -> Self {
        fs::write(self.folder.path().join(name), content).unwrap();
        self
    }

    /// Starts serving.
    pub async fn start(self) -> App {
        App::serve(self).await
    }
}
