//! Whether the service answers, and whether it can serve.
pub mod figures;

use crate::http::{
    answer,
    problem::{Part, Problem},
    resource::Path,
    state::{Settings, Use},
};
use actix_web::{HttpResponse, web::ServiceConfig};
use application::{
    shared::actor::Actor,
    upkeep::check_health::{CheckHealth, PartHealth},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Where it is asked whether the process answers.
pub const HEALTHZ: &str = "/healthz";

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at(HEALTHZ).get(show_health).open(routes);
    Path::at("/readyz").get(show_readiness).open(routes);
    Path::at("/api/v1/admin/figures")
        .get(figures::show_figures)
        .open(routes);
}

/// That the process answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthView<'a> {
    #[schema(example = "ok")]
    status: &'a str,
    /// Which version it is.
    version: &'a str,
}

/// That every part answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub struct ReadinessView<'a> {
    #[schema(example = "ready")]
    status: &'a str,
    parts: Vec<Part>,
}

/// Tells that the process answers.
#[utoipa::path(
    get, path = "/healthz", operation_id = "showHealth", tag = "upkeep", security(()),
    responses((status = 200, description = "It answers", body = HealthView<'static>))
)]
pub async fn show_health(settings: Settings) -> Result<HttpResponse, Problem> {
    answer::ok(&HealthView {
        status: "ok",
        version: &settings.version,
    })
}

/// Tells whether database, poster store and search index answer.
#[utoipa::path(
    get, path = "/readyz", operation_id = "showReadiness", tag = "upkeep", security(()),
    responses(
        (status = 200, description = "Every part answers", body = ReadinessView<'static>),
        (status = 503, description = "A part does not answer; `parts` names it"),
    )
)]
pub async fn show_readiness(check: Use<CheckHealth>) -> Result<HttpResponse, Problem> {
    let parts = check.execute(&Actor::Anonymous, CheckHealth).await?;
    let parts: Vec<Part> = parts.iter().map(Part::from).collect();
    if parts.iter().all(|part| part.is_ready) {
        answer::ok(&ReadinessView {
            status: "ready",
            parts,
        })
    } else {
        Err(Problem::not_ready(parts))
    }
}

impl From<&PartHealth> for Part {
    fn from(part: &PartHealth) -> Self {
        Self {
            name: part.name,
            is_ready: part.problem.is_none(),
            code: part.problem,
        }
    }
}
