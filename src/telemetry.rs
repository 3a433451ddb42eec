//! Log lines.
use crate::config::{Config, LogFormat};
use anyhow::Context;
use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be understood.
pub fn start(config: &Config) -> anyhow::Result<()> {
    // The driver repeats the server's notices, which say nothing to an operator.
    // So does the model's client with what the model said, which is nobody's business; what fails
    // there is told by us.
    let filter = format!(
        "{},sqlx::postgres::notice=warn,sea_orm_migration=warn,actix_server=warn,async_openai=off",
        config.log
    );
    let filter = EnvFilter::try_new(filter).context("FILMHUB_LOG is not a filter of log lines")?;
    let registry = tracing_subscriber::registry().with(filter);
    match config.log_format {
        LogFormat::Json => {
            let lines = fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(std::io::stderr);
            registry.with(lines).try_init()?;
        }
        LogFormat::Pretty => {
            let lines = fmt::layer()
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .with_writer(std::io::stderr);
            registry.with(lines).try_init()?;
        }
    }
    Ok(())
}
