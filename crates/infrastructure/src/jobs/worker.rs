//! Who takes jobs from the queue and has them done.
use super::{bell::JobBell, progress::RunProgress};
use application::{
    jobs::{
        RunEnd, TaskKind,
        handler::{TaskFailure, TaskHandler},
        ports::{Beat, JobQueries, Offer, TakenJob},
    },
    shared::{
        clock::{Chance, Clock, IdGenerator},
        failure::logged,
        store::{Store, StoreError},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use metrics::{counter, gauge, histogram};
use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerSettings {
    /// How many jobs it runs at once.
    pub at_once: usize,
    /// How long a job is held without its runner being heard of. Too short, and a pause of the process
    /// or of the database makes a job run twice; too long, and the jobs of a dead process wait.
    pub lease: Duration,
    /// How often it looks for jobs that other processes have put into the queue.
    pub poll: Duration,
}

/// Takes jobs from the queue and has them done by who knows how.
#[derive(Clone)]
pub struct JobWorker(Arc<Inner>);

struct Inner {
    store: Arc<dyn Store>,
    queries: Arc<dyn JobQueries>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    chance: Arc<dyn Chance>,
    handlers: HashMap<TaskKind, Arc<dyn TaskHandler>>,
    kinds: Vec<TaskKind>,
    bell: JobBell,
    settings: WorkerSettings,
}

/// What a worker needs of the outside world.
pub struct WorkerPorts {
    /// Where the queue is.
    pub store: Arc<dyn Store>,
    /// Reads of the queue.
    pub queries: Arc<dyn JobQueries>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Names of leases.
    pub ids: Arc<dyn IdGenerator>,
    /// Lots for the rests between tries.
    pub chance: Arc<dyn Chance>,
}

impl JobWorker {
    /// A worker that knows what these handlers know.
    #[must_use]
    pub fn new(
        ports: WorkerPorts,
        handlers: &[Arc<dyn TaskHandler>],
        bell: JobBell,
        settings: WorkerSettings,
    ) -> Self {
        let handlers: HashMap<_, _> = handlers
            .iter()
            .map(|handler| (handler.kind(), Arc::clone(handler)))
            .collect();
        let mut kinds: Vec<TaskKind> = handlers.keys().copied().collect();
        kinds.sort_unstable();
        Self(Arc::new(Inner {
            store: ports.store,
            queries: ports.queries,
            clock: ports.clock,
            ids: ports.ids,
            chance: ports.chance,
            handlers,
            kinds,
            bell,
            settings,
        }))
    }

    /// What kinds of work it knows.
    #[must_use]
    pub fn kinds(&self) -> &[TaskKind] {
        &self.0.kinds
    }

    /// Works until it is told to stop; jobs that are running then are handed back.
    pub async fn work(&self, stopping: CancellationToken) {
        let mut runs = JoinSet::new();
        let mut is_down = false;
        while !stopping.is_cancelled() {
            self.take_what_is_due(&mut runs, &mut is_down, &stopping)
                .await;
            let has_room = runs.len() < self.0.settings.at_once;
            tokio::select! {
                () = stopping.cancelled() => {}
                Some(_) = runs.join_next() => {}
                () = self.0.bell.rung(), if has_room => {}
                () = sleep(self.0.settings.poll), if has_room => {}
            }
        }
        while runs.join_next().await.is_some() {}
    }

    async fn take_what_is_due(
        &self,
        runs: &mut JoinSet<()>,
        is_down: &mut bool,
        stopping: &CancellationToken,
    ) {
        while runs.len() < self.0.settings.at_once {
            match self.0.take().await {
                Ok(Some(job)) => {
                    let inner = Arc::clone(&self.0);
                    let stopping = stopping.clone();
                    runs.spawn(async move { inner.run(job, stopping).await });
                }
                Ok(None) => {
                    *is_down = false;
                    return;
                }
                Err(failure) => {
                    if !*is_down {
                        tracing::warn!(
                            error = logged(&failure),
                            "the queue of jobs does not answer, trying again"
                        );
                    }
                    *is_down = true;
                    return;
                }
            }
        }
    }
}

impl Inner {
    async fn take(&self) -> Result<Option<TakenJob>, StoreError> {
        let now = self.clock.now();
        // Looking takes no lock; there is nothing most of the time.
        if !self.queries.is_any_due(&self.kinds, now).await? {
            return Ok(None);
        }
        let uow = self.store.begin().await?;
        // Begun may mean waited: the lease starts now.
        let now = self.clock.now();
        let offer = Offer {
            kinds: &self.kinds,
            lease: self.ids.next(),
            now,
            until: self.lease_from(now),
        };
        let taken = uow.jobs().take(&offer).await?;
        uow.commit().await?;
        Ok(taken)
    }

    fn lease_from(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::from_std(self.settings.lease).unwrap_or(TimeDelta::MAX / 2)
    }

    /// Runs a job, and notes how that ended unless somebody else has taken it.
    async fn run(&self, job: TakenJob, stopping: CancellationToken) {
        let kind = job.task.kind();
        let span = tracing::info_span!(
            "job",
            job.id = %job.held.job,
            job.kind = kind.name(),
            job.attempt = job.attempts
        );
        let trace = telemetry::job(kind.name(), job.asked_by.as_deref());
        let run = async {
            let begun = Instant::now();
            let _running = Running::begin(kind);
            let progress = RunProgress::default();
            let end = tokio::select! {
                biased;
                end = self.handle(&job, &progress) => Some(end),
                end = self.watch(&job, &progress) => end,
                () = stopping.cancelled() => Some(RunEnd::HandedBack),
            };
            let Some(end) = end else {
                tracing::warn!("the job was taken over by somebody else");
                return;
            };
            tell(kind, &end, begun.elapsed());
            self.note(&job, &end, &progress).await;
        };
        telemetry::following(trace, run.instrument(span)).await;
    }

    async fn handle(&self, job: &TakenJob, progress: &RunProgress) -> RunEnd {
        let kind = job.task.kind();
        let Some(handler) = self.handlers.get(&kind) else {
            // What is taken is always of a kind that has a handler.
            return RunEnd::HandedBack;
        };
        let run = AssertUnwindSafe(handler.handle(&job.task, progress));
        let failure = match run.catch_unwind().await {
            Ok(Ok(())) => return RunEnd::Done,
            Ok(Err(failure)) => failure,
            Err(panic) => TaskFailure::Retry {
                after: None,
                cause: format!("it panicked: {}", words(panic.as_ref())).into(),
            },
        };
        self.end_of(job, &failure)
    }

    fn end_of(&self, job: &TakenJob, failure: &TaskFailure) -> RunEnd {
        let (lot, now) = (self.chance.draw(), self.clock.now());
        RunEnd::of_failure(job.task.kind(), job.attempts, failure, lot, now)
    }

    /// Keeps the lease for as long as the handler runs. Ends when the handler is to be dropped: with
    /// nothing when somebody else has the job.
    async fn watch(&self, job: &TakenJob, progress: &RunProgress) -> Option<RunEnd> {
        let limit = job.task.kind().time_limit().to_std().unwrap_or_default();
        let limit = Instant::now() + limit;
        let mut held_until = self.lease_from(self.clock.now());
        loop {
            tokio::select! {
                () = self.pause(progress) => {}
                () = sleep_until(limit) => return Some(self.end_of(job, &TaskFailure::Retry {
                    after: None,
                    cause: "it took too long".into(),
                })),
            }
            match self.beat(job, progress).await {
                Ok((Beat::Kept, until)) => held_until = until,
                Ok((Beat::CancelAsked, _)) => {
                    progress.cancel();
                    // The handler has a moment to stop by itself, for as long as the job is held.
                    sleep(self.period()).await;
                    return Some(RunEnd::Cancelled);
                }
                Ok((Beat::Lost, _)) => return None,
                Err(_) if self.clock.now() >= held_until => return None,
                Err(failure) => tracing::warn!(
                    error = logged(&failure),
                    "the job could not be kept, trying again"
                ),
            }
        }
    }

    /// A third of the lease, so that two beats may fail.
    fn period(&self) -> Duration {
        const LONGEST: Duration = Duration::from_secs(10);
        (self.settings.lease / 3).min(LONGEST)
    }

    /// Waits until it is time to be heard of: soon after there is news, and in any case in time.
    async fn pause(&self, progress: &RunProgress) {
        const SOON: Duration = Duration::from_secs(1);
        let period = self.period();
        let soon = SOON.min(period);
        sleep(soon).await;
        tokio::select! {
            () = progress.news() => {}
            () = sleep(period.saturating_sub(soon)) => {}
        }
    }

    async fn beat(
        &self,
        job: &TakenJob,
        progress: &RunProgress,
    ) -> Result<(Beat, DateTime<Utc>), StoreError> {
        let uow = self.store.begin().await?;
        let now = self.clock.now();
        let until = self.lease_from(now);
        let beat = uow
            .jobs()
            .beat(job.held, progress.steps(), now, until)
            .await?;
        uow.commit().await?;
        Ok((beat, until))
    }

    /// Notes how a run ended. When that fails for long the job is run again by somebody, which does no
    /// harm.
    async fn note(&self, job: &TakenJob, end: &RunEnd, progress: &RunProgress) {
        const TRIES: u32 = 5;
        const FIRST_PAUSE: Duration = Duration::from_millis(200);
        for attempt in 0..TRIES {
            match self.end_run(job, end, progress).await {
                Ok(true) => return,
                Ok(false) => {
                    tracing::warn!("the job was taken over by somebody else");
                    return;
                }
                Err(failure) => tracing::warn!(
                    error = logged(&failure),
                    "the end of the job could not be noted"
                ),
            }
            sleep(FIRST_PAUSE * 2_u32.pow(attempt)).await;
        }
    }

    async fn end_run(
        &self,
        job: &TakenJob,
        end: &RunEnd,
        progress: &RunProgress,
    ) -> Result<bool, StoreError> {
        let uow = self.store.begin().await?;
        let now = self.clock.now();
        let steps = progress.steps();
        let is_noted = uow.jobs().end_run(job.held, end, steps, now).await?;
        uow.commit().await?;
        Ok(is_noted)
    }
}

/// A run that goes on.
struct Running(TaskKind);

impl Running {
    fn begin(kind: TaskKind) -> Self {
        gauge!("filmhub_job_runs_going_on", "kind" => kind.name()).increment(1.0);
        Self(kind)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        gauge!("filmhub_job_runs_going_on", "kind" => self.0.name()).decrement(1.0);
    }
}

fn tell(kind: TaskKind, end: &RunEnd, took: Duration) {
    let outcome = match end {
        RunEnd::Done => "done",
        RunEnd::Cancelled => "cancelled",
        RunEnd::HandedBack => "handed_back",
        RunEnd::Again { .. } => "again",
        RunEnd::Failed { .. } => "failed",
    };
    counter!("filmhub_job_runs_total", "kind" => kind.name(), "outcome" => outcome).increment(1);
    histogram!("filmhub_job_run_seconds", "kind" => kind.name()).record(took);
    if matches!(end, RunEnd::Again { .. } | RunEnd::Failed { .. }) {
        telemetry::note_failure(outcome);
    }
    let duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match end {
        RunEnd::Done => tracing::info!(duration_ms, "done"),
        RunEnd::Cancelled => tracing::info!(duration_ms, "cancelled"),
        RunEnd::HandedBack => tracing::info!(duration_ms, "handed back"),
        RunEnd::Again { due_at, problem } => {
            tracing::warn!(duration_ms, problem, %due_at, "failed, it will be tried again");
        }
        RunEnd::Failed { problem } => tracing::error!(duration_ms, problem, "failed for good"),
    }
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}
