//! Ratings in the database.
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
    taste::ports::{
        RatedFilm, RatingFilter, RatingKey, RatingOrder, RatingPosition, RatingQueries,
        RatingRepository,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{FilmRating, Rating},
};
use sea_orm::Value;
use shaku::Component;
use std::{fmt::Write, sync::Arc};

/// The same rating again keeps its time.
const PUT: &str = "INSERT INTO film_ratings (user_id, film_id, value, rated_at) \
     SELECT $1, f.id, $3, $4 FROM films f WHERE f.id = $2 \
     ON CONFLICT (user_id, film_id) DO UPDATE SET value = excluded.value, \
       rated_at = CASE WHEN film_ratings.value = excluded.value \
         THEN film_ratings.rated_at ELSE excluded.rated_at END \
     RETURNING rated_at";
const REMOVE: &str = "DELETE FROM film_ratings WHERE user_id = $1 AND film_id = $2";
const SHOW: &str = "SELECT value, rated_at FROM film_ratings WHERE user_id = $1 AND film_id = $2";

#[async_trait]
impl RatingRepository for Transaction {
    async fn put(&self, rating: &FilmRating) -> Result<Option<FilmRating>, StoreError> {
        let values = [
            rating.user.as_uuid().into(),
            rating.film.as_uuid().into(),
            i16::from(rating.rating.get()).into(),
            rating.rated_at.into(),
        ];
        let Some(row) = Query::new(PUT, values).one(&self.tx).await? else {
            return Ok(None);
        };
        Ok(Some(FilmRating {
            rated_at: row.get(0)?,
            ..*rating
        }))
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        let values = [user.as_uuid().into(), film.as_uuid().into()];
        Ok(Query::new(REMOVE, values).change(&self.tx).await? > 0)
    }
}

fn read_rating(row: &Row, column: usize) -> Result<Rating, StoreError> {
    let value: i16 = row.get(column)?;
    Rating::try_from(i64::from(value)).map_err(|source| corrupt("rating", source))
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = RatingQueries)]
pub struct SqlRatingQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

/// What a row tells beside its film.
struct Told {
    rating: Rating,
    rated_at: DateTime<Utc>,
    position: RatingPosition,
}

#[async_trait]
impl RatingQueries for SqlRatingQueries {
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<FilmRating>, StoreError> {
        let values = [user.as_uuid().into(), film.as_uuid().into()];
        let row = Query::new(SHOW, values)
            .one(self.database.connection())
            .await?;
        let read = |row: &Row| {
            Ok(FilmRating {
                user,
                film,
                rating: read_rating(row, 0)?,
                rated_at: row.get(1)?,
            })
        };
        row.as_ref().map(read).transpose()
    }

    async fn list(
        &self,
        user: UserId,
        filter: RatingFilter,
        order: RatingOrder,
        request: &PageRequest<RatingKey>,
    ) -> Result<Page<RatedFilm, RatingKey>, StoreError> {
        let (sql, values) = listing(user, filter, order, request);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let rows: Vec<(Seen, Told)> = rows
            .iter()
            .map(|row| Ok((read_seen(row)?, read_told(order, row)?)))
            .collect::<Result<_, StoreError>>()?;
        let key = |film, told: &Told| RatingKey {
            position: told.position.clone(),
            film,
        };
        let page = page(&*self.cards, rows, request.size, key).await?;
        Ok(page.map(|(film, told)| RatedFilm {
            film,
            rating: told.rating,
            rated_at: told.rated_at,
        }))
    }
}

fn read_told(order: RatingOrder, row: &Row) -> Result<Told, StoreError> {
    const POSITION: usize = SEEN_WIDTH + 2;
    let rating = read_rating(row, SEEN_WIDTH)?;
    let rated_at = row.get(SEEN_WIDTH + 1)?;
    let position = match order {
        RatingOrder::NewestFirst | RatingOrder::OldestFirst => RatingPosition::At(rated_at),
        RatingOrder::HighestFirst | RatingOrder::LowestFirst => RatingPosition::Rating(rating),
        RatingOrder::Title | RatingOrder::TitleDescending => {
            RatingPosition::Title(row.get(POSITION)?)
        }
        RatingOrder::Year | RatingOrder::YearDescending => RatingPosition::Year(row.get(POSITION)?),
    };
    Ok(Told {
        rating,
        rated_at,
        position,
    })
}

const fn order_column(order: RatingOrder) -> (&'static str, bool) {
    match order {
        RatingOrder::NewestFirst => ("r.rated_at", true),
        RatingOrder::OldestFirst => ("r.rated_at", false),
        RatingOrder::HighestFirst => ("r.value", true),
        RatingOrder::LowestFirst => ("r.value", false),
        RatingOrder::Title => ("f.sort_title", false),
        RatingOrder::TitleDescending => ("f.sort_title", true),
        RatingOrder::Year => ("f.sort_year", false),
        RatingOrder::YearDescending => ("f.sort_year", true),
    }
}

fn listing(
    user: UserId,
    filter: RatingFilter,
    order: RatingOrder,
    page: &PageRequest<RatingKey>,
) -> (String, Vec<Value>) {
    let (column, is_descending) = order_column(order);
    let (direction, sign) = if is_descending {
        ("DESC", "<")
    } else {
        ("ASC", ">")
    };
    let mut values = flag_lists(Some(user)).to_vec();
    values.extend([
        user.as_uuid().into(),
        (i64::from(page.size.get()) + 1).into(),
    ]);
    // Writing to a string cannot fail.
    let mut conditions = String::new();
    for (bound, sign) in [(filter.from, ">="), (filter.to, "<=")] {
        if let Some(rating) = bound {
            values.push(i16::from(rating.get()).into());
            let _ = write!(conditions, " AND r.value {sign} ${}", values.len());
        }
    }
    if let Some(after) = &page.after {
        values.extend([value(&after.position), after.film.as_uuid().into()]);
        let last = values.len();
        let place = last - 1;
        let _ = write!(
            conditions,
            " AND ({column}, r.film_id) {sign} (${place}, ${last})"
        );
    }
    let seen = &*SEEN_COLUMNS;
    let sql = format!(
        "SELECT {seen}, r.value, r.rated_at, {column} FROM film_ratings r \
         JOIN films f ON f.id = r.film_id {FLAG_JOINS} WHERE r.user_id = $4{conditions} \
         ORDER BY {column} {direction}, r.film_id {direction} LIMIT $5"
    );
    (sql, values)
}

fn value(position: &RatingPosition) -> Value {
    match position {
        RatingPosition::At(at) => (*at).into(),
        RatingPosition::Rating(rating) => i16::from(rating.get()).into(),
        RatingPosition::Title(title) => title.as_str().into(),
        RatingPosition::Year(year) => (*year).into(),
    }
}
