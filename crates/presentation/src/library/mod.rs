//! A user's watchlists over HTTP.
pub mod entries;
pub mod view;
pub mod watchlists;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me/watchlists/{watchlist}/items")
        .get(entries::list_entries)
        .open(routes);
    Path::at("/api/v1/me/watchlists/{watchlist}/items/add")
        .put(entries::add_entry)
        .open(routes);
    Path::at("/api/v1/me/watchlists/{watchlist}/items/{film_id}")
        .delete(entries::remove_entry)
        .open(routes);
    Path::at("/api/v1/me/watchlists")
        .get(watchlists::list_watchlists)
        .post(watchlists::create_watchlist)
        .open(routes);
    Path::at("/api/v1/me/watchlists/{watchlist}")
        .get(watchlists::show_watchlist)
        .delete(watchlists::delete_watchlist)
        .open(routes);
}
