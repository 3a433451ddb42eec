//! What the jobs ask of the outside world.
use super::Task;
use crate::shared::store::StoreError;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::jobs::{JobId, Priority};

/// The queue, bound to one unit of work.
pub trait JobStores {
    /// The queue.
    fn jobs(&self) -> &dyn JobQueue;
}

/// A job to be put into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Which job.
    pub id: JobId,
    /// What there is to do.
    pub task: Task,
    /// How urgent it is.
    pub priority: Priority,
    /// Before when it is not to be run.
    pub due_at: DateTime<Utc>,
    /// When somebody asked for it.
    pub created_at: DateTime<Utc>,
}

impl NewJob {
    /// A job to be run as soon as it can be, as urgent as its kind is.
    #[must_use]
    pub const fn new(id: JobId, task: Task, now: DateTime<Utc>) -> Self {
        let priority = task.kind().priority();
        Self {
            id,
            task,
            priority,
            due_at: now,
            created_at: now,
        }
    }

    /// The same, as urgent as this.
    #[must_use]
    pub fn with_priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    /// The same, not to be run before a time.
    #[must_use]
    pub fn not_before(self, due_at: DateTime<Utc>) -> Self {
        Self { due_at, ..self }
    }
}

/// What became of a job that was to be put into the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It is in the queue.
    New(JobId),
    /// It is not: this one, which does the same, was waiting already.
    AlreadyWaiting(JobId),
}

impl Enqueued {
    /// The job that will do it.
    #[must_use]
    pub const fn job(self) -> JobId {
        match self {
            Self::New(job) | Self::AlreadyWaiting(job) => job,
        }
    }
}

/// Keeps jobs.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Puts a job into the queue, to be run once the unit of work is committed. Of the jobs that do
    /// the same (by kind and [`Task::key`]) one waits at the most, however many add it at once. One
    /// that is running does not count: it may have begun before the change that asks for another.
    async fn enqueue(&self, job: &NewJob) -> Result<Enqueued, StoreError>;
}
