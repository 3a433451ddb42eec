//! A film, and films by a part of their title.
use crate::{Failed, token::Viewer};
use actix_web::{HttpResponse, Responder, get, web};
use serde::{Deserialize, Serialize};
use sqlx::{PgPool, Row, postgres::PgRow};
use uuid::Uuid;

/// What a statement selects, for [`view`].
macro_rules! columns {
    () => {
        "f.id, f.title, f.description, f.country, f.release_year, f.poster_key, f.tmdb_id, \
         f.owner_id, liked.film_id IS NOT NULL, wish.film_id IS NOT NULL, \
         watched.film_id IS NOT NULL"
    };
}
/// Looks for films `f` on the standard lists of the user `$1`.
macro_rules! flags {
    () => {
        "LEFT JOIN watchlists l1 ON l1.user_id = $1 AND l1.kind = 'liked' \
         LEFT JOIN watchlist_items liked ON liked.watchlist_id = l1.id AND liked.film_id = f.id \
         LEFT JOIN watchlists l2 ON l2.user_id = $1 AND l2.kind = 'wish' \
         LEFT JOIN watchlist_items wish ON wish.watchlist_id = l2.id AND wish.film_id = f.id \
         LEFT JOIN watchlists l3 ON l3.user_id = $1 AND l3.kind = 'watched' \
         LEFT JOIN watchlist_items watched \
             ON watched.watchlist_id = l3.id AND watched.film_id = f.id"
    };
}
pub(crate) use {columns, flags};

const SHOW: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM films f ",
    flags!(),
    " WHERE f.id = $2"
);
const SEARCH: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM films f ",
    flags!(),
    " WHERE f.title ILIKE $2 LIMIT $3"
);

#[derive(Serialize)]
pub(crate) struct FilmView<'a> {
    id: Uuid,
    title: &'a str,
    description: &'a str,
    country: Option<&'a str>,
    release_year: Option<i32>,
    poster_url: Option<&'a str>,
    tmdb_id: Option<i64>,
    owner_id: Option<Uuid>,
    is_liked: bool,
    is_wish: bool,
    is_watched: bool,
}

pub(crate) fn view(row: &PgRow) -> Result<FilmView<'_>, sqlx::Error> {
    Ok(FilmView {
        id: row.try_get(0)?,
        title: row.try_get(1)?,
        description: row.try_get(2)?,
        country: row.try_get(3)?,
        release_year: row.try_get(4)?,
        // None of the films has a poster.
        poster_url: row.try_get(5)?,
        tmdb_id: row.try_get(6)?,
        owner_id: row.try_get(7)?,
        is_liked: row.try_get(8)?,
        is_wish: row.try_get(9)?,
        is_watched: row.try_get(10)?,
    })
}

/// Answers with all films of a statement.
pub(crate) fn views(rows: &[PgRow]) -> Result<HttpResponse, Failed> {
    let films = rows.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(films))
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(search).service(show);
}

#[get("/films/{film}")]
async fn show(
    viewer: Viewer,
    film: web::Path<Uuid>,
    pool: web::Data<PgPool>,
) -> Result<impl Responder, Failed> {
    let row = sqlx::query(SHOW)
        .bind(viewer.0)
        .bind(*film)
        .fetch_optional(&**pool)
        .await?;
    Ok(match row {
        Some(row) => HttpResponse::Ok().json(view(&row)?),
        None => HttpResponse::NotFound().finish(),
    })
}

#[derive(Deserialize)]
struct Wanted {
    title: String,
    #[serde(default = "ten")]
    limit: i64,
}

const fn ten() -> i64 {
    10
}

#[get("/films/search")]
async fn search(
    viewer: Viewer,
    wanted: web::Query<Wanted>,
    pool: web::Data<PgPool>,
) -> Result<impl Responder, Failed> {
    let rows = sqlx::query(SEARCH)
        .bind(viewer.0)
        .bind(anywhere(&wanted.title))
        .bind(wanted.limit)
        .fetch_all(&**pool)
        .await?;
    views(&rows)
}

/// The pattern of texts that hold this one.
fn anywhere(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_a_title_is_no_wildcard() {
        assert_eq!(anywhere("100% wolf_"), r"%100\% wolf\_%");
    }
}
