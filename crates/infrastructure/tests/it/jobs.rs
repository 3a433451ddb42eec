//! Workers and schedules, on fakes.
use application::{
    fakes::{World, opening_time},
    jobs::{
        RunEnd, Steps, Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
        ports::{NewJob, Offer},
        views::JobView,
    },
    shared::{
        clock::{Clock, IdGenerator},
        store::Store,
    },
};
use async_trait::async_trait;
use chrono::TimeDelta;
use domain::jobs::{JobId, JobState};
use infrastructure::jobs::{JobBell, JobWorker, Schedule, Scheduler, WorkerPorts, WorkerSettings};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a handler does.
#[derive(Clone, Copy)]
enum Conduct {
    Succeeds,
    FailsOnce,
    GivesUp,
    Panics,
    /// Never ends, and does not listen.
    Hangs,
    /// Goes on until it is called off.
    Listens,
}

struct Handler {
    conduct: Conduct,
    begun: AtomicUsize,
    was_dropped: Arc<AtomicBool>,
}

/// Notices that what holds it was dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Handler {
    fn that(conduct: Conduct) -> Arc<Self> {
        Arc::new(Self {
            conduct,
            begun: AtomicUsize::new(0),
            was_dropped: Arc::default(),
        })
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TaskHandler for Handler {
    fn kind(&self) -> TaskKind {
        TaskKind::TidyUp
    }

    async fn handle(&self, _: &Task, progress: &dyn Progress) -> Result<(), TaskFailure> {
        let begun = self.begun.fetch_add(1, Ordering::SeqCst);
        match self.conduct {
            Conduct::FailsOnce if begun == 0 => Err(TaskFailure::Retry {
                after: None,
                cause: "not yet".into(),
            }),
            Conduct::Succeeds | Conduct::FailsOnce => {
                progress.report(2, Some(2)).await;
                Ok(())
            }
            Conduct::GivesUp => Err(TaskFailure::GiveUp("never".into())),
            Conduct::Panics => panic!("out of cheese"),
            Conduct::Hangs => {
                let _noticed = Dropped(Arc::clone(&self.was_dropped));
                progress.report(1, Some(9)).await;
                std::future::pending().await
            }
            Conduct::Listens => {
                while !progress.is_cancelled() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err(TaskFailure::Cancelled)
            }
        }
    }
}

const SETTINGS: WorkerSettings = WorkerSettings {
    at_once: 4,
    lease: Duration::from_millis(300),
    poll: Duration::from_millis(20),
};

fn a_worker(world: &World, handler: &Arc<Handler>, bell: &JobBell) -> JobWorker {
    a_worker_with(world, handler, bell, SETTINGS)
}

fn a_worker_with(
    world: &World,
    handler: &Arc<Handler>,
    bell: &JobBell,
    settings: WorkerSettings,
) -> JobWorker {
    let ports = WorkerPorts {
        store: Arc::new(world.store.clone()),
        queries: Arc::new(world.job_queries.clone()),
        clock: Arc::new(world.clock.clone()),
        ids: Arc::new(world.ids.clone()),
        chance: Arc::new(world.chance.clone()),
    };
    let handler: Arc<dyn TaskHandler> = handler.clone();
    JobWorker::new(ports, &[handler], bell.clone(), settings)
}

/// A worker at work.
struct AtWork {
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl AtWork {
    fn start(worker: JobWorker) -> Self {
        let stopping = CancellationToken::new();
        let until = stopping.clone();
        let task = tokio::spawn(async move { worker.work(until).await });
        Self { stopping, task }
    }

    async fn stop(self) {
        self.stopping.cancel();
        self.task.await.unwrap();
    }
}

async fn enqueue(world: &World) -> JobId {
    let ids: &dyn IdGenerator = &world.ids;
    let job = NewJob::new(ids.next(), Task::TidyUp, world.now());
    let uow = world.store.begin().await.unwrap();
    uow.jobs().enqueue(&job).await.unwrap();
    uow.commit().await.unwrap();
    job.id
}

async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !is_so() {
        assert!(
            tokio::time::Instant::now() < deadline,
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn job(world: &World, job: JobId) -> JobView {
    world.stored().job(job).unwrap()
}

async fn is_in(world: &World, id: JobId, state: JobState) {
    eventually(state.name(), || job(world, id).state == state).await;
}

#[tokio::test]
async fn a_job_is_done_and_how_far_it_went_is_noted() {
    let world = World::new();
    let handler = Handler::that(Conduct::Succeeds);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    is_in(&world, id, JobState::Done).await;
    let steps = Steps {
        done: 2,
        total: Some(2),
    };
    assert_eq!(job(&world, id).steps, steps);
    worker.stop().await;
    assert_eq!(handler.begun(), 1);
}

#[tokio::test]
async fn a_ring_wakes_the_worker_at_once() {
    let world = World::new();
    let handler = Handler::that(Conduct::Succeeds);
    let bell = JobBell::default();
    let settings = WorkerSettings {
        poll: Duration::from_hours(1),
        ..SETTINGS
    };
    let worker = a_worker_with(&world, &handler, &bell, settings);
    let worker = AtWork::start(worker);
    // The worker has looked and found nothing.
    tokio::task::yield_now().await;
    let id = enqueue(&world).await;
    bell.ring();
    is_in(&world, id, JobState::Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_failed_is_tried_again_when_it_has_rested() {
    let world = World::new();
    let handler = Handler::that(Conduct::FailsOnce);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    eventually("the first try", || job(&world, id).problem.is_some()).await;
    let waiting = job(&world, id);
    assert_eq!(waiting.problem.as_deref(), Some("not yet"));
    assert_eq!(
        waiting.due_at,
        Some(opening_time() + TimeDelta::seconds(15))
    );
    world.clock.advance(TimeDelta::seconds(15));
    is_in(&world, id, JobState::Done).await;
    worker.stop().await;
    assert_eq!(handler.begun(), 2);
}

#[tokio::test]
async fn what_will_never_work_has_failed() {
    let world = World::new();
    let handler = Handler::that(Conduct::GivesUp);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    is_in(&world, id, JobState::Failed).await;
    assert_eq!(job(&world, id).problem.as_deref(), Some("never"));
    worker.stop().await;
}

#[tokio::test]
async fn a_panic_is_a_failed_try_and_harms_nobody_else() {
    let world = World::new();
    let handler = Handler::that(Conduct::Panics);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    eventually("the first try", || job(&world, id).problem.is_some()).await;
    let waiting = job(&world, id);
    assert_eq!(waiting.state, JobState::Waiting);
    assert_eq!(
        waiting.problem.as_deref(),
        Some("it panicked: out of cheese")
    );
    world.clock.advance(TimeDelta::minutes(1));
    eventually("the second try", || handler.begun() == 2).await;
    worker.stop().await;
}

#[tokio::test]
async fn a_lease_is_kept_for_as_long_as_the_job_runs() {
    let world = World::new();
    let handler = Handler::that(Conduct::Hangs);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    eventually("the first beat", || job(&world, id).steps.done == 1).await;
    // A lease of 300 ms, beaten for each 100 ms: time passes, and nobody else may take it.
    for _ in 0..5 {
        let commits = world.store.commits();
        eventually("a beat", || world.store.commits() > commits).await;
        world.clock.advance(TimeDelta::milliseconds(100));
    }
    worker.stop().await;
    assert_eq!(handler.begun(), 1);
}

#[tokio::test]
async fn whoever_stops_hands_back_what_is_running() {
    let world = World::new();
    let handler = Handler::that(Conduct::Hangs);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    is_in(&world, id, JobState::Running).await;
    eventually("the handler", || handler.begun() == 1).await;
    worker.stop().await;
    assert!(handler.was_dropped.load(Ordering::SeqCst));
    let back = job(&world, id);
    assert_eq!((back.state, back.attempts), (JobState::Waiting, 0));
    let other = Handler::that(Conduct::Succeeds);
    let worker = AtWork::start(a_worker(&world, &other, &JobBell::default()));
    is_in(&world, id, JobState::Done).await;
    worker.stop().await;
}

/// Calls a job off.
async fn call_off(world: &World, job: JobId) {
    let uow = world.store.begin().await.unwrap();
    uow.jobs().cancel(job, world.now()).await.unwrap();
    uow.commit().await.unwrap();
}

#[tokio::test]
async fn a_job_that_is_called_off_stops_whether_it_listens_or_not() {
    for conduct in [Conduct::Listens, Conduct::Hangs] {
        let world = World::new();
        let handler = Handler::that(conduct);
        let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
        let id = enqueue(&world).await;
        eventually("the handler", || handler.begun() == 1).await;
        call_off(&world, id).await;
        is_in(&world, id, JobState::Cancelled).await;
        worker.stop().await;
    }
}

#[tokio::test]
async fn whoever_lost_the_job_drops_it_and_notes_nothing() {
    let world = World::new();
    let handler = Handler::that(Conduct::Hangs);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    eventually("the handler", || handler.begun() == 1).await;
    // The process sleeps for a minute, and meanwhile somebody else takes the job.
    let uow = world.store.begin().await.unwrap();
    world.clock.advance(TimeDelta::minutes(1));
    let ids: &dyn IdGenerator = &world.ids;
    let now = world.clock.now();
    let offer = Offer {
        kinds: &[TaskKind::TidyUp],
        lease: ids.next(),
        now,
        until: now + TimeDelta::hours(1),
    };
    let taken = uow.jobs().take(&offer).await.unwrap().unwrap();
    uow.commit().await.unwrap();
    let was_dropped = Arc::clone(&handler.was_dropped);
    eventually("it lets go", || was_dropped.load(Ordering::SeqCst)).await;
    assert_eq!(job(&world, id).state, JobState::Running);
    let uow = world.store.begin().await.unwrap();
    let end = uow
        .jobs()
        .end_run(taken.held, &RunEnd::Done, Steps::default(), now);
    assert!(end.await.unwrap());
    uow.commit().await.unwrap();
    worker.stop().await;
    assert_eq!(job(&world, id).state, JobState::Done);
}

#[tokio::test]
async fn a_worker_outlives_a_store_that_is_down_for_a_while() {
    let world = World::new();
    let handler = Handler::that(Conduct::Succeeds);
    let id = enqueue(&world).await;
    world.store.go_down();
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    tokio::time::sleep(SETTINGS.poll * 3).await;
    assert_eq!(handler.begun(), 0);
    world.store.come_back();
    is_in(&world, id, JobState::Done).await;
    worker.stop().await;
}

#[tokio::test]
async fn an_end_that_could_not_be_noted_is_noted_a_little_later() {
    let world = World::new();
    let handler = Handler::that(Conduct::Listens);
    let worker = AtWork::start(a_worker(&world, &handler, &JobBell::default()));
    let id = enqueue(&world).await;
    eventually("the handler", || handler.begun() == 1).await;
    call_off(&world, id).await;
    world.store.refuse_commits();
    tokio::time::sleep(Duration::from_millis(150)).await;
    world.store.accept_commits();
    is_in(&world, id, JobState::Cancelled).await;
    worker.stop().await;
}

fn a_schedule(words: &str) -> Schedule {
    Schedule {
        name: "tidy_up",
        words: words.parse().unwrap(),
        task: Task::TidyUp,
    }
}

fn a_scheduler(world: &World, known: &[TaskKind]) -> Scheduler {
    Scheduler::new(
        Arc::new(world.store.clone()),
        Arc::new(world.clock.clone()),
        Arc::new(world.ids.clone()),
        vec![a_schedule("*/10 * * * *")],
        known,
    )
}

#[tokio::test]
async fn each_tick_fires_once_however_many_instances_run() {
    let world = World::new();
    let mut schedulers = [(); 3].map(|()| a_scheduler(&world, &TaskKind::ALL));
    for tick in 1..=3 {
        for scheduler in &mut schedulers {
            scheduler.fire_what_is_due().await;
            scheduler.fire_what_is_due().await;
        }
        let jobs = world.stored().all_jobs();
        assert_eq!(jobs.len(), tick);
        call_off(&world, jobs[tick - 1].id).await;
        world.clock.advance(TimeDelta::minutes(10));
    }
}

#[tokio::test]
async fn ticks_that_were_missed_fire_once() {
    let world = World::new();
    a_scheduler(&world, &TaskKind::ALL).fire_what_is_due().await;
    let first = world.stored().all_jobs()[0].id;
    call_off(&world, first).await;
    world.clock.advance(TimeDelta::hours(7));
    let mut scheduler = a_scheduler(&world, &TaskKind::ALL);
    scheduler.fire_what_is_due().await;
    scheduler.fire_what_is_due().await;
    assert_eq!(world.stored().waiting_tasks(), [&Task::TidyUp]);
    assert_eq!(world.stored().all_jobs().len(), 2);
}

#[tokio::test]
async fn a_tick_whose_store_was_down_fires_when_it_is_back() {
    let world = World::new();
    let mut scheduler = a_scheduler(&world, &TaskKind::ALL);
    world.store.refuse_commits();
    scheduler.fire_what_is_due().await;
    assert!(world.stored().all_jobs().is_empty());
    world.store.accept_commits();
    scheduler.fire_what_is_due().await;
    assert_eq!(world.stored().waiting_tasks(), [&Task::TidyUp]);
}

#[tokio::test]
async fn nothing_is_put_into_the_queue_that_nobody_here_can_do() {
    let world = World::new();
    let mut scheduler = a_scheduler(&world, &[TaskKind::ImportPages]);
    scheduler.fire_what_is_due().await;
    assert!(world.stored().all_jobs().is_empty());
}
