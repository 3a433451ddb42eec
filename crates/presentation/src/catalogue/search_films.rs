//! Films are found by title, or by words about them.
use super::{film_view::FilmView, mine::Include};
use crate::http::{
    answer,
    checker::Checker,
    conditional,
    language::preferred,
    problem::Problem,
    query::QueryFields,
    signed_in::MaybeSignedIn,
    state::{Settings, Use},
    words::{IncludeWord, SearchSize},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{HeaderName, HeaderValue},
};
use application::{
    catalogue::search_films::{Answerer, SearchFilms},
    taste::mine::ShowMine,
};
use domain::catalogue::{FilmDescription, FilmTitle};

/// Says who took part in an answer.
const ANSWERED_BY: HeaderName = HeaderName::from_static("x-answered-by");

fn who(answered_by: &[Answerer]) -> HeaderValue {
    let names: Vec<&str> = answered_by.iter().map(|answerer| answerer.name()).collect();
    // Names are words, which are always fit for a header.
    HeaderValue::from_str(&names.join(", ")).unwrap_or_else(|_| HeaderValue::from_static("local"))
}

/// Finds films, the best first.
///
/// `title` alone searches by title, in spite of typos, missing articles, word order and script;
/// `description` (with or without `title`) identifies films from words about them; neither gives an
/// empty array. Where the catalogue has little to offer for a title and other catalogues are configured,
/// they are asked, within a second and a half in all; what they know has come into the catalogue then,
/// and what there was no time for comes soon after. Where a language model is configured it helps with
/// descriptions, within a few seconds and so many times a day. The header `X-Answered-By` says who
/// took part.
#[utoipa::path(
    get, path = "/api/v1/films/search", operation_id = "searchFilms", tag = "films", security((), ("bearer" = [])),
    params(
        ("title" = Option<String>, Query, description = "Words of a title", example = "the general"),
        ("description" = Option<String>, Query, description = "Words about a film"),
        ("limit" = inline(Option<SearchSize>), Query, description = "How many films at the most"),
        ("include" = inline(Option<IncludeWord>), Query, description = "`me` adds what the viewer says of each film"),
        ("Accept-Language" = Option<String>, Header, description = "The language in which other catalogues are asked"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "Films with the viewer's flags", body = Vec<FilmView<'static>>,
            headers(("X-Answered-By" = String, description = "Who took part: `local`, or `local, model`, or `local` and other catalogues such as `tmdb`"))),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn search_films(
    actor: MaybeSignedIn,
    query: QueryFields,
    search: Use<SearchFilms>,
    show_mine: Use<ShowMine>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let limit = query.number(&mut check, "limit");
    let include = Include::of(&query, &mut check);
    let language = preferred(&req)?;
    let request = check.finish(|| {
        Some(SearchFilms {
            title: query.words("title", FilmTitle::MAX),
            description: query.words("description", FilmDescription::MAX),
            language,
            limit: limit.unwrap_or_default(),
        })
    })?;
    let found = search.execute(&actor, request).await?;
    let mines = include.look_up(&actor, &found.films, &show_mine).await?;
    let films = FilmView::all_with(&found.films, &settings, &mines);
    let mut response = conditional::for_viewer(&req, &actor, &films)?;
    let who = who(&found.answered_by);
    response.headers_mut().insert(ANSWERED_BY, who);
    answer::depends_on(&mut response, "Accept-Language");
    Ok(response)
}
