//! What people tell of films over HTTP.
mod cursors;
pub mod ratings;
pub mod stats;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me/stats")
        .get(stats::show_stats)
        .open(routes);
    Path::at("/api/v1/me/stats/years/{year}")
        .get(stats::show_year)
        .open(routes);
    Path::at("/api/v1/me/ratings")
        .get(ratings::list_ratings)
        .open(routes);
    Path::at("/api/v1/me/ratings/{film_id}")
        .get(ratings::show_rating)
        .put(ratings::rate_film)
        .delete(ratings::unrate_film)
        .open(routes);
}
