//! A user adds a film, and its owner replaces what is said of it.
use super::film_view::FilmView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    path::PathId,
    problem::Problem,
    signed_in::SignedIn,
    state::{Settings, Use},
};
use actix_web::HttpResponse;
use application::catalogue::{create_film::CreateFilm, update_film::UpdateFilm};
use domain::catalogue::{CountryName, Film, FilmContent, FilmDescription, FilmTitle, ReleaseYear};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What the owner of a film says of it.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = FilmCreate)]
pub struct FilmBody {
    #[schema(value_type = String, required, min_length = 1, max_length = 512, example = "The General")]
    #[serde(default)]
    title: Field<String>,
    #[schema(value_type = String, required, min_length = 1, max_length = 5000, example = "An engine driver goes after his stolen locomotive.")]
    #[serde(default)]
    description: Field<String>,
    #[schema(value_type = Option<Vec<uuid::Uuid>>, required = false)]
    #[serde(default)]
    genres_ids: Field<Vec<Value>>,
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 128, example = "United States")]
    #[serde(default)]
    country: Field<String>,
    #[schema(value_type = Option<i32>, required = false, minimum = 1, maximum = 2_147_483_647, example = 1926)]
    #[serde(default)]
    release_year: Field<i64>,
}

impl FilmBody {
    fn check(self) -> Result<FilmContent, Problem> {
        let mut check = Checker::of_body();
        let title = check.required("title", self.title, |text| FilmTitle::parse(&text));
        let description = check.required("description", self.description, |text| {
            FilmDescription::parse(&text)
        });
        let genres = check.ids("genres_ids", self.genres_ids);
        let country = check.optional("country", self.country, |text| CountryName::parse(&text));
        let release_year = check.optional("release_year", self.release_year, ReleaseYear::try_from);
        check.finish(|| {
            let description = Some(description?);
            Some(FilmContent {
                title: title?,
                description,
                genres,
                country,
                release_year,
            })
        })
    }
}

/// Adds a film of the user's own.
#[utoipa::path(
    post, path = "/api/v1/films", operation_id = "createFilm", tag = "films", security(("bearer" = [])),
    request_body = FilmBody,
    responses(
        (status = 201, description = "The film; its owner is the caller", body = FilmView<'static>),
        (status = 400, description = "A field is not valid, or a genre does not exist (`Genre not found`)"),
        (status = 409, description = "The user or a genre was removed meanwhile"),
    )
)]
pub async fn create_film(
    actor: SignedIn,
    body: JsonBody<FilmBody>,
    create: Use<CreateFilm>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let content = body.0.check()?;
    let film = create.execute(&actor, CreateFilm { content }).await?;
    let location = format!("/api/v1/films/{}", film.card.id);
    answer::created_at(location, &FilmView::new(&film, &settings))
}

/// Replaces what is said of a film.
#[utoipa::path(
    put, path = "/api/v1/films/{film_id}", operation_id = "updateFilm", tag = "films", security(("bearer" = [])),
    params(("film_id" = uuid::Uuid, Path, description = "The film")),
    request_body = FilmBody,
    responses(
        (status = 200, description = "The film as it now stands", body = FilmView<'static>),
        (status = 400, description = "A field is not valid, or a genre does not exist (`Genre not found`)"),
        (status = 403, description = "Film is not owned by you"),
        (status = 404, description = "Film not found"),
        (status = 409, description = "The film was changed by somebody else meanwhile"),
    )
)]
pub async fn update_film(
    actor: SignedIn,
    film: PathId<Film>,
    body: JsonBody<FilmBody>,
    update: Use<UpdateFilm>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let content = body.0.check()?;
    let film = update
        .execute(
            &actor,
            UpdateFilm {
                film: film.0,
                content,
            },
        )
        .await?;
    answer::ok(&FilmView::new(&film, &settings))
}
