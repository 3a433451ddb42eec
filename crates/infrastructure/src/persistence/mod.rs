//! Running SQL: connections, units of work, and what the database's errors mean.
mod connection;
pub mod dialect;
mod error;
mod measured;
mod migrate;
mod read;
mod unit_of_work;
mod write;

pub use connection::{
    Database, DatabaseConfig, DatabaseUrl, InvalidDatabaseUrl, SqlDatabase, SqlDatabaseParameters,
    Stopping,
};
pub(crate) use error::{IntoStoreError, corrupt};
pub use measured::measure;
pub use migrate::{MigrationStatus, migrate_down, migrate_up, migration_status};
pub(crate) use read::{Query, ROWS_AT_ONCE, Row, in_list, row_list};
pub(crate) use unit_of_work::Transaction;
pub use unit_of_work::{SqlStore, SqlStoreParameters, WriteTurns};
pub(crate) use write::insert_rows;
