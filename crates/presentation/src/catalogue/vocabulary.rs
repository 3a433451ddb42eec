//! The genres and moods are listed and shown; the same for everybody.
use crate::http::{
    answer,
    checker::Checker,
    conditional,
    language::mark,
    path::PathId,
    problem::Problem,
    query::QueryFields,
    shared_answer::{Shared, SharedThing},
    state::Use,
};
use actix_web::HttpResponse;
use application::{
    catalogue::vocabulary::{ListGenres, ListMoods, ShowGenre, ShowMood},
    shared::actor::Actor,
};
use domain::{
    catalogue::{Genre, Mood},
    shared::Language,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A genre in the language of the answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Genre)]
pub struct GenreView<'a> {
    id: Uuid,
    #[schema(example = "comedy")]
    name: &'a str,
}

/// A mood in the language of the answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Mood)]
pub struct MoodView<'a> {
    id: Uuid,
    #[schema(example = "cheerful")]
    name: &'a str,
}

impl<'a> GenreView<'a> {
    fn new(genre: &'a Genre, language: Language) -> Self {
        Self {
            id: genre.id.as_uuid(),
            name: genre.name(language),
        }
    }

    fn all(genres: &'a [Genre], language: Language) -> Vec<Self> {
        genres
            .iter()
            .map(|genre| Self::new(genre, language))
            .collect()
    }
}

impl<'a> MoodView<'a> {
    fn new(mood: &'a Mood, language: Language) -> Self {
        Self {
            id: mood.id.as_uuid(),
            name: mood.name(language),
        }
    }
}

/// Lists the genres, or those tied to any of the moods given.
#[utoipa::path(
    get, path = "/api/v1/genres", operation_id = "listGenres", tag = "genre", security(()),
    params(
        ("moods_ids" = Option<Vec<Uuid>>, Query, description = "Only genres tied to any of these moods; repeated for several", style = Form, explode),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "Genres", body = Vec<GenreView<'static>>),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn list_genres(
    query: QueryFields,
    shared: Shared,
    list: Use<ListGenres>,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let moods = query.ids(&mut check, "moods_ids");
    let request = check.finish(|| Some(ListGenres { moods }))?;
    if !request.moods.is_empty() {
        return list_some(request, &shared, &list).await;
    }
    let make = async || {
        let genres = list.execute(&Actor::Anonymous, request).await?;
        answer::to_json(&GenreView::all(&genres, shared.language))
    };
    shared.answer(SharedThing::Genres, make).await
}

async fn list_some(
    request: ListGenres,
    shared: &Shared,
    list: &Use<ListGenres>,
) -> Result<HttpResponse, Problem> {
    let genres = list.execute(&Actor::Anonymous, request).await?;
    let genres = GenreView::all(&genres, shared.language);
    let mut response = conditional::for_all(&shared.req, &genres)?;
    mark(&shared.req, &mut response, shared.language);
    Ok(response)
}

/// Shows a genre.
#[utoipa::path(
    get, path = "/api/v1/genres/{genre_id}", operation_id = "showGenre", tag = "genre", security(()),
    params(
        ("genre_id" = Uuid, Path, description = "The genre"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "The genre", body = GenreView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Genre not found"),
    )
)]
pub async fn show_genre(
    genre: PathId<Genre>,
    shared: Shared,
    show: Use<ShowGenre>,
) -> Result<HttpResponse, Problem> {
    let make = async || {
        let genre = show
            .execute(&Actor::Anonymous, ShowGenre { genre: genre.0 })
            .await?;
        answer::to_json(&GenreView::new(&genre, shared.language))
    };
    shared
        .answer(SharedThing::Genre(genre.0.as_uuid()), make)
        .await
}

/// Lists the moods.
#[utoipa::path(
    get, path = "/api/v1/moods", operation_id = "listMoods", tag = "mood", security(()),
    params(
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "Moods", body = Vec<MoodView<'static>>),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn list_moods(shared: Shared, list: Use<ListMoods>) -> Result<HttpResponse, Problem> {
    let make = async || {
        let moods = list.execute(&Actor::Anonymous, ListMoods).await?;
        let views = moods
            .iter()
            .map(|mood| MoodView::new(mood, shared.language));
        answer::to_json(&views.collect::<Vec<_>>())
    };
    shared.answer(SharedThing::Moods, make).await
}

/// Shows a mood.
#[utoipa::path(
    get, path = "/api/v1/moods/{mood_id}", operation_id = "showMood", tag = "mood", security(()),
    params(
        ("mood_id" = Uuid, Path, description = "The mood"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "The mood", body = MoodView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Mood not found"),
    )
)]
pub async fn show_mood(
    mood: PathId<Mood>,
    shared: Shared,
    show: Use<ShowMood>,
) -> Result<HttpResponse, Problem> {
    let make = async || {
        let mood = show
            .execute(&Actor::Anonymous, ShowMood { mood: mood.0 })
            .await?;
        answer::to_json(&MoodView::new(&mood, shared.language))
    };
    shared
        .answer(SharedThing::Mood(mood.0.as_uuid()), make)
        .await
}
