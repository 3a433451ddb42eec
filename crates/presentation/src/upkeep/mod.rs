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
    catalogue::sources::SourceState,
    events::broker::BrokerState,
    shared::actor::Actor,
    upkeep::{
        check_health::{CheckHealth, PartHealth},
        show_broker::ShowBroker,
        show_sources::ShowSources,
    },
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Where it is asked whether the process answers.
pub const HEALTHZ: &str = "/healthz";
/// Where it is asked whether it can serve.
pub const READYZ: &str = "/readyz";

/// Opens the paths of this context.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at(HEALTHZ).get(show_health).open(routes);
    Path::at(READYZ).get(show_readiness).open(routes);
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
    /// The sources of films that are configured, in the order in which they are asked. The service
    /// can do without them.
    sources: Vec<SourceView>,
    /// How the broker was when this process last handed it events, where one is configured: `up`, `down`,
    /// or `unknown` until then. While it is down events wait in the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "up")]
    broker: Option<&'static str>,
}

/// How a source of films is.
#[derive(Serialize, ToSchema)]
#[schema(as = FilmSource)]
pub struct SourceView {
    /// Which source.
    #[schema(value_type = String, example = "tmdb")]
    name: &'static str,
    /// Whether it would be asked now.
    is_usable: bool,
    /// What its circuit breaker does: `closed` lets everything through, `half_open` a few, `open`
    /// nothing.
    #[schema(value_type = String, example = "closed")]
    breaker: &'static str,
    /// How many requests are left of today's quota, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<u32>, nullable = false)]
    quota_left: Option<u32>,
    /// Until when its quota is spent, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime<Utc>>, nullable = false)]
    quota_spent_until: Option<DateTime<Utc>>,
    /// Whether it refuses the key.
    is_key_refused: bool,
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

/// Tells whether database, poster store and search index answer, and how the sources of films and the
/// broker are.
#[utoipa::path(
    get, path = "/readyz", operation_id = "showReadiness", tag = "upkeep", security(()),
    responses(
        (status = 200, description = "Every part answers", body = ReadinessView<'static>),
        (status = 503, description = "A part does not answer; `parts` names it"),
    )
)]
pub async fn show_readiness(
    check: Use<CheckHealth>,
    sources: Use<ShowSources>,
    broker: Use<ShowBroker>,
) -> Result<HttpResponse, Problem> {
    let parts = check.execute(&Actor::Anonymous, CheckHealth).await?;
    let parts: Vec<Part> = parts.iter().map(Part::from).collect();
    if parts.iter().all(|part| part.is_ready) {
        let sources = sources.execute(&Actor::Anonymous, ShowSources).await?;
        let broker = broker.execute(&Actor::Anonymous, ShowBroker).await?;
        answer::ok(&ReadinessView {
            status: "ready",
            parts,
            sources: sources.into_iter().map(SourceView::from).collect(),
            broker: broker.map(BrokerState::name),
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

impl From<SourceState> for SourceView {
    fn from(state: SourceState) -> Self {
        Self {
            name: state.source.name(),
            is_usable: state.is_usable(),
            breaker: state.breaker.name(),
            quota_left: state.quota_left,
            quota_spent_until: state.quota_spent_until,
            is_key_refused: state.is_refused,
        }
    }
}
