//! Log lines, metrics and traces.
mod lines;
mod metrics;
mod page;
mod traces;

use crate::config::Config;
use anyhow::Context;
use infrastructure::upkeep::Gauges;
use metrics::Metrics;
use std::sync::Arc;
use traces::Traces;

/// Whether a process runs for long and is watched while it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// It serves or works.
    Yes,
    /// It does one thing and ends.
    No,
}

/// What tells how the process is.
pub struct Telemetry {
    metrics: Option<Arc<Metrics>>,
    traces: Option<Traces>,
}

impl Telemetry {
    /// Starts logging to standard error and, in a process that is watched, what the configuration asks
    /// for.
    ///
    /// # Errors
    /// When the filter of log lines cannot be understood, or the way to where traces go cannot be
    /// prepared.
    pub fn start(config: &Config, watched: Watched) -> anyhow::Result<Self> {
        let is_watched = watched == Watched::Yes;
        let metrics = config.metrics.as_ref().filter(|_| is_watched);
        let metrics = metrics.map(Metrics::start).transpose()?.map(Arc::new);
        let traces = config.traces.as_ref().filter(|_| is_watched);
        let traces = traces.map(Traces::start).transpose();
        let traces = traces.context("traces cannot be sent")?;
        lines::start(config, traces.as_ref())?;
        Ok(Self { metrics, traces })
    }

    /// Shows metrics from now on, where that is configured.
    ///
    /// # Errors
    /// When the port cannot be listened on.
    pub fn show(&self, gauges: Gauges) -> anyhow::Result<()> {
        match &self.metrics {
            Some(metrics) => page::serve(metrics, gauges),
            None => Ok(()),
        }
    }

    /// Sends what is left to be sent, for a moment.
    pub fn end(self) {
        if let Some(traces) = self.traces {
            traces.end();
        }
    }
}
