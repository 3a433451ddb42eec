//! Metrics for Prometheus.
use crate::config::MetricsConfig;
use metrics::{
    counter, describe_counter, describe_gauge, describe_histogram, gauge, set_global_recorder,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

/// Bounds of times in seconds: from what memory answers to what a model needs.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0,
];

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Times, counted by how long they are.
    Seconds,
}

/// Every metric of ours: its name, what it is, and what it tells.
pub const ALL: &[(&str, Kind, &str)] = &[
    (
        "filmhub_build_info",
        Kind::Gauge,
        "Always 1; the label tells the version.",
    ),
    (
        "filmhub_cache_total",
        Kind::Counter,
        "Looks into a cache in memory, by cache and outcome.",
    ),
    (
        "filmhub_db_connection_wait_seconds",
        Kind::Gauge,
        "How long a connection to the database was waited for just now.",
    ),
    (
        "filmhub_db_connections",
        Kind::Gauge,
        "Open connections to the database, by state: in_use or idle.",
    ),
    (
        "filmhub_db_connections_max",
        Kind::Gauge,
        "As many connections to the database as there may be.",
    ),
    (
        "filmhub_db_statement_failures_total",
        Kind::Counter,
        "Statements that failed.",
    ),
    (
        "filmhub_db_statement_seconds",
        Kind::Seconds,
        "Time of statements in the database, by operation, without the wait for a connection.",
    ),
    (
        "filmhub_db_up",
        Kind::Gauge,
        "Whether the database answered within two seconds just now.",
    ),
    (
        "filmhub_events_broker_up",
        Kind::Gauge,
        "Whether the broker did what it was asked when this process last used it.",
    ),
    (
        "filmhub_events_dead_lettered_total",
        Kind::Counter,
        "Events of a broker that were given up, by consumer.",
    ),
    (
        "filmhub_events_published_total",
        Kind::Counter,
        "Events handed to a broker, by outcome: confirmed, unrouted (nobody wants it) or failed.",
    ),
    (
        "filmhub_events_total",
        Kind::Counter,
        "Events that were handed on, by outcome: told, again or dead.",
    ),
    (
        "filmhub_http_request_seconds",
        Kind::Seconds,
        "Time to the head of the answer, by method, route (the pattern) and status.",
    ),
    (
        "filmhub_http_requests_in_flight",
        Kind::Gauge,
        "Requests that are being answered.",
    ),
    (
        "filmhub_index_age_seconds",
        Kind::Gauge,
        "How long ago the search index held all that the database had.",
    ),
    (
        "filmhub_index_films",
        Kind::Gauge,
        "Films in the search index.",
    ),
    (
        "filmhub_job_oldest_due_seconds",
        Kind::Gauge,
        "For how long the oldest waiting job could have been run, by kind.",
    ),
    (
        "filmhub_job_run_seconds",
        Kind::Seconds,
        "Time of runs of jobs, by kind.",
    ),
    (
        "filmhub_job_runs_going_on",
        Kind::Gauge,
        "Runs of jobs in this process, by kind.",
    ),
    (
        "filmhub_job_runs_total",
        Kind::Counter,
        "Runs of jobs that have ended, by kind and outcome.",
    ),
    (
        "filmhub_jobs",
        Kind::Gauge,
        "Jobs in the database, by kind and state: waiting, running or failed.",
    ),
    (
        "filmhub_model_available",
        Kind::Gauge,
        "Whether the language model would be asked now; absent where none is configured.",
    ),
    (
        "filmhub_model_request_seconds",
        Kind::Seconds,
        "Time of requests to the language model, by operation.",
    ),
    (
        "filmhub_model_requests_total",
        Kind::Counter,
        "Requests to the language model, by outcome.",
    ),
    (
        "filmhub_outbox_events",
        Kind::Gauge,
        "Events in the database that were not told, by state: waiting or dead.",
    ),
    (
        "filmhub_outbox_oldest_seconds",
        Kind::Gauge,
        "For how long the oldest waiting event has waited.",
    ),
    (
        "filmhub_password_hashing_refused_total",
        Kind::Counter,
        "Passwords that were not looked at because too many waited.",
    ),
    (
        "filmhub_password_hashing_waiting",
        Kind::Gauge,
        "Passwords that wait to be hashed.",
    ),
    (
        "filmhub_redis_available",
        Kind::Gauge,
        "Whether Redis answered when it was last asked.",
    ),
    (
        "filmhub_source_breaker_state",
        Kind::Gauge,
        "What the breaker before a source does: 0 closed, 1 half open, 2 open.",
    ),
    (
        "filmhub_source_cache_total",
        Kind::Counter,
        "Looks into what sources have told, by kind and outcome.",
    ),
    (
        "filmhub_source_key_refused",
        Kind::Gauge,
        "Whether a source refuses the key.",
    ),
    (
        "filmhub_source_quota_remaining",
        Kind::Gauge,
        "Requests left of a source's quota of today.",
    ),
    (
        "filmhub_source_request_seconds",
        Kind::Seconds,
        "Time of requests to a source.",
    ),
    (
        "filmhub_source_requests_total",
        Kind::Counter,
        "Requests to a source, by outcome.",
    ),
    (
        "filmhub_trace_spans_total",
        Kind::Counter,
        "Spans that were to be sent, by outcome: sent or lost.",
    ),
];

