//! A user tells how far they are with films.
use super::cursors;
use crate::{
    ApiSettings,
    catalogue::film_view::ListedFilmView,
    http::{
        answer,
        body::JsonBody,
        checker::{Checker, Field},
        path::PathId,
        problem::Problem,
        query::QueryFields,
        signed_in::SignedIn,
        state::{Settings, Use},
        words::{FilmPageSize, ProgressName},
    },
};
use actix_web::HttpResponse;
use application::{
    shared::page::{Page, PageRequest},
    taste::{
        ports::{ProgressKey, ProgressedFilm},
        progress::{ClearProgress, ListProgress, SetProgress},
    },
};
use chrono::{DateTime, Utc};
use domain::{
    catalogue::Film,
    taste::{FilmProgress, Progress},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// How far the user is with a film.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ProgressPut)]
pub struct ProgressBody {
    #[schema(inline, value_type = ProgressName, required, example = "watching")]
    #[serde(default)]
    state: Field<String>,
}

impl ProgressBody {
    fn check(self) -> Result<Progress, Problem> {
        let mut check = Checker::of_body();
        let state = check.required("state", self.state, |word| word.parse::<Progress>());
        check.finish(|| state)
    }
}

/// How far the user is with a film.
#[derive(Serialize, ToSchema)]
#[schema(as = Progress)]
pub struct ProgressView {
    film_id: Uuid,
    #[schema(inline, value_type = ProgressName, example = "watching")]
    state: &'static str,
    /// Since when.
    updated_at: DateTime<Utc>,
}

impl From<FilmProgress> for ProgressView {
    fn from(progress: FilmProgress) -> Self {
        Self {
            film_id: progress.film.as_uuid(),
            state: progress.state.name(),
            updated_at: progress.updated_at,
        }
    }
}

/// A film and how far the user is with it.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgressedFilm)]
pub struct ProgressedFilmView<'a> {
    film: ListedFilmView<'a>,
    #[schema(inline, value_type = ProgressName, example = "watching")]
    state: &'static str,
    /// Since when.
    updated_at: DateTime<Utc>,
}

/// A page of films and how far the user is with them.
#[derive(Serialize, ToSchema)]
#[schema(as = ProgressPage)]
pub struct ProgressPageView<'a> {
    items: Vec<ProgressedFilmView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    next: Option<String>,
}

impl<'a> ProgressPageView<'a> {
    fn new(page: &'a Page<ProgressedFilm, ProgressKey>, settings: &'a ApiSettings) -> Self {
        let items = page.items.iter().map(|progressed| ProgressedFilmView {
            film: ListedFilmView::new(&progressed.film, settings),
            state: progressed.state.name(),
            updated_at: progressed.updated_at,
        });
        Self {
            items: items.collect(),
            next: page.next.as_ref().map(cursors::write_progress_key),
        }
    }
}

/// Lists how far the user is with films, the last changed first.
#[utoipa::path(
    get, path = "/api/v1/me/progress", operation_id = "listProgress", tag = "me", security(("bearer" = [])),
    params(
        ("state" = inline(Option<ProgressName>), Query, description = "Only `planned`, `watching`, `completed` or `dropped` films"),
        ("limit" = inline(Option<FilmPageSize>), Query, description = "How many films on a page"),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "A page of films", body = ProgressPageView<'static>))
)]
pub async fn list_progress(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListProgress>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let state = query.parsed(&mut check, "state", str::parse::<Progress>);
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursors::read_progress_key);
    let page = PageRequest { size, after };
    let request = check.finish(|| Some(ListProgress { state, page }))?;
    let page = list.execute(&actor, request).await?;
    answer::ok(&ProgressPageView::new(&page, &settings))
}

/// Tells how far the user is with a film: `completed` means that it is watched, `planned` that it is
/// wished for.
#[utoipa::path(
    put, path = "/api/v1/me/progress/{film_id}", operation_id = "setProgress", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    request_body = ProgressBody,
    responses(
        (status = 200, description = "The progress", body = ProgressView),
        (status = 404, description = "Film not found"),
        (status = 409, description = "The user was removed meanwhile"),
    )
)]
pub async fn set_progress(
    actor: SignedIn,
    film: PathId<Film>,
    body: JsonBody<ProgressBody>,
    set: Use<SetProgress>,
) -> Result<HttpResponse, Problem> {
    let (film, state) = (film.0, body.0.check()?);
    let progress = set.execute(&actor, SetProgress { film, state }).await?;
    answer::ok(&ProgressView::from(progress))
}

/// Takes back how far the user is with a film.
#[utoipa::path(
    delete, path = "/api/v1/me/progress/{film_id}", operation_id = "clearProgress", tag = "me", security(("bearer" = [])),
    params(("film_id" = Uuid, Path, description = "The film")),
    responses(
        (status = 204, description = "Taken back"),
        (status = 404, description = "Nothing was told of the film"),
    )
)]
pub async fn clear_progress(
    actor: SignedIn,
    film: PathId<Film>,
    clear: Use<ClearProgress>,
) -> Result<HttpResponse, Problem> {
    clear
        .execute(&actor, ClearProgress { film: film.0 })
        .await?;
    Ok(answer::done())
}
