//! A user sees the films of a list, puts films on it and takes them off.
use crate::{
    catalogue::{film_view::FilmView, mine::Include},
    http::{
        answer,
        body::JsonBody,
        checker::{Broken, Checker, Field},
        cursor,
        path::{PathId, PathWatchlist},
        problem::Problem,
        query::QueryFields,
        signed_in::SignedIn,
        state::{Settings, Use},
        words::IncludeWord,
    },
};
use actix_web::{HttpRequest, HttpResponse, http::header};
use application::{
    library::{
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::{EntryKey, EntryRange},
        show_watchlist::ListEntries,
    },
    shared::page::PageSize,
    taste::mine::ShowMine,
};
use domain::catalogue::{Film, FilmId};
use serde::Deserialize;
use utoipa::ToSchema;

/// A film to be put on a list.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = WatchlistAdd)]
pub struct EntryBody {
    #[schema(value_type = uuid::Uuid, required)]
    #[serde(default)]
    film_id: Field<String>,
}

impl EntryBody {
    fn check(self) -> Result<FilmId, Problem> {
        let mut check = Checker::of_body();
        let parse = |text: String| text.parse().map_err(|_malformed| Broken("must be a UUID"));
        let film = check.required("film_id", self.film_id, parse);
        check.finish(|| film)
    }
}

fn range(query: &QueryFields) -> Result<(EntryRange, Include), Problem> {
    let mut check = Checker::of_parameters();
    let most = query.number(&mut check, "limit");
    let after = query.parsed(&mut check, "cursor", cursor::read_entry_key);
    let most = most.or_else(|| query.has("cursor").then(PageSize::default));
    let include = Include::of(query, &mut check);
    check.finish(|| Some((EntryRange { most, after }, include)))
}

/// Says where the next page is (RFC 8288).
fn link_next(
    response: &mut HttpResponse,
    path: &str,
    (size, include): (PageSize, Include),
    next: &EntryKey,
) {
    let cursor = cursor::write_entry_key(next);
    let size = size.get();
    let include = if include.is_asked_for() {
        "&include=me"
    } else {
        ""
    };
    let link = format!("<{path}?limit={size}&cursor={cursor}{include}>; rel=\"next\"");
    if let Ok(link) = link.try_into() {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// Lists the films of a list, newest first by the time of adding.
///
/// All of them, or page by page with `limit` and `cursor`; then the header `Link` says where the next
/// page is.
#[utoipa::path(
    get, path = "/api/v1/me/watchlists/{watchlist}/items", operation_id = "listEntries", tag = "me", security(("bearer" = [])),
    params(
        ("watchlist" = String, Path, description = "A list's id, or one of the words liked, watched, wish", example = "liked"),
        ("limit" = Option<i64>, Query, description = "How many films on a page; all films unless given", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "The page, as `Link` named it"),
        ("include" = inline(Option<IncludeWord>), Query, description = "`me` adds what the viewer says of each film"),
    ),
    responses(
        (status = 200, description = "Films with the user's flags", body = Vec<FilmView<'static>>,
            headers(("Link" = String, description = "The address of the next page, with `rel=\"next\"`"))),
        (status = 403, description = "Watchlist is not yours"),
        (status = 404, description = "Watchlist not found"),
    )
)]
pub async fn list_entries(
    actor: SignedIn,
    list: PathWatchlist,
    query: QueryFields,
    list_entries: Use<ListEntries>,
    show_mine: Use<ShowMine>,
    settings: Settings,
    req: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (range, include) = range(&query)?;
    let page = list_entries
        .execute(
            &actor,
            ListEntries {
                list: list.0,
                range,
            },
        )
        .await?;
    let mines = include.look_up(&actor, &page.items, &show_mine).await?;
    let mut response = answer::ok(&FilmView::all_with(&page.items, &settings, &mines))?;
    if let (Some(size), Some(next)) = (range.most, page.next) {
        link_next(&mut response, req.path(), (size, include), &next);
    }
    Ok(response)
}

/// Puts a film on a list; doing it twice is the same as once.
#[utoipa::path(
    put, path = "/api/v1/me/watchlists/{watchlist}/items/add", operation_id = "addEntry", tag = "me", security(("bearer" = [])),
    params(("watchlist" = String, Path, description = "A list's id, or one of the words liked, watched, wish", example = "liked")),
    request_body = EntryBody,
    responses(
        (status = 204, description = "Added"),
        (status = 403, description = "Watchlist is not yours"),
        (status = 404, description = "No such list or film"),
    )
)]
pub async fn add_entry(
    actor: SignedIn,
    list: PathWatchlist,
    body: JsonBody<EntryBody>,
    add: Use<AddToWatchlist>,
) -> Result<HttpResponse, Problem> {
    let film = body.0.check()?;
    add.execute(&actor, AddToWatchlist { list: list.0, film })
        .await?;
    Ok(answer::done())
}

/// Takes a film off a list.
#[utoipa::path(
    delete, path = "/api/v1/me/watchlists/{watchlist}/items/{film_id}", operation_id = "removeEntry", tag = "me", security(("bearer" = [])),
    params(
        ("watchlist" = String, Path, description = "A list's id, or one of the words liked, watched, wish", example = "liked"),
        ("film_id" = uuid::Uuid, Path, description = "The film"),
    ),
    responses(
        (status = 204, description = "Removed"),
        (status = 403, description = "Watchlist is not yours"),
        (status = 404, description = "No such list, or the film is not on it"),
    )
)]
pub async fn remove_entry(
    actor: SignedIn,
    list: PathWatchlist,
    film: PathId<Film>,
    remove: Use<RemoveFromWatchlist>,
) -> Result<HttpResponse, Problem> {
    remove
        .execute(
            &actor,
            RemoveFromWatchlist {
                list: list.0,
                film: film.0,
            },
        )
        .await?;
    Ok(answer::done())
}
