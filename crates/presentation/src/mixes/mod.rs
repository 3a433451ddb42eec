//! Ready-made mixes over HTTP.
use crate::{
    catalogue::{film_view::FilmView, mine::Include},
    http::{
        answer,
        checker::Checker,
        conditional,
        path::PathId,
        problem::Problem,
        query::QueryFields,
        resource::Path,
        shared_answer::{Shared, SharedThing},
        signed_in::MaybeSignedIn,
        state::{Settings, Use},
        words::IncludeWord,
    },
};
use actix_web::{HttpRequest, HttpResponse, web::ServiceConfig};
use application::{
    mixes::browse_mixes::{ListMixFilms, ListMixes, ShowMix},
    shared::actor::Actor,
    taste::mine::ShowMine,
};
use domain::{mixes::Mix, shared::Language};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/mix").get(list_mixes).open(routes);
    Path::at("/api/v1/mix/{mix_id}").get(show_mix).open(routes);
    Path::at("/api/v1/mix/{mix_id}/items")
        .get(list_mix_films)
        .open(routes);
}

/// A mix in the language of the answer, without its films.
#[derive(Serialize, ToSchema)]
#[schema(as = Mix)]
pub struct MixView<'a> {
    id: Uuid,
    #[schema(example = "Silent comedies")]
    title: &'a str,
    #[schema(example = "#0B3D91")]
    color1: &'a str,
    #[schema(example = "#1C6DD0")]
    color2: &'a str,
    #[schema(example = "#0E8AA8")]
    color3: &'a str,
}

impl<'a> MixView<'a> {
    fn new(mix: &'a Mix, language: Language) -> Self {
        Self {
            id: mix.id.as_uuid(),
            title: mix.title(language),
            color1: mix.gradient.first().as_str(),
            color2: mix.gradient.second().as_str(),
            color3: mix.gradient.third().as_str(),
        }
    }
}

/// Lists the ready-made mixes.
#[utoipa::path(
    get, path = "/api/v1/mix", operation_id = "listMixes", tag = "mix", security(()),
    params(
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "Mixes", body = Vec<MixView<'static>>),
        (status = 304, description = "The client has the same already"),
    )
)]
pub async fn list_mixes(shared: Shared, list: Use<ListMixes>) -> Result<HttpResponse, Problem> {
    let make = async || {
        let mixes = list.execute(&Actor::Anonymous, ListMixes).await?;
        let views = mixes.iter().map(|mix| MixView::new(mix, shared.language));
        answer::to_json(&views.collect::<Vec<_>>())
    };
    shared.answer(SharedThing::Mixes, make).await
}

/// Shows a mix without its films.
#[utoipa::path(
    get, path = "/api/v1/mix/{mix_id}", operation_id = "showMix", tag = "mix", security(()),
    params(
        ("mix_id" = Uuid, Path, description = "The mix"),
        ("Accept-Language" = Option<String>, Header, description = "`ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has"),
    ),
    responses(
        (status = 200, description = "The mix", body = MixView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Mix not found"),
    )
)]
pub async fn show_mix(
    mix: PathId<Mix>,
    shared: Shared,
    show: Use<ShowMix>,
) -> Result<HttpResponse, Problem> {
    let make = async || {
        let mix = show
            .execute(&Actor::Anonymous, ShowMix { mix: mix.0 })
            .await?;
        answer::to_json(&MixView::new(&mix, shared.language))
    };
    shared.answer(SharedThing::Mix(mix.0.as_uuid()), make).await
}

/// Lists the films of a mix, the best first.
#[utoipa::path(
    get, path = "/api/v1/mix/{mix_id}/items", operation_id = "listMixFilms", tag = "mix", security((), ("bearer" = [])),
    params(
        ("mix_id" = Uuid, Path, description = "The mix"),
        ("include" = inline(Option<IncludeWord>), Query, description = "`me` adds what the viewer says of each film"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "Films with the viewer's flags", body = Vec<FilmView<'static>>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Mix not found"),
    )
)]
pub async fn list_mix_films(
    actor: MaybeSignedIn,
    mix: PathId<Mix>,
    query: QueryFields,
    list: Use<ListMixFilms>,
    show_mine: Use<ShowMine>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let include = Include::of(&query, &mut check);
    let include = check.finish(|| Some(include))?;
    let films = list.execute(&actor, ListMixFilms { mix: mix.0 }).await?;
    let mines = include.look_up(&actor, &films, &show_mine).await?;
    let films = FilmView::all_with(&films, &settings, &mines);
    conditional::for_viewer(&req, &actor, &films)
}
