//! Log lines.
use super::traces::Traces;
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
    EnvFilter, Layer,
    fmt::{self, FmtContext, FormatEvent, FormatFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

/// Starts logging to standard error.
///
/// # Errors
/// When the filter cannot be understood.
pub fn start(config: &Config, traces: Option<&Traces>) -> anyhow::Result<()> {
    // The driver repeats the server's notices, which say nothing to an operator.
    // So does the model's client with what the model said, which is nobody's business; what fails
    // there is told by us. Spans of statements are for traces.
    let filter = format!(
        "{},sea_orm=warn,sqlx::postgres::notice=warn,sea_orm_migration=warn,actix_server=warn,async_openai=off",
        config.log
    );
    let filter = EnvFilter::try_new(filter).context("FILMHUB_LOG is not a filter of log lines")?;
    // Who mends things wants to see everything.
    let is_on = filter.max_level_hint() < Some(LevelFilter::DEBUG);
    let registry = tracing_subscriber::registry().with(traces.map(Traces::layer));
    match config.log_format {
        LogFormat::Json => {
            let lines = fmt::layer()
                .json()
                .flatten_event(true)
                .map_event_format(JsonWithTrace)
                .map_event_format(|format| WithoutFaultsOfClients { format, is_on })
                .with_writer(std::io::stderr);
            let lines = lines.with_filter(filter);
            registry.with(lines).try_init()?;
        }
        LogFormat::Pretty => {
            let lines = fmt::layer()
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .map_event_format(PrettyWithTrace)
                .map_event_format(|format| WithoutFaultsOfClients { format, is_on })
                .with_writer(std::io::stderr);
            let lines = lines.with_filter(filter);
            registry.with(lines).try_init()?;
        }
    }
    Ok(())
}

/// JSON that begins with the trace that the line is part of, and the step within it.
struct JsonWithTrace<F>(F);

impl<S, N, F> FormatEvent<S, N> for JsonWithTrace<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> text::Result {
        let Some((trace, span)) = telemetry::ids() else {
            return self.0.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.0
            .format_event(context, Writer::new(&mut line), event)?;
        match line.strip_prefix('{') {
            Some(rest) => write!(
                writer,
                "{{\"trace_id\":\"{trace}\",\"span_id\":\"{span}\",{rest}"
            ),
            None => writer.write_str(&line),
        }
    }
}

/// Lines for people that begin so.
struct PrettyWithTrace<F>(F);

impl<S, N, F> FormatEvent<S, N> for PrettyWithTrace<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> text::Result {
        if let Some((trace, span)) = telemetry::ids() {
            write!(writer, "trace_id={trace} span_id={span} ")?;
        }
        self.0.format_event(context, writer, event)
    }
}

/// Leaves out what the server library calls an error and is none of ours: clients that do not speak
/// HTTP, as every scanner of ports is one. Not a filter: those know of an event only what is the same
/// each time.
struct WithoutFaultsOfClients<F> {
    format: F,
    is_on: bool,
}

impl<S, N, F> FormatEvent<S, N> for WithoutFaultsOfClients<F>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> text::Result {
        if self.is_on && is_fault_of_client(event) {
            return Ok(());
        }
        self.format.format_event(context, writer, event)
    }
}

fn is_fault_of_client(event: &Event<'_>) -> bool {
    /// How the library's lines about them begin.
    const STARTS: [&str; 2] = ["stream error: ", "MAX_BUFFER_SIZE unprocessed data"];
    if !event.metadata().target().starts_with("actix_http") {
        return false;
    }
    let mut message = Message::default();
    event.record(&mut message);
    STARTS.iter().any(|start| message.0.starts_with(start))
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
        let layer = fmt::layer()
            .map_event_format(|format| WithoutFaultsOfClients {
                format,
                is_on: true,
            })
            .with_writer(move || writer.clone());
        let subscriber = tracing_subscriber::registry().with(layer);
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
