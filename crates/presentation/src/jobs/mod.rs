//! Jobs, for administrators.
pub mod administer;
pub mod view;

use crate::http::resource::Path;
use actix_web::web::ServiceConfig;

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at("/api/v1/admin/jobs")
        .get(administer::list_jobs)
        .open(routes);
    Path::at("/api/v1/admin/jobs/{job_id}")
        .get(administer::show_job)
        .open(routes);
    Path::at("/api/v1/admin/jobs/{job_id}/cancel")
        .post(administer::cancel_job)
        .open(routes);
    Path::at("/api/v1/admin/jobs/{job_id}/retry")
        .post(administer::retry_job)
        .open(routes);
}
