//! Steps within a trace that are worth a span of their own: calls of other services, and caches.
use futures_util::future::Either;
use opentelemetry::{
    Context, KeyValue, StringValue,
    context::FutureExt,
    trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer},
};

/// A step within a trace.
///
/// What it is told MUST be free of secrets and of what people have typed.
#[derive(Clone, Debug)]
pub struct Call {
    name: &'static str,
    kind: SpanKind,
    facts: Vec<KeyValue>,
}

impl Call {
    /// A call of another service.
    #[must_use]
    pub fn outside(name: &'static str) -> Self {
        Self::new(name, SpanKind::Client)
    }

    /// Something within this process.
    #[must_use]
    pub fn within(name: &'static str) -> Self {
        Self::new(name, SpanKind::Internal)
    }

    fn new(name: &'static str, kind: SpanKind) -> Self {
        let facts = Vec::new();
        Self { name, kind, facts }
    }

    /// The same, with something to tell of it.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<StringValue>) -> Self {
        self.facts.push(KeyValue::new(name, value.into()));
        self
    }
}

/// Does something as a step of the current trace, and notes by which name it failed, if it did.
///
/// Outside of a trace that is kept this is the work and nothing else.
pub fn call<T>(
    step: impl FnOnce() -> Call,
    work: impl Future<Output = T>,
    failure: impl FnOnce(&T) -> Option<&'static str>,
) -> impl Future<Output = T> {
    match begun(step) {
        None => Either::Left(work),
        Some(trace) => Either::Right(async move {
            let done = work.with_context(trace.clone()).await;
            let span = trace.span();
            if let Some(failure) = failure(&done) {
                span.set_attribute(KeyValue::new("error.type", failure));
                span.set_status(Status::error(failure));
            }
            span.end();
            done
        }),
    }
}

/// Adds a number to what is told of the current step.
pub fn note(name: &'static str, number: usize) {
    if is_kept() {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        Context::map_current(|context| {
            context.span().set_attribute(KeyValue::new(name, number));
        });
    }
}

/// Adds a word to what is told of the current step.
pub fn note_word(name: &'static str, word: &'static str) {
    if is_kept() {
        Context::map_current(|context| context.span().set_attribute(KeyValue::new(name, word)));
    }
}

fn begun(step: impl FnOnce() -> Call) -> Option<Context> {
    if !is_kept() {
        return None;
    }
    let tracer = crate::tracer()?;
    let Call { name, kind, facts } = step();
    let builder = SpanBuilder::from_name(name)
        .with_kind(kind)
        .with_attributes(facts);
    let parent = Context::current();
    let span = tracer.build_with_context(builder, &parent);
    Some(parent.with_span(span))
}

/// Whether this is part of a trace that is kept.
#[must_use]
pub fn is_kept() -> bool {
    crate::is_on() && Context::map_current(|context| context.span().span_context().is_sampled())
}
