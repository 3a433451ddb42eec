//! The list of liked films.
use crate::{
    Failed,
    film::{columns, flags, views},
    token::SignedIn,
};
use actix_web::{HttpResponse, Responder, get, put, web};
use serde::Deserialize;
use sqlx::PgPool;
use uuid::Uuid;

const LIST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM watchlists w JOIN watchlist_items i ON i.watchlist_id = w.id \
     JOIN films f ON f.id = i.film_id ",
    flags!(),
    " WHERE w.user_id = $1 AND w.kind = 'liked' ORDER BY i.added_at DESC, i.film_id DESC"
);
/// Whose list it is and whether the film is there is checked by the statement itself.
const ADD: &str = "INSERT INTO watchlist_items (watchlist_id, film_id, added_at) \
     SELECT w.id, f.id, now() FROM watchlists w, films f \
     WHERE w.user_id = $1 AND w.kind = 'liked' AND f.id = $2 ON CONFLICT DO NOTHING";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(list).service(add);
}

#[get("/me/watchlists/liked/items")]
async fn list(user: SignedIn, pool: web::Data<PgPool>) -> Result<impl Responder, Failed> {
    let rows = sqlx::query(LIST).bind(user.0).fetch_all(&**pool).await?;
    views(&rows)
}

#[derive(Deserialize)]
struct Added {
    film_id: Uuid,
}

#[put("/me/watchlists/liked/items/add")]
async fn add(
    user: SignedIn,
    added: web::Json<Added>,
    pool: web::Data<PgPool>,
) -> Result<impl Responder, Failed> {
    sqlx::query(ADD)
        .bind(user.0)
        .bind(added.film_id)
        .execute(&**pool)
        .await?;
    Ok(HttpResponse::NoContent())
}
