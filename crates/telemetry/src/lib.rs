//! Traces, in the few words that the layers need for them.
//!
//! The layers that speak to the outside (HTTP, jobs, other services) say here where a trace goes on,
//! and the binary says where traces are sent. Until [`turn_on`] is called, and within a trace that is
//! not sampled, all of it costs next to nothing.
//!
//! Use cases and statements are spans of `tracing` and become part of the trace by themselves.
mod carrying;
mod outside;
mod roots;

pub use carrying::{Caller, carried, current, following, ids, outgoing};
pub use outside::{Call, call, is_kept, note, note_word};
pub use roots::{job, note_answer, note_failure, request};

use opentelemetry::global::BoxedTracer;
use std::sync::OnceLock;

static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// Says that traces are wanted; the tracer provider and the propagator of the process must be set by
/// then.
pub fn turn_on() {
    TRACER.get_or_init(|| opentelemetry::global::tracer("filmhub"));
}

/// Whether traces are wanted at all.
#[must_use]
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

fn tracer() -> Option<&'static BoxedTracer> {
    TRACER.get()
}
