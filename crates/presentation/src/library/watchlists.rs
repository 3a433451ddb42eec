//! A user's lists are listed, made, shown and deleted.
use super::view::WatchlistView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    language::{Preferred, mark},
    path::PathWatchlist,
    problem::Problem,
    signed_in::SignedIn,
    state::Use,
};
use actix_web::{HttpRequest, HttpResponse};
use application::library::{
    create_watchlist::CreateWatchlist,
    list_watchlists::{ListWatchlists, ShowWatchlist},
    show_watchlist::DeleteWatchlist,
};
use domain::library::WatchlistTitle;
use serde::Deserialize;
use utoipa::ToSchema;

/// A new list.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WatchlistCreate)]
pub struct WatchlistBody {
    /// What the user calls it.
    #[schema(value_type = String, required, min_length = 1, example = "Rainy evenings")]
    #[serde(default)]
    title: Field<String>,
}

impl WatchlistBody {
    fn check(self) -> Result<CreateWatchlist, Problem> {
        let mut check = Checker::of_body();
        let title = check.required("title", self.title, |text| WatchlistTitle::parse(&text));
        check.finish(|| Some(CreateWatchlist { title: title? }))
    }
}

/// Lists the lists that the user made, the newest first.
#[utoipa::path(
    get, path = "/api/v1/me/watchlists", operation_id = "listWatchlists", tag = "me", security(("bearer" = [])),
    responses((status = 200, description = "Lists of type custom; the standard ones are not among them", body = Vec<WatchlistView<'static>>))
)]
pub async fn list_watchlists(
    actor: SignedIn,
    language: Preferred,
    list: Use<ListWatchlists>,
) -> Result<HttpResponse, Problem> {
    let lists = list.execute(&actor, ListWatchlists).await?;
    let views = lists
        .iter()
        .map(|list| WatchlistView::new(list, language.0));
    answer::ok(&views.collect::<Vec<_>>())
}

/// Makes a list; the service picks its three colours.
#[utoipa::path(
    post, path = "/api/v1/me/watchlists", operation_id = "createWatchlist", tag = "me", security(("bearer" = [])),
    request_body = WatchlistBody,
    responses(
        (status = 201, description = "The list", body = WatchlistView<'static>),
        (status = 409, description = "The user was removed meanwhile"),
    )
)]
pub async fn create_watchlist(
    actor: SignedIn,
    language: Preferred,
    body: JsonBody<WatchlistBody>,
    create: Use<CreateWatchlist>,
) -> Result<HttpResponse, Problem> {
    let list = create.execute(&actor, body.0.check()?).await?;
    let location = format!("/api/v1/me/watchlists/{}", list.id);
    answer::created_at(location, &WatchlistView::new(&list, language.0))
}

/// Shows a list without its films.
#[utoipa::path(
    get, path = "/api/v1/me/watchlists/{watchlist}", operation_id = "showWatchlist", tag = "me", security(("bearer" = [])),
    params(
        ("watchlist" = String, Path, description = "A list's id, or one of the words liked, watched, wish", example = "liked"),
        ("Accept-Language" = Option<String>, Header, description = "The language of a standard list's title"),
    ),
    responses(
        (status = 200, description = "The list", body = WatchlistView<'static>),
        (status = 403, description = "Watchlist is not yours"),
        (status = 404, description = "Watchlist not found"),
    )
)]
pub async fn show_watchlist(
    actor: SignedIn,
    list: PathWatchlist,
    language: Preferred,
    show: Use<ShowWatchlist>,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let list = show.execute(&actor, ShowWatchlist { list: list.0 }).await?;
    let mut response = answer::ok(&WatchlistView::new(&list, language.0))?;
    mark(&req, &mut response, language.0);
    Ok(response)
}

/// Deletes a list that the user made; the standard ones stay.
#[utoipa::path(
    delete, path = "/api/v1/me/watchlists/{watchlist}", operation_id = "deleteWatchlist", tag = "me", security(("bearer" = [])),
    params(("watchlist" = String, Path, description = "A list's id, or one of the words liked, watched, wish")),
    responses(
        (status = 204, description = "Gone"),
        (status = 403, description = "Watchlist is not yours, or it is a standard one"),
        (status = 404, description = "Watchlist not found"),
    )
)]
pub async fn delete_watchlist(
    actor: SignedIn,
    list: PathWatchlist,
    delete: Use<DeleteWatchlist>,
) -> Result<HttpResponse, Problem> {
    delete
        .execute(&actor, DeleteWatchlist { list: list.0 })
        .await?;
    Ok(answer::done())
}
