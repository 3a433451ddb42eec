//! How much there is that was not told.
use crate::persistence::Query;
use application::shared::store::StoreError;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;

/// One after the other, because each has an index that holds nothing else.
const COUNT: &str = "SELECT COUNT(*), MIN(at), (SELECT COUNT(*) FROM outbox WHERE state = 'dead') \
    FROM outbox WHERE state = 'waiting'";

/// What waits in the outbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Undelivered {
    /// How many events are to be told.
    pub waiting: u64,
    /// When the oldest of them happened.
    pub oldest: Option<DateTime<Utc>>,
    /// How many were given up.
    pub dead: u64,
}

/// Counts the events that were not told, with one statement.
///
/// # Errors
/// When the database does not answer.
pub async fn undelivered(connection: &DatabaseConnection) -> Result<Undelivered, StoreError> {
    let Some(row) = Query::new(COUNT, []).one(connection).await? else {
        return Ok(Undelivered::default());
    };
    Ok(Undelivered {
        waiting: row.get::<i64>(0)?.unsigned_abs(),
        oldest: row.get(1)?,
        dead: row.get::<i64>(2)?.unsigned_abs(),
    })
}
