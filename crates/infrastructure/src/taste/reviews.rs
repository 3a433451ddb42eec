//! Reviews in the database.
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
        PublicReview, PublicReviewKey, ReviewKey, ReviewQueries, ReviewRepository, ReviewedFilm,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{Review, ReviewContent, ReviewText, UnknownStance},
};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;

/// The same review again keeps its times.
const PUT: &str = "INSERT INTO reviews \
     (user_id, film_id, text, has_spoilers, stance, is_public, created_at, updated_at) \
     SELECT $1, f.id, $3, $4, $5, $6, $7, $7 FROM films f WHERE f.id = $2 \
     ON CONFLICT (user_id, film_id) DO UPDATE SET text = excluded.text, \
       has_spoilers = excluded.has_spoilers, stance = excluded.stance, \
       is_public = excluded.is_public, \
       updated_at = CASE WHEN reviews.text = excluded.text \
           AND reviews.has_spoilers = excluded.has_spoilers \
           AND reviews.stance = excluded.stance AND reviews.is_public = excluded.is_public \
         THEN reviews.updated_at ELSE excluded.updated_at END \
     RETURNING created_at, updated_at";
const REMOVE: &str = "DELETE FROM reviews WHERE user_id = $1 AND film_id = $2";
const SHOW: &str = "SELECT r.text, r.has_spoilers, r.stance, r.is_public, r.created_at, r.updated_at \
     FROM reviews r WHERE r.user_id = $1 AND r.film_id = $2";

#[async_trait]
impl ReviewRepository for Transaction {
    async fn put(&self, review: &Review) -> Result<Option<Review>, StoreError> {
        let content = &review.content;
        let values = [
            review.user.as_uuid().into(),
            review.film.as_uuid().into(),
            content.text.as_str().into(),
            content.has_spoilers.into(),
            content.stance.name().into(),
            content.is_public.into(),
            review.updated_at.into(),
        ];
        let Some(row) = Query::new(PUT, values).one(&self.tx).await? else {
            return Ok(None);
        };
        Ok(Some(Review {
            created_at: row.get(0)?,
            updated_at: row.get(1)?,
            ..review.clone()
        }))
    }

    async fn remove(&self, user: UserId, film: FilmId) -> Result<bool, StoreError> {
        let values = [user.as_uuid().into(), film.as_uuid().into()];
        Ok(Query::new(REMOVE, values).change(&self.tx).await? > 0)
    }
}

/// What a row tells from a column on: text, spoilers, stance, publicity and both times.
struct Told {
    content: ReviewContent,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Told {
    fn read(row: &Row, first: usize) -> Result<Self, StoreError> {
        let text: String = row.get(first)?;
        let stance: String = row.get(first + 2)?;
        let stance = stance.parse();
        Ok(Self {
            content: ReviewContent {
                text: ReviewText::parse(&text).map_err(|source| corrupt("review", source))?,
                has_spoilers: row.get(first + 1)?,
                stance: stance.map_err(|source: UnknownStance| corrupt("review", source))?,
                is_public: row.get(first + 3)?,
            },
            created_at: row.get(first + 4)?,
            updated_at: row.get(first + 5)?,
        })
    }

    fn by(self, user: UserId, film: FilmId) -> Review {
        Review {
            user,
            film,
            content: self.content,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = ReviewQueries)]
pub struct SqlReviewQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

#[async_trait]
impl ReviewQueries for SqlReviewQueries {
    async fn show(&self, user: UserId, film: FilmId) -> Result<Option<Review>, StoreError> {
        let values = [user.as_uuid().into(), film.as_uuid().into()];
        let row = Query::new(SHOW, values)
            .one(self.database.connection())
            .await?;
        let told = row.as_ref().map(|row| Told::read(row, 0)).transpose()?;
        Ok(told.map(|told| told.by(user, film)))
    }

    async fn list(
        &self,
        user: UserId,
        request: &PageRequest<ReviewKey>,
    ) -> Result<Page<ReviewedFilm, ReviewKey>, StoreError> {
        let (sql, values) = own(user, request);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let rows: Vec<(Seen, Told)> = rows
            .iter()
            .map(|row| Ok((read_seen(row)?, Told::read(row, SEEN_WIDTH)?)))
            .collect::<Result<_, StoreError>>()?;
        let key = |film, told: &Told| ReviewKey {
            updated_at: told.updated_at,
            film,
        };
        let page = page(&*self.cards, rows, request.size, key).await?;
        Ok(page.map(|(film, told)| ReviewedFilm {
            review: told.by(user, film.card.id),
            film,
        }))
    }

    async fn list_public(
        &self,
        film: FilmId,
        request: &PageRequest<PublicReviewKey>,
    ) -> Result<Option<Page<PublicReview, PublicReviewKey>>, StoreError> {
        let (sql, values) = public(film, request);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            // A film without reviews has one row, without an author.
            if let Some(author) = row.get::<Option<String>>(0)? {
                let told = Told::read(row, 1)?;
                found.push(PublicReview {
                    author,
                    content: told.content,
                    created_at: told.created_at,
                    updated_at: told.updated_at,
                });
            }
        }
        Ok(Some(PublicReviewKey::page(found, request)))
    }
}

fn own(user: UserId, page: &PageRequest<ReviewKey>) -> (String, Vec<Value>) {
    let mut values = flag_lists(Some(user)).to_vec();
    values.extend([
        user.as_uuid().into(),
        (i64::from(page.size.get()) + 1).into(),
    ]);
    let mut after = "";
    if let Some(key) = page.after {
        values.extend([key.updated_at.into(), key.film.as_uuid().into()]);
        after = " AND (r.updated_at, r.film_id) < ($6, $7)";
    }
    let seen = &*SEEN_COLUMNS;
    let sql = format!(
        "SELECT {seen}, r.text, r.has_spoilers, r.stance, r.is_public, r.created_at, r.updated_at \
         FROM reviews r JOIN films f ON f.id = r.film_id {FLAG_JOINS} \
         WHERE r.user_id = $4{after} ORDER BY r.updated_at DESC, r.film_id DESC LIMIT $5"
    );
    (sql, values)
}

/// A row for each review, and one for a film that has none.
fn public(film: FilmId, page: &PageRequest<PublicReviewKey>) -> (String, Vec<Value>) {
    let skipped = page.after.map_or(0, |after| after.shown);
    let mut values = vec![
        film.as_uuid().into(),
        (i64::from(page.size.get()) + 1).into(),
        i64::from(skipped).into(),
    ];
    let mut after = "";
    if let Some(key) = page.after {
        values.push(key.updated_at.into());
        after = " AND r.updated_at <= $4";
    }
    let sql = format!(
        "SELECT p.username, p.text, p.has_spoilers, p.stance, p.is_public, p.created_at, \
           p.updated_at \
         FROM films f LEFT JOIN (SELECT u.username, r.* FROM reviews r \
           JOIN users u ON u.id = r.user_id \
           WHERE r.film_id = $1 AND r.is_public AND u.disabled_at IS NULL{after} \
           ORDER BY r.updated_at DESC, r.user_id DESC LIMIT $2 OFFSET $3) p ON p.film_id = f.id \
         WHERE f.id = $1 ORDER BY p.updated_at DESC, p.user_id DESC"
    );
    (sql, values)
}
