//! The only module that knows that there are two databases.
use super::connection::DatabaseConfig;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use std::time::Duration;

/// Opens a database.
pub(super) async fn connect(config: &DatabaseConfig) -> Result<DatabaseConnection, DbErr> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let mut options = ConnectOptions::new(config.url.expose());
    options
        .max_connections(config.max_connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .connect_timeout(PATIENCE)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // An acknowledged write must survive the loss of power, not only of the process.
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(PATIENCE)
        });
    Database::connect(options).await
}

/// Whether this process must let its writers take turns: SQLite has one writer at a time, and waiting
/// in line here is fairer than its own polling.
#[must_use]
pub fn writers_take_turns(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == DbBackend::Sqlite
}

/// What is put after a statement that reads rows so that nobody else changes them until the transaction
/// ends; in SQLite nobody else can.
#[must_use]
pub(crate) fn locking(connection: &impl ConnectionTrait) -> &'static str {
    match connection.get_database_backend() {
        DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    }
}
