//! Counts of what is in memory.
use super::state::Database;
use crate::{
    shared::store::StoreError,
    upkeep::ports::{DayOfActivity, FigureQueries, Totals},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{identity::UserId, library::WatchlistKind};
use std::collections::{BTreeMap, BTreeSet};

/// Counts what is stored.
#[derive(Clone, Debug, Default)]
pub struct FakeFigureQueries {
    pub(super) database: Database,
}

/// A day in the making.
type Counted = (DayOfActivity, BTreeSet<UserId>);

#[async_trait]
impl FigureQueries for FakeFigureQueries {
    async fn totals(&self) -> Result<Totals, StoreError> {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        self.database.read(|stored| {
            let lists = stored.watchlists.values();
            Totals {
                users: count(stored.users.len()),
                films: count(stored.films.len()),
                watchlists: count(
                    lists
                        .filter(|list| list.kind == WatchlistKind::Custom)
                        .count(),
                ),
            }
        })
    }

    async fn activity(&self, since: DateTime<Utc>) -> Result<Vec<DayOfActivity>, StoreError> {
        let mut days: BTreeMap<NaiveDate, Counted> = BTreeMap::new();
        let mut add = |at: DateTime<Utc>, user, count: fn(&mut DayOfActivity) -> &mut u64| {
            if at >= since {
                let day = at.date_naive();
                let quiet = || (DayOfActivity::quiet(day), BTreeSet::new());
                let (counted, users) = days.entry(day).or_insert_with(quiet);
                *count(counted) += 1;
                users.insert(user);
            }
        };
        self.database.read(|stored| {
            for user in stored.users.values() {
                add(user.created_at, user.id, |day| &mut day.new_users);
            }
            for list in stored.watchlists.values() {
                if list.kind == WatchlistKind::Custom {
                    add(list.created_at, list.owner, |day| &mut day.new_watchlists);
                }
            }
            for ((list, _), at) in &stored.entries {
                if let Some(list) = stored.watchlists.get(list) {
                    add(*at, list.owner, |day| &mut day.new_entries);
                }
            }
            for given in stored.recommendations.values() {
                add(given.given_at, given.user, |day| &mut day.recommendations);
            }
        })?;
        let counted = days.into_values().rev().map(|(day, users)| DayOfActivity {
            active_users: u64::try_from(users.len()).unwrap_or(u64::MAX),
            ..day
        });
        Ok(counted.collect())
    }
}
