//! How much work there is.
use crate::persistence::{Query, Row};
use application::shared::store::StoreError;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

const COUNT: &str = "SELECT kind, state, COUNT(*), MIN(CASE WHEN due_at <= $1 THEN due_at END) \
    FROM jobs WHERE state IN ('waiting', 'running', 'failed') GROUP BY kind, state";

/// Jobs of one kind and one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    /// Which kind, by its name.
    pub kind: String,
    /// Which state, by its name: `waiting`, `running` or `failed`.
    pub state: String,
    /// How many.
    pub count: u64,
    /// Since when the oldest of them might have been run.
    pub due_since: Option<DateTime<Utc>>,
}

/// Counts the jobs that are not over and those that have failed, with one statement.
///
/// # Errors
/// When the database does not answer.
pub async fn backlog(
    connection: &DatabaseConnection,
    now: DateTime<Utc>,
) -> Result<Vec<Backlog>, StoreError> {
    let rows = Query::new(COUNT, [now.into()]).all(connection).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Backlog, StoreError> {
    Ok(Backlog {
        kind: row.get(0)?,
        state: row.get(1)?,
        count: row.get::<i64>(2)?.unsigned_abs(),
        due_since: row.get(3)?,
    })
}
