//! Administrators look at events that were given up, and have them told again.
use super::view::{DeadEventPageView, DeadEventView};
use crate::http::{
    answer, checker::Checker, cursor, path::PathId, problem::Problem, query::QueryFields,
    signed_in::SignedIn, state::Use,
};
use actix_web::HttpResponse;
use application::{
    events::administer::{ListDeadEvents, RetryEvent},
    shared::page::PageRequest,
};
use domain::events::DomainEvent;

fn request(query: &QueryFields) -> Result<ListDeadEvents, Problem> {
    let mut check = Checker::of_parameters();
    let size = query.number(&mut check, "limit").unwrap_or_default();
    let after = query.parsed(&mut check, "cursor", cursor::read_id);
    let page = PageRequest { size, after };
    check.finish(|| Some(ListDeadEvents { page }))
}

/// Lists the events that were given up, the newest first, page by page.
#[utoipa::path(
    get, path = "/api/v1/admin/events", operation_id = "listDeadEvents", tag = "admin", security(("bearer" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "How many events on a page; 20 unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page of events", body = DeadEventPageView<'static>),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn list_dead_events(
    actor: SignedIn,
    query: QueryFields,
    list: Use<ListDeadEvents>,
) -> Result<HttpResponse, Problem> {
    let page = list.execute(&actor, request(&query)?).await?;
    answer::ok(&DeadEventPageView {
        items: page.items.iter().map(DeadEventView::from).collect(),
        next: page.next.map(cursor::write_id),
    })
}

/// Has an event told again that was given up.
///
/// Whoever has dealt with it before does not do so again.
#[utoipa::path(
    post, path = "/api/v1/admin/events/{event_id}/retry", operation_id = "retryEvent", tag = "admin", security(("bearer" = [])),
    params(("event_id" = uuid::Uuid, Path, description = "Which event")),
    responses(
        (status = 204, description = "It will be told again"),
        (status = 403, description = "Only for administrators"),
    )
)]
pub async fn retry_event(
    actor: SignedIn,
    event: PathId<DomainEvent>,
    retry: Use<RetryEvent>,
) -> Result<HttpResponse, Problem> {
    retry.execute(&actor, RetryEvent { event: event.0 }).await?;
    Ok(answer::done())
}
