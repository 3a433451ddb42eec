//! Genres, moods and mixes, named in Russian.
use crate::{Failed, token::Viewer};
use actix_web::{HttpResponse, Responder, get, web};
use serde::Serialize;
use sqlx::{PgPool, Row};
use uuid::Uuid;

const GENRES: &str = "SELECT id, name_ru FROM genres ORDER BY position, id";
const MOODS: &str = "SELECT id, name_ru FROM moods ORDER BY position, id";
const MIXES: &str = "SELECT id, title_ru, color1, color2, color3 FROM mixes ORDER BY position, id";

#[derive(Serialize)]
struct Named<'a> {
    id: Uuid,
    name: &'a str,
}

#[derive(Serialize)]
struct MixView<'a> {
    id: Uuid,
    title: &'a str,
    color1: &'a str,
    color2: &'a str,
    color3: &'a str,
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(genres).service(moods).service(mixes);
}

async fn named(statement: &'static str, pool: &PgPool) -> Result<HttpResponse, Failed> {
    let rows = sqlx::query(statement).fetch_all(pool).await?;
    let views = rows
        .iter()
        .map(|row| {
            Ok(Named {
                id: row.try_get(0)?,
                name: row.try_get(1)?,
            })
        })
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    Ok(HttpResponse::Ok().json(views))
}

#[get("/genres")]
async fn genres(_viewer: Viewer, pool: web::Data<PgPool>) -> Result<impl Responder, Failed> {
    named(GENRES, &pool).await
}

#[get("/moods")]
async fn moods(_viewer: Viewer, pool: web::Data<PgPool>) -> Result<impl Responder, Failed> {
    named(MOODS, &pool).await
}

#[get("/mix")]
async fn mixes(_viewer: Viewer, pool: web::Data<PgPool>) -> Result<impl Responder, Failed> {
    let rows = sqlx::query(MIXES).fetch_all(&**pool).await?;
    let views = rows
        .iter()
        .map(|row| {
            Ok(MixView {
                id: row.try_get(0)?,
                title: row.try_get(1)?,
                color1: row.try_get(2)?,
                color2: row.try_get(3)?,
                color3: row.try_get(4)?,
            })
        })
        .collect::<Result<Vec<_>, sqlx::Error>>()?;
    Ok(HttpResponse::Ok().json(views))
}
