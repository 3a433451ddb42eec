//! Films are found by title, or by words about them.
use super::film_view::FilmView;
use crate::http::{
    checker::Checker,
    conditional,
    problem::Problem,
    query::QueryFields,
    signed_in::MaybeSignedIn,
    state::{Settings, Use},
    words::SearchSize,
};
use actix_web::{HttpRequest, HttpResponse};
use application::catalogue::search_films::SearchFilms;
use domain::catalogue::{FilmDescription, FilmTitle};

/// Finds films, the best first.
///
/// `title` alone searches by title, in spite of typos, missing articles, word order and script;
/// `description` (with or without `title`) identifies films from words about them; neither gives an
/// empty array.
#[utoipa::path(
    get, path = "/api/v1/films/search", operation_id = "searchFilms", tag = "films", security((), ("bearer" = [])),
    params(
        ("title" = Option<String>, Query, description = "Words of a title", example = "the general"),
        ("description" = Option<String>, Query, description = "Words about a film"),
        ("limit" = inline(Option<SearchSize>), Query, description = "How many films at the most"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "Films with the viewer's flags", body = Vec<FilmView<'static>>),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn search_films(
    actor: MaybeSignedIn,
    query: QueryFields,
    search: Use<SearchFilms>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let limit = query.number(&mut check, "limit");
    let request = check.finish(|| {
        Some(SearchFilms {
            title: query.words("title", FilmTitle::MAX),
            description: query.words("description", FilmDescription::MAX),
            limit: limit.unwrap_or_default(),
        })
    })?;
    let films = search.execute(&actor, request).await?;
    conditional::for_viewer(&req, &actor, &FilmView::all(&films, &settings))
}
