//! What is told of jobs.
use super::{Steps, Task};
use chrono::{DateTime, Utc};
use domain::jobs::{JobId, JobState, Priority};

/// A job, as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    /// Which job.
    pub id: JobId,
    /// The name of its kind, which may be one that only a newer version knows.
    pub kind: String,
    /// What there is to do, where this version can read it.
    pub task: Option<Task>,
    /// Where it is in its life.
    pub state: JobState,
    /// How urgent it is.
    pub priority: Priority,
    /// Before when it is not run, while it waits.
    pub due_at: Option<DateTime<Utc>>,
    /// How often it has been tried.
    pub attempts: u32,
    /// Whether somebody has asked whoever runs it to stop.
    pub is_cancel_asked: bool,
    /// How far it is.
    pub steps: Steps,
    /// What went wrong the last time.
    pub problem: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was last begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
}
