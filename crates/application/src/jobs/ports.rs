//! What the jobs ask of the outside world.
use super::{Held, RunEnd, Steps, Task, TaskKind, views::JobView};
use crate::shared::{
    page::{Page, PageRequest},
    store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::jobs::{JobId, JobState, LeaseId, Priority};
use shaku::Interface;

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

/// What somebody who has time to run a job offers.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// What kinds of work they know.
    pub kinds: &'a [TaskKind],
    /// By which lease they will hold the job; never used before.
    pub lease: LeaseId,
    /// Now.
    pub now: DateTime<Utc>,
    /// Until when they hold it unless they are heard of.
    pub until: DateTime<Utc>,
}

/// A job to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenJob {
    /// Which job, by which lease.
    pub held: Held,
    /// What there is to do.
    pub task: Task,
    /// How often it has been tried, this time among them.
    pub attempts: u32,
    /// Of which trace whoever asked for it was part, as a W3C `traceparent`, where somebody traces.
    pub asked_by: Option<String>,
}

/// What whoever runs a job learns when they say that they still do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beat {
    /// They hold it until the time they asked for.
    Kept,
    /// They hold it, and are asked to stop.
    CancelAsked,
    /// They hold it no longer. They MUST stop and change nothing more.
    Lost,
}

/// What became of a job that was to be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelling {
    /// There is no such job.
    Unknown,
    /// Nobody ran it, and nobody will.
    Cancelled,
    /// Whoever runs it is asked to stop.
    Asked,
    /// It had ended before.
    Over,
}

/// What became of a failed job that was to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reviving {
    /// There is no such job.
    Unknown,
    /// It waits, with all its attempts before it.
    Waiting,
    /// It has not failed.
    NotFailed,
    /// Another one that does the same waits already.
    AlreadyWaiting,
}

/// Keeps jobs.
///
/// Nothing here waits for a job that somebody else is taking: whoever has time gets another one.
#[async_trait]
pub trait JobQueue: Send + Sync {
    /// Puts a job into the queue, to be run once the unit of work is committed. Of the jobs that do
    /// the same (by kind and [`Task::key`]) one waits at the most, however many add it at once. One
    /// that is running does not count: it may have begun before the change that asks for another.
    async fn enqueue(&self, job: &NewJob) -> Result<Enqueued, StoreError>;
    /// Puts several jobs into the queue, by the same rule. The number of statements MUST NOT depend on
    /// the number of jobs.
    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<(), StoreError>;
    /// Takes the most urgent of the jobs that are due and of a kind that is known, the longest due
    /// first; one whose lease is over is due again, unless [`Takeover`](super::Takeover) says otherwise.
    /// Of many who take at once no two MUST get the same job, and of no kind MUST more be held than
    /// [`TaskKind::at_once`]; a kind that is held so often holds up no other.
    async fn take(&self, offer: &Offer<'_>) -> Result<Option<TakenJob>, StoreError>;
    /// Notes how far a job is, and that it is still run, until `until`. A lease that is over MUST NOT
    /// come to life again: others may have counted on its end.
    async fn beat(
        &self,
        held: Held,
        steps: Steps,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Beat, StoreError>;
    /// Ends a run; says `false` and MUST change nothing when somebody else has taken the job. One that
    /// would wait again but was called off meanwhile is cancelled; so is one beside which another that
    /// does the same waits already.
    async fn end_run(
        &self,
        held: Held,
        end: &RunEnd,
        steps: Steps,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Calls a job off.
    async fn cancel(&self, job: JobId, now: DateTime<Utc>) -> Result<Cancelling, StoreError>;
    /// Makes a failed job wait again.
    async fn revive(&self, job: JobId, now: DateTime<Utc>) -> Result<Reviving, StoreError>;
    /// Forgets jobs that ended before: done or cancelled ones before `over`, failed ones before
    /// `failed`. Says how many.
    async fn forget(&self, over: DateTime<Utc>, failed: DateTime<Utc>) -> Result<u64, StoreError>;
    /// Takes a tick of a schedule; `false` when this one or a later one was taken. Of many who take the
    /// same tick at once exactly one MUST get it.
    async fn take_tick(&self, schedule: &str, tick: DateTime<Utc>) -> Result<bool, StoreError>;
}

/// Which jobs are listed; every condition must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Jobs in this state.
    pub state: Option<JobState>,
    /// Jobs of this kind.
    pub kind: Option<TaskKind>,
}

/// Reads of jobs, each one statement.
#[async_trait]
pub trait JobQueries: Interface {
    /// Whether a job of one of these kinds may be taken, but for what limits its kind. Cheap enough to
    /// be asked every second.
    async fn is_any_due(&self, kinds: &[TaskKind], now: DateTime<Utc>) -> Result<bool, StoreError>;
    /// Lists jobs, the newest first.
    async fn list(
        &self,
        filter: JobFilter,
        page: &PageRequest<JobId>,
    ) -> Result<Page<JobView, JobId>, StoreError>;
    /// Shows a job.
    async fn show(&self, job: JobId) -> Result<Option<JobView>, StoreError>;
}
