//! Diaries in the database.
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
    taste::ports::{DiaryEntry, DiaryFilter, DiaryKey, DiaryQueries, OnDay, ViewingRepository},
};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    shared::Id,
    taste::{Viewing, ViewingDay, ViewingId, ViewingNote},
};
use sea_orm::Value;
use shaku::Component;
use std::{fmt::Write, sync::Arc};
use uuid::Uuid;

const FIND: &str = "SELECT v.id, v.film_id, v.watched_on, v.is_rewatch, v.note, v.logged_at \
     FROM viewings v WHERE v.id = $1 AND v.user_id = $2";
/// A row for a film that is there, with its viewing on a day where there is one.
const FIND_ON: &str = "SELECT v.id, f.id, v.watched_on, v.is_rewatch, v.note, v.logged_at \
     FROM films f LEFT JOIN viewings v ON v.film_id = f.id AND v.user_id = $1 \
       AND v.watched_on IS NOT DISTINCT FROM $3 \
     WHERE f.id = $2";
const INSERT: &str = "INSERT INTO viewings \
     (id, user_id, film_id, watched_on, is_rewatch, note, logged_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7)";
const SAVE: &str = "UPDATE viewings SET watched_on = $2, is_rewatch = $3, note = $4 WHERE id = $1";
const REMOVE: &str = "DELETE FROM viewings WHERE id = $1 AND user_id = $2 RETURNING film_id";

#[async_trait]
impl ViewingRepository for Transaction {
    async fn find(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError> {
        let values = [viewing.as_uuid().into(), user.as_uuid().into()];
        let row = Query::new(FIND, values).one(&self.tx).await?;
        row.as_ref()
            .map(|row| read_viewing(user, row, 0))
            .transpose()
    }

    async fn find_on(
        &self,
        user: UserId,
        film: FilmId,
        day: Option<ViewingDay>,
    ) -> Result<OnDay, StoreError> {
        let values = [
            user.as_uuid().into(),
            film.as_uuid().into(),
            day.map(ViewingDay::date).into(),
        ];
        let Some(row) = Query::new(FIND_ON, values).one(&self.tx).await? else {
            return Ok(OnDay::NoSuchFilm);
        };
        if row.get::<Option<Uuid>>(0)?.is_none() {
            return Ok(OnDay::Nothing);
        }
        read_viewing(user, &row, 0).map(OnDay::Viewing)
    }

    async fn insert(&self, viewing: &Viewing) -> Result<(), StoreError> {
        let [day, is_rewatch, note] = told(viewing);
        let values = [
            viewing.id.as_uuid().into(),
            viewing.user.as_uuid().into(),
            viewing.film.as_uuid().into(),
            day,
            is_rewatch,
            note,
            viewing.logged_at.into(),
        ];
        Query::new(INSERT, values).change(&self.tx).await?;
        Ok(())
    }

    async fn save(&self, viewing: &Viewing) -> Result<(), StoreError> {
        let [day, is_rewatch, note] = told(viewing);
        let values = [viewing.id.as_uuid().into(), day, is_rewatch, note];
        Query::new(SAVE, values).change(&self.tx).await?;
        Ok(())
    }

    async fn remove(&self, user: UserId, viewing: ViewingId) -> Result<Option<FilmId>, StoreError> {
        let values = [viewing.as_uuid().into(), user.as_uuid().into()];
        let row = Query::new(REMOVE, values).one(&self.tx).await?;
        row.map(|row| row.get(0).map(Id::from_uuid)).transpose()
    }
}

/// What may be corrected.
fn told(viewing: &Viewing) -> [Value; 3] {
    let note = viewing.note.as_ref().map(ViewingNote::as_str);
    [
        viewing.watched_on.map(ViewingDay::date).into(),
        viewing.is_rewatch.into(),
        note.map(ToOwned::to_owned).into(),
    ]
}

/// Reads a viewing from a row that holds, from a column on: identifier, film, day, rewatch, note and
/// time of logging.
fn read_viewing(user: UserId, row: &Row, first: usize) -> Result<Viewing, StoreError> {
    let day: Option<NaiveDate> = row.get(first + 2)?;
    let day = day.map(ViewingDay::stored).transpose();
    let note: Option<String> = row.get(first + 4)?;
    let note = note.map(|note| ViewingNote::parse(&note)).transpose();
    Ok(Viewing {
        id: Id::from_uuid(row.get(first)?),
        user,
        film: Id::from_uuid(row.get(first + 1)?),
        watched_on: day.map_err(|source| corrupt("viewing", source))?,
        is_rewatch: row.get(first + 3)?,
        note: note.map_err(|source| corrupt("viewing", source))?,
        logged_at: row.get(first + 5)?,
    })
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = DiaryQueries)]
pub struct SqlDiaryQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

