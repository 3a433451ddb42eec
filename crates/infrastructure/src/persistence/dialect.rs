//! The only module that knows that there are two databases.
use super::{
    connection::{DatabaseConfig, Stopping},
    read::Query,
};
use application::shared::store::StoreError;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    sqlx::{
        self, Connection,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use std::{future::ready, time::Duration};
use uuid::Uuid;

/// Opens a database.
pub(super) async fn connect(
    config: &DatabaseConfig,
    stopping: Stopping,
) -> Result<DatabaseConnection, DbErr> {
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
        .map_sqlx_postgres_before_acquire(move |connection, _| {
            if !stopping.has_begun() {
                return Box::pin(ready(Ok(true)));
            }
            Box::pin(async move { Ok(connection.ping().await.is_ok()) })
        })
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

/// How many connections there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connections {
    /// Those that are open.
    pub(crate) open: u32,
    /// Those of them that nobody uses.
    pub(crate) idle: u32,
    /// As many as there may be.
    pub(crate) most: u32,
}

/// Counts the connections.
pub(crate) fn connections(connection: &DatabaseConnection) -> Connections {
    match connection.get_database_backend() {
        DbBackend::Postgres => counted(connection.get_postgres_connection_pool()),
        _ => counted(connection.get_sqlite_connection_pool()),
    }
}

fn counted<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> Connections {
    Connections {
        open: pool.size(),
        idle: u32::try_from(pool.num_idle()).unwrap_or(u32::MAX),
        most: pool.options().get_max_connections(),
    }
}

/// Waits for a connection as everybody does, and gives it back.
pub(crate) async fn wait_for_connection(
    connection: &DatabaseConnection,
) -> Result<(), sqlx::Error> {
    match connection.get_database_backend() {
        DbBackend::Postgres => connection
            .get_postgres_connection_pool()
            .acquire()
            .await
            .map(drop),
        _ => connection
            .get_sqlite_connection_pool()
            .acquire()
            .await
            .map(drop),
    }
}

/// What only one transaction at a time may do, among all instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Moving the schema.
    Schema,
    /// Numbering changes of films.
    FilmChanges,
    /// Bringing in films that other catalogues tell of.
    Imports,
}

/// Waits until no other transaction does the same; others wait until this one has ended.
///
/// # Errors
/// When the database does not answer.
pub async fn take_turn_until_commit(tx: &DatabaseTransaction, turn: Turn) -> Result<(), DbErr> {
    const TAKE: &str = "SELECT pg_advisory_xact_lock($1)";
    // Any numbers will do that nobody else uses in this database; these spell "film".
    let number: i64 = match turn {
        Turn::Schema => 0x6669_6c6d_0001,
        Turn::FilmChanges => 0x6669_6c6d_0002,
        Turn::Imports => 0x6669_6c6d_0003,
    };
    let backend = tx.get_database_backend();
    // SQLite has one writer at a time anyway.
    if backend == DbBackend::Postgres {
        let take = Statement::from_sql_and_values(backend, TAKE, [number.into()]);
        tx.query_one_raw(take).await?;
    }
    Ok(())
}

/// How a transaction begins that will write: SQLite cannot turn a reader into a writer while another
/// writes, so the write lock is claimed at once.
#[must_use]
pub(crate) fn writing() -> TransactionOptions {
    TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    }
}

/// Whether this process must let its writers take turns: SQLite has one writer at a time, and waiting
/// in line here is fairer than its own polling.
#[must_use]
pub fn writers_take_turns(connection: &impl ConnectionTrait) -> bool {
    connection.get_database_backend() == DbBackend::Sqlite
}

/// Lets one transaction at a time go on, until it ends. SQLite lets one write at a time anyway.
pub(crate) async fn pass_alone(
    transaction: &impl ConnectionTrait,
    gate: i64,
) -> Result<(), StoreError> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        Query::new("SELECT pg_advisory_xact_lock($1)", [gate.into()])
            .one(transaction)
            .await?;
    }
    Ok(())
}

/// Ends a `SELECT` so that it keeps others from the rows it finds, and passes over those that others
/// keep it from. SQLite has no such words and, with one writer at a time, no need of them.
#[must_use]
pub(crate) fn skip_locked(transaction: &impl ConnectionTrait) -> &'static str {
    match transaction.get_database_backend() {
        DbBackend::Postgres => " FOR UPDATE SKIP LOCKED",
        _ => "",
    }
}

/// The day of a time, by UTC, as `2026-04-17`. SQLite keeps times as texts that begin so.
#[must_use]
pub(crate) fn day_of(connection: &impl ConnectionTrait, column: &str) -> String {
    match connection.get_database_backend() {
        DbBackend::Postgres => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
        _ => format!("substr({column}, 1, 10)"),
    }
}

/// A column of dates as a text such as `2026-04-17`, which is how SQLite keeps them.
#[must_use]
pub(crate) fn date_text(connection: &impl ConnectionTrait, column: &str) -> String {
    match connection.get_database_backend() {
        DbBackend::Postgres => format!("to_char({column}, 'YYYY-MM-DD')"),
        _ => column.to_owned(),
    }
}

/// Ends a `SELECT` so that it keeps others from changing the rows it finds. SQLite, with one writer at a
/// time, has no need of that.
#[must_use]
pub(crate) fn locked(transaction: &impl ConnectionTrait) -> &'static str {
    match transaction.get_database_backend() {
        DbBackend::Postgres => " FOR UPDATE",
        _ => "",
    }
}

/// Ends a `SELECT` so that others who hold the rows it finds wait until the transaction ends, while rows
/// that refer to them may still come. SQLite, with one writer at a time, has no need of that.
#[must_use]
pub(crate) fn held(transaction: &impl ConnectionTrait) -> &'static str {
    match transaction.get_database_backend() {
        DbBackend::Postgres => " FOR NO KEY UPDATE",
        _ => "",
    }
}

/// Lets one transaction at a time go on that changes what belongs to a user, until it ends. SQLite lets
/// one write at a time anyway.
pub(crate) async fn hold_user(
    transaction: &impl ConnectionTrait,
    user: Uuid,
) -> Result<(), StoreError> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let sql = format!("SELECT 1 FROM users WHERE id = $1{}", held(transaction));
        Query::new(&sql, [user.into()]).one(transaction).await?;
    }
    Ok(())
}
