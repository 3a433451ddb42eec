//! Progress in the database.
use super::listed::{SEEN_COLUMNS, SEEN_WIDTH, page, read_seen};
use crate::{
    catalogue::{FLAG_JOINS, FilmCards, Seen, flag_lists},
    persistence::{Database, Query, Row, Transaction, corrupt},
};
use application::{
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
    taste::ports::{ProgressKey, ProgressQueries, ProgressRepository, ProgressedFilm},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{FilmProgress, Progress, UnknownProgress},
};
use sea_orm::Value;
use shaku::Component;
use std::{fmt::Write, sync::Arc};

/// The same progress again keeps its time.
const PUT: &str = "INSERT INTO film_progress (user_id, film_id, state, updated_at) \
     SELECT $1, f.id, $3, $4 FROM films f WHERE f.id = $2 \
     ON CONFLICT (user_id, film_id) DO UPDATE SET state = excluded.state, \
       updated_at = CASE WHEN film_progress.state = excluded.state \
         THEN film_progress.updated_at ELSE excluded.updated_at END \
     RETURNING updated_at";
const REMOVE: &str = "DELETE FROM film_progress WHERE user_id = $1 AND film_id = $2";

#[async_trait]
impl ProgressRepository for Transaction {
    async fn put(&self, progress: &FilmProgress) -> Result<Option<FilmProgress>, StoreError> {
        let values = [
            progress.user.as_uuid().into(),
            progress.film.as_uuid().into(),
            progress.state.name().into(),
            progress.updated_at.into(),
        ];
        let Some(row) = Query::new(PUT, values).one(&self.tx).await? else {
            return Ok(None);
        };
        Ok(Some(FilmProgress {
            updated_at: row.get(0)?,
            ..*progress
        }))
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        let values = [user.as_uuid().into(), film.as_uuid().into()];
        Ok(Query::new(REMOVE, values).change(&self.tx).await? > 0)
    }
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = ProgressQueries)]
pub struct SqlProgressQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

type Told = (Progress, DateTime<Utc>);

fn read_told(row: &Row) -> Result<Told, StoreError> {
    let state: String = row.get(SEEN_WIDTH)?;
    let state = state.parse();
    let state = state.map_err(|source: UnknownProgress| corrupt("progress", source))?;
    Ok((state, row.get(SEEN_WIDTH + 1)?))
}

#[async_trait]
impl ProgressQueries for SqlProgressQueries {
    async fn list(
        &self,
        user: UserId,
        state: Option<Progress>,
        request: &PageRequest<ProgressKey>,
    ) -> Result<Page<ProgressedFilm, ProgressKey>, StoreError> {
        let (sql, values) = listing(user, state, request);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let rows: Vec<(Seen, Told)> = rows
            .iter()
            .map(|row| Ok((read_seen(row)?, read_told(row)?)))
            .collect::<Result<_, StoreError>>()?;
        let key = |film, (_, updated_at): &Told| ProgressKey {
            updated_at: *updated_at,
            film,
        };
        let page = page(&*self.cards, rows, request.size, key).await?;
        Ok(page.map(|(film, (state, updated_at))| ProgressedFilm {
            film,
            state,
            updated_at,
        }))
    }
}

fn listing(
    user: UserId,
    state: Option<Progress>,
    page: &PageRequest<ProgressKey>,
) -> (String, Vec<Value>) {
    let mut values = flag_lists(Some(user)).to_vec();
    values.extend([
        user.as_uuid().into(),
        (i64::from(page.size.get()) + 1).into(),
    ]);
    // Writing to a string cannot fail.
    let mut conditions = String::new();
    if let Some(state) = state {
        values.push(state.name().into());
        let _ = write!(conditions, " AND p.state = ${}", values.len());
    }
    if let Some(key) = page.after {
        values.extend([key.updated_at.into(), key.film.as_uuid().into()]);
        let last = values.len();
        let place = last - 1;
        let _ = write!(
            conditions,
            " AND (p.updated_at, p.film_id) < (${place}, ${last})"
        );
    }
    let seen = &*SEEN_COLUMNS;
    let sql = format!(
        "SELECT {seen}, p.state, p.updated_at FROM film_progress p \
         JOIN films f ON f.id = p.film_id {FLAG_JOINS} WHERE p.user_id = $4{conditions} \
         ORDER BY p.updated_at DESC, p.film_id DESC LIMIT $5"
    );
    (sql, values)
}
