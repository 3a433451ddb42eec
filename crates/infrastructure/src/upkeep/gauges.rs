//! What metrics show that nobody counts while it happens: it is looked at when somebody asks.
use crate::{
    catalogue::film_index::FilmIndexState,
    events::{Undelivered, undelivered},
    jobs::{Backlog, backlog},
    persistence::dialect::{Connections, connections, wait_for_connection},
};
use application::{
    assistant::ports::{LanguageModel, ModelState},
    catalogue::sources::{BreakerState, FilmSources, SourceState},
    jobs::TaskKind,
    shared::{clock::Clock, failure::logged},
};
use chrono::{DateTime, Utc};
use metrics::gauge;
use sea_orm::DatabaseConnection;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// Whoever asks for metrics waits no longer for the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is looked at.
pub struct Gauges {
    /// The database.
    pub connection: DatabaseConnection,
    /// The search index.
    pub index: Arc<FilmIndexState>,
    /// Other catalogues.
    pub sources: Arc<dyn FilmSources>,
    /// The language model.
    pub model: Arc<dyn LanguageModel>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Gauges {
    /// Looks at everything. What does not answer in time keeps what it showed before, but for the one
    /// gauge that says so.
    pub async fn look(&self) {
        for source in self.sources.states() {
            show_source(&source);
        }
        match self.model.state() {
            ModelState::NotConfigured => {}
            ModelState::Ready => gauge!("filmhub_model_available").set(1.0),
            ModelState::Resting => gauge!("filmhub_model_available").set(0.0),
        }
        if let Some(figures) = self.index.figures() {
            gauge!("filmhub_index_films").set(number(figures.films));
            gauge!("filmhub_index_age_seconds").set(figures.age);
        }
        let is_up = timeout(PATIENCE, self.look_at_database()).await;
        let is_up = is_up.unwrap_or(false);
        gauge!("filmhub_db_up").set(f64::from(is_up));
        show_connections(connections(&self.connection));
    }

    async fn look_at_database(&self) -> bool {
        let begun = Instant::now();
        if wait_for_connection(&self.connection).await.is_err() {
            return false;
        }
        gauge!("filmhub_db_connection_wait_seconds").set(begun.elapsed());
        let now = self.clock.now();
        match backlog(&self.connection, now).await {
            Ok(found) => show_jobs(&found, now),
            Err(failure) => {
                tracing::debug!(error = logged(&failure), "the jobs could not be counted");
                return false;
            }
        }
        match undelivered(&self.connection).await {
            Ok(found) => show_events(&found, now),
            Err(failure) => {
                tracing::debug!(error = logged(&failure), "the events could not be counted");
                return false;
            }
        }
        true
    }
}

fn show_connections(connections: Connections) {
    let Connections { open, idle, most } = connections;
    let in_use = open.saturating_sub(idle);
    gauge!("filmhub_db_connections", "state" => "in_use").set(in_use);
    gauge!("filmhub_db_connections", "state" => "idle").set(idle);
    gauge!("filmhub_db_connections_max").set(most);
}

fn show_source(state: &SourceState) {
    let source = state.source.name();
    let breaker = match state.breaker {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open => 2.0,
    };
    gauge!("filmhub_source_breaker_state", "source" => source).set(breaker);
    gauge!("filmhub_source_key_refused", "source" => source).set(f64::from(state.is_refused));
    if let Some(left) = state.quota_left {
        gauge!("filmhub_source_quota_remaining", "source" => source).set(left);
    }
}

/// Every kind is shown, also those of which there is none, so that an end of the work is seen.
fn show_jobs(found: &[Backlog], now: DateTime<Utc>) {
    for kind in TaskKind::ALL.map(TaskKind::name) {
        let of_kind = || found.iter().filter(|some| some.kind == kind);
        for state in ["waiting", "running", "failed"] {
            let count = of_kind().find(|some| some.state == state);
            let count = count.map_or(0, |some| some.count);
            gauge!("filmhub_jobs", "kind" => kind, "state" => state).set(number(count));
        }
        let waiting = of_kind().filter(|some| some.state == "waiting");
        let since = waiting.filter_map(|some| some.due_since).min();
        let age = since.and_then(|since| (now - since).to_std().ok());
        gauge!("filmhub_job_oldest_due_seconds", "kind" => kind).set(age.unwrap_or_default());
    }
}

fn show_events(found: &Undelivered, now: DateTime<Utc>) {
    gauge!("filmhub_outbox_events", "state" => "waiting").set(number(found.waiting));
    gauge!("filmhub_outbox_events", "state" => "dead").set(number(found.dead));
    let age = found.oldest.and_then(|at| (now - at).to_std().ok());
    gauge!("filmhub_outbox_oldest_seconds").set(age.unwrap_or_default());
}

fn number(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
