//! One film is shown.
use super::film_view::{FilmDetailsView, FilmView};
use crate::http::{
    conditional,
    language::{Preferred, mark},
    path::PathId,
    problem::Problem,
    signed_in::MaybeSignedIn,
    state::{Settings, Use},
};
use actix_web::{HttpRequest, HttpResponse};
use application::catalogue::{
    show_film::{ShowFilm, ShowFilmDetails},
    vocabulary::ListGenres,
};
use domain::catalogue::Film;

/// Shows a film.
#[utoipa::path(
    get, path = "/api/v1/films/{film_id}", operation_id = "showFilm", tag = "films", security((), ("bearer" = [])),
    params(
        ("film_id" = uuid::Uuid, Path, description = "The film"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "The film with the viewer's flags", body = FilmView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Film not found"),
    )
)]
pub async fn show_film(
    actor: MaybeSignedIn,
    film: PathId<Film>,
    show: Use<ShowFilm>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let film = show.execute(&actor, ShowFilm { film: film.0 }).await?;
    conditional::for_viewer(&req, &actor, &FilmView::new(&film, &settings))
}

/// Shows everything that is known of a film.
#[utoipa::path(
    get, path = "/api/v1/films/{film_id}/details", operation_id = "showFilmDetails", tag = "films", security((), ("bearer" = [])),
    params(
        ("film_id" = uuid::Uuid, Path, description = "The film"),
        ("Accept-Language" = Option<String>, Header, description = "The language of the genres' names"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "Cast, directors, genres, countries, names elsewhere, and whose words the description is", body = FilmDetailsView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Film not found"),
    )
)]
pub async fn show_film_details(
    actor: MaybeSignedIn,
    film: PathId<Film>,
    language: Preferred,
    show: Use<ShowFilmDetails>,
    list_genres: Use<ListGenres>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let details = show
        .execute(&actor, ShowFilmDetails { film: film.0 })
        .await?;
    let genres = list_genres
        .execute(&actor, ListGenres { moods: Vec::new() })
        .await?;
    let view = FilmDetailsView::new(&details, &genres, language.0, &settings);
    let mut response = conditional::for_viewer(&req, &actor, &view)?;
    mark(&req, &mut response, language.0);
    Ok(response)
}