#[async_trait]
impl DiaryQueries for SqlDiaryQueries {
    async fn show(&self, user: UserId, viewing: ViewingId) -> Result<Option<Viewing>, StoreError> {
        let values = [viewing.as_uuid().into(), user.as_uuid().into()];
        let row = Query::new(FIND, values)
            .one(self.database.connection())
            .await?;
        row.as_ref()
            .map(|row| read_viewing(user, row, 0))
            .transpose()
    }

    async fn list(
        &self,
        user: UserId,
        filter: DiaryFilter,
        request: &PageRequest<DiaryKey>,
    ) -> Result<Page<DiaryEntry, DiaryKey>, StoreError> {
        let (sql, values) = Listing::new(user, request).of(filter, request.after);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let rows: Vec<(Seen, Viewing)> = rows
            .iter()
            .map(|row| Ok((read_seen(row)?, read_viewing(user, row, SEEN_WIDTH)?)))
            .collect::<Result<_, StoreError>>()?;
        let key = |_, viewing: &Viewing| DiaryKey {
            watched_on: viewing.watched_on.map(ViewingDay::date),
            viewing: viewing.id,
        };
        let page = page(&*self.cards, rows, request.size, key).await?;
        Ok(page.map(|(film, viewing)| DiaryEntry { film, viewing }))
    }
}

/// The statement behind a page of a diary. What has a day and what has none are found each in the order
/// of an index, and only what is found is put together.
struct Listing {
    conditions: String,
    values: Vec<Value>,
}

impl Listing {
    const USER: &str = "$4";
    const MOST: &str = "$5";

    fn new(user: UserId, request: &PageRequest<DiaryKey>) -> Self {
        let most = i64::from(request.size.get()) + 1;
        let mut values = flag_lists(Some(user)).to_vec();
        values.extend([user.as_uuid().into(), most.into()]);
        Self {
            conditions: String::new(),
            values,
        }
    }

    /// Binds a value and gives its place.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn of(mut self, filter: DiaryFilter, after: Option<DiaryKey>) -> (String, Vec<Value>) {
        if let Some(film) = filter.film {
            let film = self.bind(film.as_uuid());
            // Writing to a string cannot fail.
            let _ = write!(self.conditions, " AND v.film_id = {film}");
        }
        let dated = self.dated(filter, after);
        let undated = self.undated(filter, after);
        let parts: Vec<String> = dated.into_iter().chain(undated).collect();
        let parts = parts.join(" UNION ALL ");
        let (seen, most) = (&*SEEN_COLUMNS, Self::MOST);
        let sql = format!(
            "SELECT {seen}, v.id, v.film_id, v.watched_on, v.is_rewatch, v.note, v.logged_at \
             FROM ({parts}) v JOIN films f ON f.id = v.film_id {FLAG_JOINS} \
             ORDER BY (v.watched_on IS NULL), v.watched_on DESC, v.id DESC LIMIT {most}"
        );
        (sql, self.values)
    }

    /// Those with a day, unless the page starts after them all.
    fn dated(&mut self, filter: DiaryFilter, after: Option<DiaryKey>) -> Option<String> {
        let mut conditions = format!("v.watched_on IS NOT NULL{}", self.conditions);
        if let Some(period) = filter.period {
            let (first, end) = (self.bind(period.first), self.bind(period.end));
            let _ = write!(
                conditions,
                " AND v.watched_on >= {first} AND v.watched_on < {end}"
            );
        }
        if let Some(after) = after {
            let (day, viewing) = (
                self.bind(after.watched_on?),
                self.bind(after.viewing.as_uuid()),
            );
            let _ = write!(conditions, " AND (v.watched_on, v.id) < ({day}, {viewing})");
        }
        Some(Self::part(
            &conditions,
            "v.watched_on DESC, v.id DESC",
            "dated",
        ))
    }

    /// Those of unknown date, which are of no period.
    fn undated(&mut self, filter: DiaryFilter, after: Option<DiaryKey>) -> Option<String> {
        if filter.period.is_some() {
            return None;
        }
        let mut conditions = format!("v.watched_on IS NULL{}", self.conditions);
        if let Some(after) = after.filter(|after| after.watched_on.is_none()) {
            let viewing = self.bind(after.viewing.as_uuid());
            let _ = write!(conditions, " AND v.id < {viewing}");
        }
        Some(Self::part(&conditions, "v.id DESC", "undated"))
    }

    fn part(conditions: &str, order: &str, name: &str) -> String {
        let (user, most) = (Self::USER, Self::MOST);
        format!(
            "SELECT * FROM (SELECT v.id, v.film_id, v.watched_on, v.is_rewatch, v.note, v.logged_at \
             FROM viewings v WHERE v.user_id = {user} AND {conditions} \
             ORDER BY {order} LIMIT {most}) {name}"
        )
    }
}