/// The metrics of this process.
pub struct Metrics {
    /// Where they are shown.
    pub config: MetricsConfig,
    handle: PrometheusHandle,
    process: Collector,
}

impl Metrics {
    /// Starts to count; before that, counting does nothing.
    ///
    /// # Errors
    /// When somebody counts already.
    pub fn start(config: &MetricsConfig) -> anyhow::Result<Self> {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let recorder = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, &SECONDS)?
            .build_recorder();
        let handle = recorder.handle();
        set_global_recorder(recorder)?;
        for (name, kind, help) in ALL {
            match kind {
                Kind::Counter => describe_counter!(*name, *help),
                Kind::Gauge => describe_gauge!(*name, *help),
                Kind::Seconds => describe_histogram!(*name, *help),
            }
        }
        let process = Collector::default();
        process.describe();
        gauge!("filmhub_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        // What happens seldom is shown before it happens, so that its first time is seen as growth.
        counter!("filmhub_db_statement_failures_total").increment(0);
        counter!("filmhub_password_hashing_refused_total").increment(0);
        gauge!("filmhub_password_hashing_waiting").set(0.0);
        Ok(Self {
            config: config.clone(),
            handle,
            process,
        })
    }

    /// What Prometheus reads.
    pub fn text(&self) -> String {
        self.process.collect();
        self.handle.render()
    }

    /// Puts what was noted into its place; to be done every few seconds, since what was noted takes
    /// memory until then.
    pub fn tidy(&self) {
        self.handle.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DASHBOARD: &str = include_str!("../../deploy/observability/dashboard.json");
    const ALERTS: &str = include_str!("../../deploy/observability/alerts.yml");
    const MANUAL: &str = include_str!("../../docs/OPERATIONS.md");

    /// The names of ours that stand in a text.
    fn names(text: &str) -> Vec<String> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let words = text.split(|c| !is_part(c));
        let ours = words.filter(|word| word.starts_with("filmhub_"));
        let plain = |word: &str| {
            let parts = ["_bucket", "_sum", "_count"];
            let part = parts.iter().find_map(|part| word.strip_suffix(part));
            part.unwrap_or(word).to_owned()
        };
        ours.map(plain).collect()
    }

    #[test]
    fn dashboard_and_alerts_ask_for_metrics_that_there_are() {
        for text in [DASHBOARD, ALERTS] {
            let asked = names(text);
            assert!(!asked.is_empty());
            for name in asked {
                assert!(ALL.iter().any(|(known, ..)| *known == name), "{name}");
            }
        }
    }

    #[test]
    fn every_metric_stands_in_the_manual_and_no_other() {
        let told = names(MANUAL);
        for (name, ..) in ALL {
            assert!(told.iter().any(|told| told == name), "{name}");
        }
        for name in told {
            assert!(ALL.iter().any(|(known, ..)| *known == name), "{name}");
        }
    }

    #[test]
    fn the_dashboard_is_whole() {
        let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
        assert_eq!(dashboard["uid"], "filmhub");
        let panels = dashboard["panels"].as_array().unwrap();
        let mut ids: Vec<_> = panels
            .iter()
            .map(|panel| panel["id"].as_u64().unwrap())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), panels.len());
        for panel in panels.iter().filter(|panel| panel["type"] != "row") {
            let targets = panel["targets"].as_array().unwrap();
            let asks = |target: &serde_json::Value| target["expr"].is_string();
            assert!(!targets.is_empty() && targets.iter().all(asks), "{panel}");
            assert!(panel["gridPos"]["w"].as_u64().unwrap() <= 24);
        }
    }
}
