//! The queue in memory.
use super::{
    state::{Database, Stored, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    jobs::{
        Held, RunEnd, Steps, Takeover, Task, TaskKind,
        ports::{
            Beat, Cancelling, Enqueued, JobFilter, JobQueries, JobQueue, NewJob, Offer, Reviving,
            TakenJob,
        },
        views::JobView,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::jobs::{JobId, JobState, LeaseId};

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredJob {
    job: NewJob,
    state: JobState,
    /// As in the database: before when it is not run, or until when somebody runs it.
    due_at: DateTime<Utc>,
    attempts: u32,
    lease: Option<LeaseId>,
    is_cancel_asked: bool,
    steps: Steps,
    problem: Option<String>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl StoredJob {
    fn new(job: &NewJob) -> Self {
        Self {
            job: job.clone(),
            state: JobState::Waiting,
            due_at: job.due_at,
            attempts: 0,
            lease: None,
            is_cancel_asked: false,
            steps: Steps::default(),
            problem: None,
            started_at: None,
            ended_at: None,
        }
    }

    fn kind(&self) -> TaskKind {
        self.job.task.kind()
    }

    fn does_the_same(&self, task: &Task) -> bool {
        self.kind() == task.kind() && self.job.task.key() == task.key()
    }

    fn is_held(&self, now: DateTime<Utc>) -> bool {
        self.state == JobState::Running && self.due_at > now
    }

    fn is_due(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, JobState::Waiting | JobState::Running) && self.due_at <= now
    }

    fn end(&mut self, state: JobState, problem: Option<String>, now: DateTime<Utc>) {
        self.state = state;
        self.problem = problem.or(self.problem.take());
        self.lease = None;
        self.ended_at = Some(now);
    }

    fn wait(&mut self, due_at: DateTime<Utc>) {
        self.state = JobState::Waiting;
        self.due_at = due_at;
        self.lease = None;
    }

    fn view(&self) -> JobView {
        JobView {
            id: self.job.id,
            kind: self.kind().name().to_owned(),
            task: Some(self.job.task.clone()),
            state: self.state,
            priority: self.job.priority,
            due_at: (self.state == JobState::Waiting).then_some(self.due_at),
            attempts: self.attempts,
            is_cancel_asked: self.is_cancel_asked,
            steps: self.steps,
            problem: self.problem.clone(),
            created_at: self.job.created_at,
            started_at: self.started_at,
            ended_at: self.ended_at,
        }
    }
}

impl Stored {
    pub(super) fn enqueue(&mut self, job: &NewJob) -> Result<Enqueued, StoreError> {
        if let Some(waiting) = self.find_waiting(&job.task) {
            return Ok(Enqueued::AlreadyWaiting(waiting));
        }
        if self.jobs.contains_key(&job.id) {
            return Err(duplicate("job"));
        }
        self.jobs.insert(job.id, StoredJob::new(job));
        Ok(Enqueued::New(job.id))
    }

    fn find_waiting(&self, task: &Task) -> Option<JobId> {
        let mut jobs = self.jobs.values();
        let waiting =
            jobs.find(|stored| stored.state == JobState::Waiting && stored.does_the_same(task))?;
        Some(waiting.job.id)
    }

    fn take(&mut self, offer: &Offer<'_>) -> Option<TakenJob> {
        loop {
            let next = self.next_due(offer)?;
            let job = self.jobs.get_mut(&next)?;
            let takeover = match job.state {
                JobState::Running => {
                    Takeover::decide(job.kind(), job.attempts, job.is_cancel_asked)
                }
                JobState::Waiting | JobState::Done | JobState::Failed | JobState::Cancelled => {
                    Takeover::Run
                }
            };
            match takeover {
                Takeover::Cancel => job.end(JobState::Cancelled, None, offer.now),
                Takeover::Fail => {
                    let silent = Some(Takeover::SILENT.to_owned());
                    job.end(JobState::Failed, silent, offer.now);
                }
                Takeover::Run => {
                    job.state = JobState::Running;
                    job.due_at = offer.until;
                    job.lease = Some(offer.lease);
                    job.attempts += 1;
                    job.steps = Steps::default();
                    job.started_at = Some(offer.now);
                    return Some(TakenJob {
                        held: Held {
                            job: next,
                            lease: offer.lease,
                        },
                        task: job.job.task.clone(),
                        attempts: job.attempts,
                        asked_by: None,
                    });
                }
            }
        }
    }

    fn next_due(&self, offer: &Offer<'_>) -> Option<JobId> {
        let has_room = |kind: TaskKind| {
            let held = self.jobs.values();
            let held = held.filter(|job| job.kind() == kind && job.is_held(offer.now));
            u32::try_from(held.count()).is_ok_and(|held| held < kind.at_once())
        };
        let due = self.jobs.values().filter(|job| {
            offer.kinds.contains(&job.kind()) && job.is_due(offer.now) && has_room(job.kind())
        });
        let next = due.min_by_key(|job| (job.job.priority, job.due_at, job.job.id))?;
        Some(next.job.id)
    }

    fn held(&mut self, held: Held) -> Option<&mut StoredJob> {
        let job = self.jobs.get_mut(&held.job)?;
        (job.lease == Some(held.lease)).then_some(job)
    }

    fn beat(&mut self, held: Held, steps: Steps, now: DateTime<Utc>, until: DateTime<Utc>) -> Beat {
        let Some(job) = self.held(held).filter(|job| job.is_held(now)) else {
            return Beat::Lost;
        };
        job.steps = steps;
        job.due_at = until;
        if job.is_cancel_asked {
            Beat::CancelAsked
        } else {
            Beat::Kept
        }
    }

    fn end_run(&mut self, held: Held, end: &RunEnd, steps: Steps, now: DateTime<Utc>) -> bool {
        let Some(job) = self.held(held) else {
            return false;
        };
        job.steps = steps;
        let task = job.job.task.clone();
        let is_superseded = self.find_waiting(&task).is_some();
        let Some(job) = self.held(held) else {
            return false;
        };
        let is_called_off = job.is_cancel_asked || is_superseded;
        match end {
            RunEnd::Done => {
                job.problem = None;
                job.end(JobState::Done, None, now);
            }
            RunEnd::Failed { problem } => job.end(JobState::Failed, Some(problem.clone()), now),
            RunEnd::Cancelled => job.end(JobState::Cancelled, None, now),
            RunEnd::Again { problem, .. } if is_called_off => {
                job.end(JobState::Cancelled, Some(problem.clone()), now);
            }
            RunEnd::HandedBack if is_called_off => job.end(JobState::Cancelled, None, now),
            RunEnd::Again { due_at, problem } => {
                job.problem = Some(problem.clone());
                job.wait(*due_at);
            }
            RunEnd::HandedBack => {
                job.attempts = job.attempts.saturating_sub(1);
                job.wait(now);
            }
        }
        true
    }

    fn cancel_job(&mut self, job: JobId, now: DateTime<Utc>) -> Cancelling {
        let Some(job) = self.jobs.get_mut(&job) else {
            return Cancelling::Unknown;
        };
        match job.state {
            JobState::Running if job.due_at > now => {
                job.is_cancel_asked = true;
                Cancelling::Asked
            }
            JobState::Waiting | JobState::Running => {
                job.end(JobState::Cancelled, None, now);
                Cancelling::Cancelled
            }
            JobState::Done | JobState::Failed | JobState::Cancelled => Cancelling::Over,
        }
    }

    fn revive(&mut self, id: JobId, now: DateTime<Utc>) -> Reviving {
        let Some(job) = self.jobs.get(&id) else {
            return Reviving::Unknown;
        };
        if job.state != JobState::Failed {
            return Reviving::NotFailed;
        }
        if self.find_waiting(&job.job.task).is_some() {
            return Reviving::AlreadyWaiting;
        }
        if let Some(job) = self.jobs.get_mut(&id) {
            job.attempts = 0;
            job.is_cancel_asked = false;
            job.ended_at = None;
            job.wait(now);
        }
        Reviving::Waiting
    }

    fn forget_jobs(&mut self, over: DateTime<Utc>, failed: DateTime<Utc>) -> u64 {
        let all = self.jobs.len();
        self.jobs.retain(|_, job| match job.state {
            JobState::Waiting | JobState::Running => true,
            JobState::Done | JobState::Cancelled => job.ended_at >= Some(over),
            JobState::Failed => job.ended_at >= Some(failed),
        });
        u64::try_from(all - self.jobs.len()).unwrap_or(u64::MAX)
    }

    fn take_tick(&mut self, schedule: &str, tick: DateTime<Utc>) -> bool {
        let last = self.ticks.get(schedule);
        let is_new = last.is_none_or(|last| *last < tick);
        if is_new {
            self.ticks.insert(schedule.to_owned(), tick);
        }
        is_new
    }

    /// What waits to be done, in the order in which it was asked for.
    #[must_use]
    pub fn waiting_tasks(&self) -> Vec<&Task> {
        let waiting = self.jobs.values();
        waiting
            .filter(|stored| stored.state == JobState::Waiting)
            .map(|stored| &stored.job.task)
            .collect()
    }

    /// A job.
    #[must_use]
    pub fn job(&self, job: JobId) -> Option<JobView> {
        self.jobs.get(&job).map(StoredJob::view)
    }

    /// Every job, in the order in which they were asked for.
    #[must_use]
    pub fn all_jobs(&self) -> Vec<JobView> {
        self.jobs.values().map(StoredJob::view).collect()
    }
}

#[async_trait]
impl JobQueue for FakeUnitOfWork {
    async fn enqueue(&self, job: &NewJob) -> Result<Enqueued, StoreError> {
        self.with(|stored| stored.enqueue(job))?
    }

    async fn enqueue_all(&self, jobs: Vec<NewJob>) -> Result<(), StoreError> {
        self.with(|stored| {
            let mut jobs = jobs.iter();
            jobs.try_for_each(|job| stored.enqueue(job).map(drop))
        })?
    }

    async fn take(&self, offer: &Offer<'_>) -> Result<Option<TakenJob>, StoreError> {
        self.with(|stored| stored.take(offer))
    }

    async fn beat(
        &self,
        held: Held,
        steps: Steps,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Beat, StoreError> {
        self.with(|stored| stored.beat(held, steps, now, until))
    }

    async fn end_run(
        &self,
        held: Held,
        end: &RunEnd,
        steps: Steps,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.with(|stored| stored.end_run(held, end, steps, now))
    }

    async fn cancel(&self, job: JobId, now: DateTime<Utc>) -> Result<Cancelling, StoreError> {
        self.with(|stored| stored.cancel_job(job, now))
    }

    async fn revive(&self, job: JobId, now: DateTime<Utc>) -> Result<Reviving, StoreError> {
        self.with(|stored| stored.revive(job, now))
    }

    async fn forget(&self, over: DateTime<Utc>, failed: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| stored.forget_jobs(over, failed))
    }

    async fn take_tick(&self, schedule: &str, tick: DateTime<Utc>) -> Result<bool, StoreError> {
        self.with(|stored| stored.take_tick(schedule, tick))
    }
}

/// Reads of jobs.
#[derive(Clone, Debug, Default)]
pub struct FakeJobQueries {
    pub(super) database: Database,
}

#[async_trait]
impl JobQueries for FakeJobQueries {
    async fn is_any_due(&self, kinds: &[TaskKind], now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.database.read(|stored| {
            let mut jobs = stored.jobs.values();
            jobs.any(|job| kinds.contains(&job.kind()) && job.is_due(now))
        })
    }

    async fn list(
        &self,
        filter: JobFilter,
        page: &PageRequest<JobId>,
    ) -> Result<Page<JobView, JobId>, StoreError> {
        let found = self.database.read(|stored| {
            let jobs = stored.jobs.values().rev();
            jobs.filter(|job| filter.state.is_none_or(|state| job.state == state))
                .filter(|job| filter.kind.is_none_or(|kind| job.kind() == kind))
                .filter(|job| page.after.is_none_or(|after| job.job.id < after))
                .take(usize::from(page.size.get()) + 1)
                .map(StoredJob::view)
                .collect()
        })?;
        Ok(Page::from_overfetched(found, page.size, |job| job.id))
    }

    async fn show(&self, job: JobId) -> Result<Option<JobView>, StoreError> {
        self.database.read(|stored| stored.job(job))
    }
}
