//! Films, their posters, genres and moods over HTTP.
pub mod edit_film;
pub mod film_view;
pub mod images;
pub mod list_films;
pub mod mine;
pub mod order_films;
pub mod poster;
pub mod poster_files;
pub mod poster_urls;
pub mod search_films;
pub mod show_film;
pub mod vocabulary;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;
use application::shared::limiter::Counted;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    images::routes(routes);
    Path::at("/api/v1/films/search")
        .counted_as(Counted::Search)
        .get(search_films::search_films)
        .open(routes);
    Path::at("/api/v1/films/{film_id}")
        .get(show_film::show_film)
        .put(edit_film::update_film)
        .open(routes);
    Path::at("/api/v1/films")
        .get(list_films::list_films)
        .post(edit_film::create_film)
        .open(routes);
    Path::at("/api/v1/films/{film_id}/details")
        .get(show_film::show_film_details)
        .open(routes);
    Path::at("/api/v1/films/{film_id}/poster")
        .uncrowded()
        .put(poster::set_poster)
        .delete(poster::remove_poster)
        .open(routes);
    Path::at("/api/v1/genres")
        .get(vocabulary::list_genres)
        .open(routes);
    Path::at("/api/v1/genres/{genre_id}")
        .get(vocabulary::show_genre)
        .open(routes);
    Path::at("/api/v1/moods")
        .get(vocabulary::list_moods)
        .open(routes);
    Path::at("/api/v1/moods/{mood_id}")
        .get(vocabulary::show_mood)
        .open(routes);
    Path::at("/api/v1/admin/imports")
        .post(order_films::import_films)
        .open(routes);
    Path::at("/api/v1/admin/films/{film_id}/refresh")
        .post(order_films::refresh_film)
        .open(routes);
    Path::at("/api/v1/admin/refreshes")
        .post(order_films::refresh_films)
        .open(routes);
}
