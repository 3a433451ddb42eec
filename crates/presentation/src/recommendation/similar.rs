//! Films that are like one.
use super::view::AdviceView;
use crate::http::{
    checker::Checker,
    conditional,
    language::{Preferred, mark},
    path::PathId,
    problem::Problem,
    query::QueryFields,
    signed_in::MaybeSignedIn,
    state::{Settings, Use},
    words::AdviceSize,
};
use actix_web::{HttpRequest, HttpResponse};
use application::recommendation::similar::ShowSimilar;
use domain::catalogue::Film;

/// Lists the films that are most like one, with what they have in common.
///
/// Films that a signed-in viewer has hidden are left out.
#[utoipa::path(
    get, path = "/api/v1/films/{film_id}/similar", operation_id = "listSimilar", tag = "films", security((), ("bearer" = [])),
    params(
        ("film_id" = uuid::Uuid, Path, description = "The film"),
        ("n" = inline(Option<AdviceSize>), Query, description = "How many films at the most"),
        ("Accept-Language" = Option<String>, Header, description = "The language of the reasons: `ru` or `en`"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has; without a token"),
    ),
    responses(
        (status = 200, description = "Films with the viewer's flags", body = AdviceView<'static>),
        (status = 304, description = "The client has the same already"),
        (status = 404, description = "Film not found"),
    )
)]
pub async fn list_similar(
    actor: MaybeSignedIn,
    film: PathId<Film>,
    query: QueryFields,
    language: Preferred,
    show: Use<ShowSimilar>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut check = Checker::of_parameters();
    let most = query.number(&mut check, "n");
    let request = check.finish(|| {
        Some(ShowSimilar {
            film: film.0,
            most: most.unwrap_or_default(),
        })
    })?;
    let advice = show.execute(&actor, request).await?;
    let view = AdviceView::new(&advice, language.0, &settings);
    let mut response = conditional::for_viewer(&req, &actor, &view)?;
    mark(&req, &mut response, language.0);
    Ok(response)
}
