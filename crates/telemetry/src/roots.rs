//! Where a trace begins or comes in: a request, and the run of a job.
use crate::Caller;
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanBuilder, SpanKind, SpanRef, Status, TraceContextExt, Tracer},
};

/// The trace of a request; it goes on where the caller's is.
///
/// It is given even if nobody wants to keep it, so that those who are called learn so.
#[must_use]
pub fn request(method: &'static str, caller: Caller<'_>) -> Option<Context> {
    begin(method, SpanKind::Server, caller)
}

/// The trace of a job's run; it goes on where that of whoever asked for it was, by its name.
#[must_use]
pub fn job(kind: &'static str, asked_by: Option<&str>) -> Option<Context> {
    let caller = Caller {
        parent: asked_by,
        state: None,
    };
    begin(kind, SpanKind::Consumer, caller)
}

/// Does something to the current span, if it is kept.
fn on_span(change: impl FnOnce(&SpanRef<'_>)) {
    if crate::is_kept() {
        Context::map_current(|context| change(&context.span()));
    }
}

fn begin(name: &'static str, kind: SpanKind, caller: Caller<'_>) -> Option<Context> {
    let tracer = crate::tracer()?;
    let parent = caller.place();
    let builder = SpanBuilder::from_name(name).with_kind(kind);
    let span = tracer.build_with_context(builder, &parent);
    Some(parent.with_span(span))
}

/// Notes how the request was answered that this is part of: the method, which MUST be one of the known
/// ones, the pattern of the path, the status, and by which code it failed, if it did.
pub fn note_answer(
    method: &'static str,
    route: &'static str,
    status: u16,
    failure: Option<&'static str>,
) {
    on_span(|span| {
        let name = if route.is_empty() {
            method.to_owned()
        } else {
            format!("{method} {route}")
        };
        span.update_name(name);
        span.set_attribute(KeyValue::new("http.request.method", method));
        span.set_attribute(KeyValue::new("http.route", route));
        span.set_attribute(KeyValue::new(
            "http.response.status_code",
            i64::from(status),
        ));
        if let Some(failure) = failure {
            span.set_attribute(KeyValue::new("error.type", failure));
        }
        if status >= 500 {
            span.set_status(Status::error(failure.unwrap_or_default()));
        }
    });
}

/// Notes by which code something failed that this is part of.
pub fn note_failure(code: &str) {
    on_span(|span| {
        span.set_attribute(KeyValue::new("error.type", code.to_owned()));
        span.set_status(Status::error(""));
    });
}
