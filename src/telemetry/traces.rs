//! Traces, sent by the protocol of OpenTelemetry over HTTP.
use crate::config::{Sampler, SamplerName, TracesConfig};
use application::shared::clock::IdGenerator;
use infrastructure::system::UuidV7Generator;
use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    propagation::TraceContextPropagator,
    trace::{self as sdk, SdkTracerProvider, SpanData, SpanExporter},
};
use secrecy::ExposeSecret;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tracing::{Level, Metadata, Subscriber, level_filters::LevelFilter, subscriber::Interest};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::{
    Layer,
    layer::{Context, Filter},
    registry::LookupSpan,
};

/// How long a process that ends waits for its last traces to be taken.
const FAREWELL: Duration = Duration::from_secs(3);

/// Where traces go.
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Prepares to send traces; nobody is asked yet. It MUST NOT be called within a runtime.
    ///
    /// # Errors
    /// When the way there cannot be prepared.
    pub fn start(config: &TracesConfig) -> anyhow::Result<Self> {
        let client = reqwest::blocking::Client::builder()
            .no_proxy()
            .timeout(config.timeout)
            .build()?;
        let headers = config.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone(), value.expose_secret().to_owned()));
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(client)
            .with_endpoint(config.endpoint.as_str())
            .with_timeout(config.timeout)
            .with_headers(headers.collect())
            .build()?;
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler(config.sampler))
            .with_resource(resource(config))
            .with_batch_exporter(Minded::new(exporter))
            .build();
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        opentelemetry::global::set_tracer_provider(provider.clone());
        telemetry::turn_on();
        Ok(Self(provider))
    }

    /// Makes spans of use cases and statements part of traces that are kept.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        OpenTelemetryLayer::new(self.0.tracer("filmhub"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(Kept)
    }

    /// Sends what is left, if that is possible within a moment.
    pub fn end(self) {
        if let Err(failure) = self.0.shutdown_with_timeout(FAREWELL) {
            tracing::debug!(error = %failure, "the last traces could not be sent");
        }
    }
}

fn sampler(Sampler { name, part }: Sampler) -> sdk::Sampler {
    use sdk::Sampler::{AlwaysOff, AlwaysOn, ParentBased, TraceIdRatioBased};
    match name {
        SamplerName::AlwaysOn => AlwaysOn,
        SamplerName::AlwaysOff => AlwaysOff,
        SamplerName::TraceIdRatio => TraceIdRatioBased(part),
        SamplerName::ParentBasedAlwaysOn => ParentBased(Box::new(AlwaysOn)),
        SamplerName::ParentBasedAlwaysOff => ParentBased(Box::new(AlwaysOff)),
        SamplerName::ParentBasedTraceIdRatio => ParentBased(Box::new(TraceIdRatioBased(part))),
    }
}

/// What is told of this process with every trace.
fn resource(config: &TracesConfig) -> Resource {
    let own = config.resource.iter();
    let own = own.map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    Resource::builder_empty()
        .with_attribute(KeyValue::new("telemetry.sdk.name", "opentelemetry"))
        .with_attribute(KeyValue::new("telemetry.sdk.language", "rust"))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new(
            "service.instance.id",
            UuidV7Generator.next_uuid().to_string(),
        ))
        .with_attributes(own)
        .with_service_name(config.service_name.clone())
        .build()
}

/// Lets the layer see only what belongs to a trace that is kept: making spans costs far more than
/// asking, and of most traces nobody keeps any.
struct Kept;

impl Kept {
    /// Spans of ours and of statements, but for the two that only log lines need: the trace has its own
    /// for a request and a job.
    fn is_wanted(metadata: &Metadata<'_>) -> bool {
        const OURS: [&str; 5] = [
            "application",
            "infrastructure",
            "presentation",
            "filmhub",
            "sea_orm",
        ];
        const OF_LINES: [&str; 2] = ["http.request", "job"];
        let origin = metadata.target().split("::").next();
        metadata.is_span()
            && *metadata.level() <= Level::INFO
            && origin.is_some_and(|origin| OURS.contains(&origin))
            && !OF_LINES.contains(&metadata.name())
    }
}

impl<S> Filter<S> for Kept {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        Self::is_wanted(metadata) && telemetry::is_kept()
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if Self::is_wanted(metadata) {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }
}

/// Sends traces, counts them, and says once when they cannot be sent and once when they can again.
#[derive(Debug)]
struct Minded<E> {
    exporter: E,
    is_failing: AtomicBool,
}

impl<E> Minded<E> {
    fn new(exporter: E) -> Self {
        Self {
            exporter,
            is_failing: AtomicBool::new(false),
        }
    }
}

impl<E: SpanExporter> SpanExporter for Minded<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = u64::try_from(batch.len()).unwrap_or(u64::MAX);
        let sent = self.exporter.export(batch).await;
        let outcome = if sent.is_ok() { "sent" } else { "lost" };
        metrics::counter!("filmhub_trace_spans_total", "outcome" => outcome).increment(spans);
        let was_failing = self.is_failing.swap(sent.is_err(), Ordering::Relaxed);
        match &sent {
            Err(failure) if !was_failing => tracing::warn!(
                error = %failure,
                "traces cannot be sent and are thrown away; nothing else suffers from it"
            ),
            Ok(()) if was_failing => tracing::info!("traces are sent again"),
            Ok(()) | Err(_) => {}
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::trace::{
        SpanContext, SpanId, SpanKind, TraceContextExt, TraceFlags, TraceId, TraceState,
    };
    use opentelemetry_sdk::trace::{SamplingDecision, ShouldSample};

    fn keeps(name: SamplerName, part: f64, parent: Option<TraceFlags>) -> bool {
        let trace = TraceId::from_bytes([7; 16]);
        let parent = parent.map(|flags| {
            let span = SpanId::from_bytes([1; 8]);
            let state = TraceState::default();
            let remote = SpanContext::new(trace, span, flags, true, state);
            opentelemetry::Context::new().with_remote_span_context(remote)
        });
        let rule = sampler(Sampler { name, part });
        let told = rule.should_sample(parent.as_ref(), trace, "", &SpanKind::Server, &[], &[]);
        told.decision == SamplingDecision::RecordAndSample
    }

    #[test]
    fn the_rules_mean_what_their_names_say() {
        use SamplerName::*;
        let (kept, dropped) = (Some(TraceFlags::SAMPLED), Some(TraceFlags::NOT_SAMPLED));
        assert!(keeps(AlwaysOn, 0.0, dropped) && !keeps(AlwaysOff, 1.0, kept));
        assert!(keeps(TraceIdRatio, 1.0, None) && !keeps(TraceIdRatio, 0.0, None));
        for (rule, begins) in [
            (ParentBasedAlwaysOn, true),
            (ParentBasedAlwaysOff, false),
            (ParentBasedTraceIdRatio, false),
        ] {
            assert_eq!(keeps(rule, 0.0, None), begins, "{rule}");
            assert!(
                keeps(rule, 0.0, kept) && !keeps(rule, 1.0, dropped),
                "{rule}"
            );
        }
    }
}
