//! What people tell of films over HTTP.
mod cursors;
pub mod diary;
pub mod hides;
pub mod progress;
pub mod ratings;
pub mod reviews;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me/ratings")
        .get(ratings::list_ratings)
        .open(routes);
    Path::at("/api/v1/me/ratings/{film_id}")
        .get(ratings::show_rating)
        .put(ratings::rate_film)
        .delete(ratings::unrate_film)
        .open(routes);
    Path::at("/api/v1/me/diary")
        .get(diary::list_diary)
        .post(diary::log_viewing)
        .open(routes);
    Path::at("/api/v1/me/diary/{viewing_id}")
        .get(diary::show_viewing)
        .patch(diary::revise_viewing)
        .delete(diary::erase_viewing)
        .open(routes);
    Path::at("/api/v1/me/reviews")
        .get(reviews::list_reviews)
        .open(routes);
    Path::at("/api/v1/me/reviews/{film_id}")
        .get(reviews::show_review)
        .put(reviews::write_review)
        .delete(reviews::delete_review)
        .open(routes);
    Path::at("/api/v1/films/{film_id}/reviews")
        .get(reviews::list_film_reviews)
        .open(routes);
    Path::at("/api/v1/me/progress")
        .get(progress::list_progress)
        .open(routes);
    Path::at("/api/v1/me/progress/{film_id}")
        .put(progress::set_progress)
        .delete(progress::clear_progress)
        .open(routes);
    Path::at("/api/v1/me/hidden/{kind}")
        .get(hides::list_hidden)
        .open(routes);
    Path::at("/api/v1/me/hidden/{kind}/{id}")
        .put(hides::hide)
        .delete(hides::unhide)
        .open(routes);
}
