//! Work that outlives a request.
//!
//! A job waits until it is due, runs under a lease, and ends once: done, failed for good, or cancelled.
//! Whoever runs it holds a lease and loses it by silence; then somebody else may run it again. So a job
//! may be run more than once, and whatever it does must bear that.
mod priority;
mod retry;
mod state;

pub use priority::{Priority, UnknownPriority};
pub use retry::RetryRule;
pub use state::{JobState, UnknownJobState};

use crate::shared::Id;
use chrono::Duration;

/// A piece of work that outlives a request.
#[derive(Debug)]
pub enum Job {}

/// Identifies a job.
pub type JobId = Id<Job>;

/// One run of a job; a later run of the same job has another.
#[derive(Debug)]
pub enum Lease {}

/// Identifies a lease.
pub type LeaseId = Id<Lease>;

/// How long a job is remembered that was done or called off.
#[must_use]
pub const fn kept_when_over() -> Duration {
    Duration::days(7)
}

/// How long a job is remembered that failed for good, so that somebody may look into it.
#[must_use]
pub const fn kept_when_failed() -> Duration {
    Duration::days(30)
}
