//! Events that were given up, for administrators.
pub mod administer;
pub mod view;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/admin/events")
        .get(administer::list_dead_events)
        .open(routes);
    Path::at("/api/v1/admin/events/{event_id}/retry")
        .post(administer::retry_event)
        .open(routes);
}
