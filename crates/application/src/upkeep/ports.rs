//! What looking after the service asks of the outside world.
use crate::shared::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use shaku::Interface;

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Users.
    pub users: u64,
    /// Films.
    pub films: u64,
    /// Watchlists that users have made themselves.
    pub watchlists: u64,
}

/// What went on in a day, by UTC. What has been deleted since is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayOfActivity {
    /// Which day.
    pub day: NaiveDate,
    /// Users who did any of what follows.
    pub active_users: u64,
    /// Users who joined.
    pub new_users: u64,
    /// Watchlists that were made.
    pub new_watchlists: u64,
    /// Films that were put on a list.
    pub new_entries: u64,
    /// Films that were recommended.
    pub recommendations: u64,
}

impl DayOfActivity {
    /// A day on which nothing went on.
    #[must_use]
    pub const fn quiet(day: NaiveDate) -> Self {
        Self {
            day,
            active_users: 0,
            new_users: 0,
            new_watchlists: 0,
            new_entries: 0,
            recommendations: 0,
        }
    }
}

/// Counts, each with one statement.
#[async_trait]
pub trait FigureQueries: Interface {
    /// Counts what there is.
    async fn totals(&self) -> Result<Totals, StoreError>;
    /// Counts what went on since a time, day by day, the newest first; days on which nothing went on
    /// are left out.
    async fn activity(&self, since: DateTime<Utc>) -> Result<Vec<DayOfActivity>, StoreError>;
}
