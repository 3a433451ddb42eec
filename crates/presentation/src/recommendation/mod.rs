//! What to watch: tonight, next, and together, over HTTP.
pub mod companions;
pub mod models;
pub mod recommendations;
pub mod similar;
pub mod together;
pub mod tonight;
pub mod view;
mod wishes;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/recommend")
        .post(tonight::recommend_tonight)
        .open(routes);
    Path::at("/api/v1/recommend/together")
        .post(together::recommend_together)
        .open(routes);
    Path::at("/api/v1/me/recommendations")
        .get(recommendations::list_recommendations)
        .open(routes);
    Path::at("/api/v1/films/{film_id}/similar")
        .get(similar::list_similar)
        .open(routes);
    Path::at("/api/v1/admin/recommender/models")
        .get(models::list_models)
        .open(routes);
    Path::at("/api/v1/admin/recommender/trainings")
        .post(models::train_model)
        .open(routes);
    Path::at("/api/v1/admin/recommender/serving")
        .put(models::choose_model)
        .open(routes);
    Path::at("/api/v1/me/companions")
        .get(companions::list_companions)
        .post(companions::invite_companion)
        .open(routes);
    Path::at("/api/v1/me/companions/{companion_id}")
        .delete(companions::end_companionship)
        .open(routes);
    Path::at("/api/v1/me/companions/{companion_id}/accept")
        .post(companions::accept_companion)
        .open(routes);
    Path::at("/api/v1/me/companions/{companion_id}/decline")
        .post(companions::decline_companion)
        .open(routes);
}
