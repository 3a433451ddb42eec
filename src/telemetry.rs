//! Log lines.
use crate::config::{Config, LogFormat};
use anyhow::Context;
use std::{
    fmt::{self as text, Write},
    io::IsTerminal,
};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    EnvFilter, Layer, fmt,
    layer::{Context as Place, SubscriberExt},
    util::SubscriberInitExt,
};

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
    let is_mended = filter.max_level_hint() >= Some(LevelFilter::DEBUG);
    let noise = (!is_mended).then_some(FaultsOfClients);
    let registry = tracing_subscriber::registry().with(filter).with(noise);
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

/// Leaves out what the server library calls an error and is none of ours: clients that do not speak
/// HTTP, as every scanner of ports is one.
struct FaultsOfClients;

/// How the library's lines about them begin.
const FAULTS_OF_CLIENTS: [&str; 2] = ["stream error: ", "MAX_BUFFER_SIZE unprocessed data"];

impl<S: Subscriber> Layer<S> for FaultsOfClients {
    fn event_enabled(&self, event: &Event<'_>, _: Place<'_, S>) -> bool {
        if !event.metadata().target().starts_with("actix_http") {
            return true;
        }
        let mut message = Message::default();
        event.record(&mut message);
        !FAULTS_OF_CLIENTS
            .iter()
            .any(|start| message.0.starts_with(start))
    }
}

/// The message of a line.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn text::Debug) {
        if field.name() == "message" {
            // Writing to a string does not fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn faults_of_clients_are_left_out_and_our_own_are_not() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = fmt::layer().with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry()
            .with(FaultsOfClients)
            .with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::error!(target: "actix_http::h1::dispatcher", "stream error: no HTTP");
            tracing::error!(target: "actix_http::h1::dispatcher", "Response payload stream error: 5");
            tracing::error!(target: "filmhub", "stream error: ours");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("payload") && text.contains("ours"), "{text}");
    }
}
