//! Takes a trace along: into other tasks, other processes and log lines.
use futures_util::future::Either;
use opentelemetry::{
    Context,
    context::FutureExt,
    propagation::{Extractor, Injector},
    trace::{SpanContext, SpanId, TraceContextExt, TraceId},
};
use tracing::Instrument;

/// The headers by which a trace is handed on (W3C Trace Context).
const TRACE_PARENT: &str = "traceparent";
const TRACE_STATE: &str = "tracestate";

/// What somebody who calls says of the trace that they are part of: the headers of W3C Trace Context.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// Their `traceparent`.
    pub parent: Option<&'a str>,
    /// Their `tracestate`.
    pub state: Option<&'a str>,
}

impl<'a> Caller<'a> {
    /// Reads their headers.
    pub fn of(header: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        Self {
            parent: header(TRACE_PARENT),
            state: header(TRACE_STATE),
        }
    }

    /// Where their trace is; nowhere if they say nothing of it, or nonsense.
    pub(crate) fn place(&self) -> Context {
        let nowhere = Context::new();
        if self.parent.is_none() {
            return nowhere;
        }
        opentelemetry::global::get_text_map_propagator(|propagator| {
            propagator.extract_with_context(&nowhere, self)
        })
    }
}

impl Extractor for Caller<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACE_PARENT => self.parent,
            TRACE_STATE => self.state,
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACE_PARENT, TRACE_STATE]
    }
}

/// Collects headers for somebody who is called.
struct Collected(Vec<(&'static str, String)>);

impl Injector for Collected {
    fn set(&mut self, key: &str, value: String) {
        let known = [TRACE_PARENT, TRACE_STATE].into_iter();
        // A state that is empty says nothing.
        for name in known.filter(|name| *name == key && !value.is_empty()) {
            self.0.push((name, value.clone()));
        }
    }
}

/// The headers that hand the current trace on; none where there is no trace.
#[must_use]
pub fn outgoing() -> Vec<(&'static str, String)> {
    if !crate::is_on() {
        return Vec::new();
    }
    let mut collected = Collected(Vec::new());
    opentelemetry::global::get_text_map_propagator(|propagator| {
        propagator.inject(&mut collected);
    });
    collected.0
}

/// The current trace in one word, by which it can be gone on with later; none where there is no trace.
#[must_use]
pub fn current() -> Option<String> {
    let headers = outgoing();
    let parent = headers.into_iter().find(|(name, _)| *name == TRACE_PARENT);
    parent.map(|(_, value)| value)
}

/// The trace and the span that this is part of.
#[must_use]
pub fn ids() -> Option<(TraceId, SpanId)> {
    if !crate::is_on() {
        return None;
    }
    let ids = |context: &SpanContext| (context.trace_id(), context.span_id());
    Context::map_current(|context| {
        let span = context.span();
        let found = span.span_context();
        found.is_valid().then(|| ids(found))
    })
}

/// Does something as a part of a trace.
pub fn following<F: Future>(trace: Option<Context>, work: F) -> impl Future<Output = F::Output> {
    match trace {
        Some(trace) => Either::Left(work.with_context(trace)),
        None => Either::Right(work),
    }
}

/// Takes the current trace and span along into a task of its own.
pub fn carried<F: Future>(work: F) -> impl Future<Output = F::Output> {
    let trace = crate::is_on().then(Context::current);
    // The span within, or else it would put its own place before the step that is under way.
    following(trace, work).in_current_span()
}
