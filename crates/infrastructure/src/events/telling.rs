//! What is counted of events on their way to a broker and from it.
use metrics::counter;

/// Counts events that were to be published: `confirmed`, `unrouted` (nobody asked for it) or `failed`.
pub(super) fn tell(outcome: &'static str, events: usize) {
    let events = u64::try_from(events).unwrap_or(u64::MAX);
    counter!("filmhub_events_published_total", "outcome" => outcome).increment(events);
}
