//! Counts, each with one statement.
use crate::persistence::{Database, Query, Row, corrupt, dialect};
use application::{
    shared::store::StoreError,
    upkeep::ports::{DayOfActivity, FigureQueries, Totals},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, ParseError, Utc};
use shaku::Component;
use std::sync::Arc;

const TOTALS: &str = "SELECT (SELECT COUNT(*) FROM users), (SELECT COUNT(*) FROM films), \
    (SELECT COUNT(*) FROM watchlists WHERE kind = 'custom')";

/// Counts what is in the database.
#[derive(Component)]
#[shaku(interface = FigureQueries)]
pub struct SqlFigureQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl FigureQueries for SqlFigureQueries {
    async fn totals(&self) -> Result<Totals, StoreError> {
        let row = Query::new(TOTALS, [])
            .one(self.database.connection())
            .await?;
        row.map_or_else(
            || Ok(Totals::default()),
            |row| {
                Ok(Totals {
                    users: count(&row, 0)?,
                    films: count(&row, 1)?,
                    watchlists: count(&row, 2)?,
                })
            },
        )
    }

    async fn activity(&self, since: DateTime<Utc>) -> Result<Vec<DayOfActivity>, StoreError> {
        let connection = self.database.connection();
        let day = |column| dialect::day_of(connection, column);
        let sql = format!(
            "SELECT day, COUNT(DISTINCT user_id), SUM(joined), SUM(made), SUM(put), SUM(given) \
             FROM (\
               SELECT {} AS day, id AS user_id, 1 AS joined, 0 AS made, 0 AS put, 0 AS given \
                 FROM users WHERE created_at >= $1 \
               UNION ALL SELECT {}, user_id, 0, 1, 0, 0 \
                 FROM watchlists WHERE created_at >= $1 AND kind = 'custom' \
               UNION ALL SELECT {}, w.user_id, 0, 0, 1, 0 FROM watchlist_items i \
                 JOIN watchlists w ON w.id = i.watchlist_id WHERE i.added_at >= $1 \
               UNION ALL SELECT {}, user_id, 0, 0, 0, 1 \
                 FROM recommendations WHERE given_at >= $1\
             ) events GROUP BY day ORDER BY day DESC",
            day("created_at"),
            day("created_at"),
            day("i.added_at"),
            day("given_at"),
        );
        let rows = Query::new(&sql, [since.into()]).all(connection).await?;
        rows.iter().map(read_day).collect()
    }
}

fn read_day(row: &Row) -> Result<DayOfActivity, StoreError> {
    let day: String = row.get(0)?;
    Ok(DayOfActivity {
        day: day
            .parse::<NaiveDate>()
            .map_err(|source: ParseError| corrupt("time", source))?,
        active_users: count(row, 1)?,
        new_users: count(row, 2)?,
        new_watchlists: count(row, 3)?,
        new_entries: count(row, 4)?,
        recommendations: count(row, 5)?,
    })
}

fn count(row: &Row, column: usize) -> Result<u64, StoreError> {
    Ok(row.get::<i64>(column)?.unsigned_abs())
}
