//! The database and the way to it.
use super::dialect;
use sea_orm::{DatabaseConnection, DbErr, sqlx::sqlite::SqliteConnectOptions};
use secrecy::{ExposeSecret, SecretString};
use shaku::{Component, Interface};
use std::{
    fmt,
    path::PathBuf,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Where the database is: `sqlite://<path>` or `postgres://<user>:<password>@<host>/<name>`.
///
/// The spellings of other tools are understood too: `postgresql://`, `postgresql+asyncpg://` and the
/// like.
#[derive(Clone)]
pub struct DatabaseUrl(SecretString);

/// The text is no place of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDatabaseUrl {
    /// It names another kind of database.
    #[error("must start with `sqlite://` or `postgres://`")]
    UnknownScheme,
    /// What follows the scheme cannot be read.
    #[error("is not a valid URL")]
    Malformed,
}

impl DatabaseUrl {
    /// The database in a file, whatever letters its path has.
    #[must_use]
    pub fn sqlite_file(path: &std::path::Path) -> Self {
        let path = path.display().to_string();
        let escaped = path
            .replace('%', "%25")
            .replace('?', "%3F")
            .replace('#', "%23");
        Self(format!("sqlite://{escaped}").into())
    }

    /// Whether it is a file of this machine, which one process at a time looks after.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.0.expose_secret().starts_with("sqlite:")
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        if !self.is_sqlite() {
            return None;
        }
        let options: SqliteConnectOptions = self.expose().parse().ok()?;
        let file = options.get_filename();
        // A database in memory has a name that is no path.
        (!self.expose().contains(":memory:")).then(|| file.to_owned())
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;
    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        let text = text.trim();
        if text.starts_with("sqlite:") {
            return Ok(Self(text.to_owned().into()));
        }
        let (scheme, rest) = text
            .split_once("://")
            .ok_or(InvalidDatabaseUrl::UnknownScheme)?;
        let dialect = scheme.split('+').next().unwrap_or_default();
        if !matches!(dialect, "postgres" | "postgresql") {
            return Err(InvalidDatabaseUrl::UnknownScheme);
        }
        let url = format!("postgres://{rest}");
        url::Url::parse(&url).map_err(|_malformed| InvalidDatabaseUrl::Malformed)?;
        Ok(Self(url.into()))
    }
}

impl fmt::Display for DatabaseUrl {
    /// Without the password, wherever it stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match url::Url::parse(self.expose()) {
            Ok(url) if !self.is_sqlite() => f.write_str(masked(url).as_str()),
            Ok(_) | Err(_) => f.write_str(self.expose()),
        }
    }
}

fn masked(mut url: url::Url) -> url::Url {
    const MASK: &str = "***";
    if url.password().is_some() {
        // Fails only for URLs that cannot have a password, and this one has one.
        let _ = url.set_password(Some(MASK));
    }
    let is_secret = |name: &str| name.to_ascii_lowercase().contains("password");
    if url.query_pairs().any(|(name, _)| is_secret(&name)) {
        let parameters: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_secret(&name) { MASK.into() } else { value };
                (name.into_owned(), value.into_owned())
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(parameters);
    }
    url
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How to reach the database.
#[derive(Clone, Debug)]
pub struct DatabaseConfig {
    /// Where it is.
    pub url: DatabaseUrl,
    /// How many connections at the most. Too few make requests wait for each other; too many make
    /// PostgreSQL slow for everybody.
    pub max_connections: u32,
}

impl DatabaseConfig {
    /// Opens the database.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect(&self) -> Result<DatabaseConnection, DbErr> {
        self.connect_until(Stopping::default()).await
    }

    /// Opens the database for a process whose threads end one after the other once it is stopping.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn connect_until(&self, stopping: Stopping) -> Result<DatabaseConnection, DbErr> {
        dialect::connect(self, stopping).await
    }
}

/// Whether threads of this process are about to end; copies tell the same.
///
/// A connection lives on the thread that opened it, and dies with it, though others may be given it.
/// From then on each one is tried before it is used, so that requests that are still running get one
/// that lives.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on threads may end.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// Gives adapters the database.
pub trait Database: Interface {
    /// The pool of connections.
    fn connection(&self) -> &DatabaseConnection;
}

/// The database of this process.
#[derive(Component)]
#[shaku(interface = Database)]
pub struct SqlDatabase {
    connection: DatabaseConnection,
}

impl Database for SqlDatabase {
    fn connection(&self) -> &DatabaseConnection {
        &self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spellings_of_other_tools_are_understood() {
        for text in [
            "postgres://u:secret@db/films",
            "postgresql://u:secret@db/films",
            "postgresql+asyncpg://u:secret@db/films",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(url.expose(), "postgres://u:secret@db/films");
            assert!(!url.is_sqlite() && url.file().is_none());
        }
        assert!(
            "sqlite:///tmp/x.db"
                .parse::<DatabaseUrl>()
                .unwrap()
                .is_sqlite()
        );
        assert_eq!(
            "mysql://db".parse::<DatabaseUrl>().unwrap_err(),
            InvalidDatabaseUrl::UnknownScheme
        );
        assert_eq!(
            "postgres://[".parse::<DatabaseUrl>().unwrap_err(),
            InvalidDatabaseUrl::Malformed
        );
    }

    #[test]
    fn the_password_is_not_printed() {
        let url: DatabaseUrl = "postgres://u:secret@db/films".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("secret"));
        assert!(url.to_string().contains("u:***@db"));
        let url: DatabaseUrl = "postgres://db/films?user=u&password=sec%72et&sslmode=require"
            .parse()
            .unwrap();
        assert_eq!(
            url.to_string(),
            "postgres://db/films?user=u&password=***&sslmode=require"
        );
        assert!(url.expose().contains("password=sec%72et"));
    }

    #[tokio::test]
    async fn a_file_may_lie_in_a_folder_of_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("100%25 of what? #1");
        std::fs::create_dir(&inner).unwrap();
        let path = inner.join("films.db");
        let config = DatabaseConfig {
            url: DatabaseUrl::sqlite_file(&path),
            max_connections: 1,
        };
        assert_eq!(config.url.file(), Some(path.clone()));
        let connection = config.connect().await.unwrap();
        connection.close().await.unwrap();
        assert!(path.exists());
    }
}
