//! What users want to hear of, and the pages that links of mails lead to.
mod page;
pub mod pages;
pub mod preferences;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/me/notifications")
        .get(preferences::show_preferences)
        .put(preferences::choose_preferences)
        .open(routes);
    Path::at(pages::VERIFY_EMAIL)
        .get(pages::ask_to_verify)
        .post(pages::verify)
        .open(routes);
    Path::at(pages::RESET_PASSWORD)
        .get(pages::ask_for_password)
        .post(pages::reset)
        .open(routes);
    Path::at(pages::UNSUBSCRIBE)
        .get(pages::ask_to_unsubscribe)
        .post(pages::unsubscribe)
        .open(routes);
}
