//! Administrators have films imported and refreshed.
use crate::{
    http::{
        answer,
        body::JsonBody,
        checker::{Checker, Field},
        path::PathId,
        problem::Problem,
        signed_in::SignedIn,
        state::Use,
        words::{SourceListName, SourceNameWord},
    },
    jobs::view::JobView,
};
use actix_web::HttpResponse;
use application::catalogue::{
    imports::{ListPages, Order, OrderFilms, RefreshCount},
    sources::SourceList,
};
use domain::catalogue::{Film, SourceName, SourceRef};
use serde::Deserialize;
use std::convert::Infallible;
use utoipa::ToSchema;

/// What is to be imported from a source: one film by its `id`, or pages `from` to `to` of a list, which
/// is `popular` unless given.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ImportOrder)]
pub struct ImportBody {
    #[schema(inline, value_type = SourceNameWord, required, example = "tmdb")]
    #[serde(default)]
    source: Field<String>,
    /// Where the source keeps the film: `movie/603` or `tv/1399` at TMDB, a number at Kinopoisk.
    #[schema(value_type = String, required = false, nullable)]
    #[serde(default)]
    id: Field<String>,
    #[schema(inline, value_type = SourceListName, required = false, example = "popular")]
    #[serde(default)]
    list: Field<String>,
    /// The first page.
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 500, example = 1)]
    #[serde(default)]
    from: Field<i64>,
    /// The last page; the first one unless given.
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 500, example = 50)]
    #[serde(default)]
    to: Field<i64>,
}

impl ImportBody {
    fn check(self) -> Result<OrderFilms, Problem> {
        let mut check = Checker::of_body();
        let source = check.required("source", self.source, |name| name.parse::<SourceName>());
        let id = check.optional("id", self.id, Ok::<_, Infallible>);
        let order = match (source, id) {
            (Some(source), Some(id)) => {
                let at = check.value("id", SourceRef::new(source, &id));
                at.map(Order::Film)
            }
            (source, _) => {
                let list = check.optional("list", self.list, |name| name.parse::<SourceList>());
                let from = check.required("from", self.from, Ok::<_, Infallible>);
                let to = check.optional("to", self.to, Ok::<_, Infallible>);
                let pages = from
                    .and_then(|from| check.value("to", ListPages::new(from, to.unwrap_or(from))));
                source.zip(pages).map(|(source, pages)| Order::Pages {
                    source,
                    list: list.unwrap_or(SourceList::Popular),
                    pages,
                })
            }
        };
        check.finish(|| order.map(|order| OrderFilms { order }))
    }
}

/// How many films are to be refreshed.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RefreshOrder)]
pub struct RefreshBody {
    #[schema(value_type = i64, minimum = 1, maximum = 1000, example = 100)]
    #[serde(default)]
    count: Field<i64>,
}

impl RefreshBody {
    fn check(self) -> Result<OrderFilms, Problem> {
        let mut check = Checker::of_body();
        let count = check.required("count", self.count, RefreshCount::try_from);
        check.finish(|| {
            let order = Order::RefreshOldest(count?);
            Some(OrderFilms { order })
        })
    }
}

async fn ordered(
    actor: &SignedIn,
    request: OrderFilms,
    order: &Use<OrderFilms>,
) -> Result<HttpResponse, Problem> {
    let job = order.execute(actor, request).await?;
    let location = format!("/api/v1/admin/jobs/{}", job.id);
    answer::accepted_at(location, &JobView::from(&job))
}

/// Has films of another catalogue brought in, by a job.
///
/// The same that is asked for again while it waits is the same job. An import of pages that was broken
/// off goes on where it was.
#[utoipa::path(
    post, path = "/api/v1/admin/imports", operation_id = "importFilms", tag = "admin", security(("bearer" = [])),
    request_body = ImportBody,
    responses(
        (status = 202, description = "The job that does it", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "No such source of films is configured"),
    )
)]
pub async fn import_films(
    actor: SignedIn,
    body: JsonBody<ImportBody>,
    order: Use<OrderFilms>,
) -> Result<HttpResponse, Problem> {
    ordered(&actor, body.0.check()?, &order).await
}

/// Has everything of a film fetched anew, by a job.
#[utoipa::path(
    post, path = "/api/v1/admin/films/{film_id}/refresh", operation_id = "refreshFilm", tag = "admin", security(("bearer" = [])),
    params(("film_id" = uuid::Uuid, Path, description = "Which film")),
    responses(
        (status = 202, description = "The job that does it", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 404, description = "There is no such film, or a user added it"),
        (status = 409, description = "No source of films is configured"),
    )
)]
pub async fn refresh_film(
    actor: SignedIn,
    film: PathId<Film>,
    order: Use<OrderFilms>,
) -> Result<HttpResponse, Problem> {
    let request = OrderFilms {
        order: Order::Refresh(film.0),
    };
    ordered(&actor, request, &order).await
}

/// Has everything fetched anew of those films for which sources were not asked for the longest time.
#[utoipa::path(
    post, path = "/api/v1/admin/refreshes", operation_id = "refreshFilms", tag = "admin", security(("bearer" = [])),
    request_body = RefreshBody,
    responses(
        (status = 202, description = "The job that does it", body = JobView<'static>),
        (status = 403, description = "Only for administrators"),
        (status = 409, description = "No source of films is configured"),
    )
)]
pub async fn refresh_films(
    actor: SignedIn,
    body: JsonBody<RefreshBody>,
    order: Use<OrderFilms>,
) -> Result<HttpResponse, Problem> {
    ordered(&actor, body.0.check()?, &order).await
}
