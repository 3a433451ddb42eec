//! The database and the way to it.
use super::dialect;
use sea_orm::{DatabaseConnection, DbErr};
use secrecy::{ExposeSecret, SecretString};
use shaku::{Component, Interface};
use std::{fmt, str::FromStr};

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
    /// The database in a file.
    #[must_use]
    pub fn sqlite_file(path: &std::path::Path) -> Self {
        Self(format!("sqlite://{}", path.display()).into())
    }

    /// Whether it is a file of this machine, which one process at a time looks after.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.0.expose_secret().starts_with("sqlite:")
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
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match url::Url::parse(self.expose()) {
            Ok(mut url) if url.password().is_some() => {
                // Fails only for URLs that cannot have a password, and this one has one.
                let _ = url.set_password(Some("***"));
                f.write_str(url.as_str())
            }
            Ok(_) | Err(_) => f.write_str(self.expose()),
        }
    }
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
        dialect::connect(self).await
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
            assert!(!url.is_sqlite());
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
    }
}
