//! What administrators do with jobs.
use crate::support::{code, enqueue, jobs_in_every_state, run_next};
use application::{
    fakes::{World, a_user},
    jobs::{
        Task, TaskKind,
        administer::{CancelJob, ListJobs, RetryJob, ShowJob},
        handler::{Progress, TaskHandler},
        ports::JobFilter,
    },
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    jobs::{JobId, JobState},
    shared::Id,
};
use shaku::HasComponents;
use std::collections::HashSet;

fn admin(world: &World) -> Actor {
    world.signed_in(&world.has(a_user().admin()))
}

fn list(filter: JobFilter) -> ListJobs {
    let size = PageSize::default();
    let page = PageRequest { size, after: None };
    ListJobs { filter, page }
}

#[tokio::test]
async fn an_administrator_sees_jobs_by_state_and_kind() {
    let world = World::new();
    let admin = admin(&world);
    let (running, done, waiting, failed) = jobs_in_every_state(&world).await;
    let ids = async |filter| {
        let page = world.run(&admin, list(filter)).await.unwrap();
        let ids: Vec<JobId> = page.items.iter().map(|job| job.id).collect();
        ids
    };
    let any = JobFilter::default();
    assert_eq!(ids(any).await, [waiting, failed, done, running]);
    let failures = JobFilter {
        state: Some(JobState::Failed),
        ..any
    };
    assert_eq!(ids(failures).await, [failed]);
    let tidying = JobFilter {
        kind: Some(TaskKind::TidyUp),
        ..any
    };
    assert_eq!(ids(tidying).await, [waiting, done]);
    let shown = world.run(&admin, ShowJob { job: failed }).await.unwrap();
    assert_eq!(shown.problem.as_deref(), Some("it is no picture"));
}

#[tokio::test]
async fn a_waiting_job_is_called_off_at_once() {
    let world = World::new();
    let admin = admin(&world);
    let job = enqueue(&world, Task::TidyUp).await;
    let cancelled = world.run(&admin, CancelJob { job }).await.unwrap();
    assert_eq!(cancelled.state, JobState::Cancelled);
    assert_eq!(cancelled.ended_at, Some(world.now()));
    assert!(world.stored().waiting_tasks().is_empty());
}

#[tokio::test]
async fn whoever_runs_a_job_is_asked_to_stop() {
    let world = World::new();
    let admin = admin(&world);
    let job = enqueue(&world, Task::TidyUp).await;
    run_next(&world, None).await;
    let asked = world.run(&admin, CancelJob { job }).await.unwrap();
    assert_eq!(asked.state, JobState::Running);
    assert!(asked.is_cancel_asked);
    // Nobody is there any more to be asked.
    world.clock.advance(Duration::minutes(1));
    let cancelled = world.run(&admin, CancelJob { job }).await.unwrap();
    assert_eq!(cancelled.state, JobState::Cancelled);
}

#[tokio::test]
async fn a_failed_job_is_tried_again() {
    let world = World::new();
    let admin = admin(&world);
    let (_, _, _, failed) = jobs_in_every_state(&world).await;
    let job = world.run(&admin, RetryJob { job: failed }).await.unwrap();
    assert_eq!((job.state, job.attempts), (JobState::Waiting, 0));
}

#[tokio::test]
async fn what_cannot_be_done_is_said_and_changes_nothing() {
    let world = World::new();
    let admin = admin(&world);
    let (running, done, waiting, failed) = jobs_in_every_state(&world).await;
    let unknown = Id::from_uuid(uuid::Uuid::nil());
    let before = world.stored();
    for job in [done, failed] {
        let refused = world.run(&admin, CancelJob { job }).await;
        assert_eq!(code(refused), "jobs.job_over");
    }
    for job in [running, done, waiting] {
        let refused = world.run(&admin, RetryJob { job }).await;
        assert_eq!(code(refused), "jobs.not_failed");
    }
    let job = unknown;
    let refused = world.run(&admin, ShowJob { job }).await;
    assert_eq!(code(refused), "jobs.job_not_found");
    let refused = world.run(&admin, CancelJob { job }).await;
    assert_eq!(code(refused), "jobs.job_not_found");
    let refused = world.run(&admin, RetryJob { job }).await;
    assert_eq!(code(refused), "jobs.job_not_found");
    assert_eq!(world.stored(), before);
    let film = Id::from_uuid(uuid::Uuid::from_u128(7));
    enqueue(&world, Task::MakeImages { film }).await;
    let refused = world.run(&admin, RetryJob { job: failed }).await;
    assert_eq!(code(refused), "jobs.already_waiting");
}

#[tokio::test]
async fn only_administrators_mind_jobs() {
    let world = World::new();
    let user = world.signed_in(&world.has(a_user()));
    let (_, _, waiting, failed) = jobs_in_every_state(&world).await;
    let before = world.stored();
    for (actor, answer) in [
        (Actor::Anonymous, "identity.not_signed_in"),
        (user, "identity.not_admin"),
    ] {
        let any = JobFilter::default();
        assert_eq!(code(world.run(&actor, list(any)).await), answer);
        let show = ShowJob { job: waiting };
        assert_eq!(code(world.run(&actor, show).await), answer);
        let cancel = CancelJob { job: waiting };
        assert_eq!(code(world.run(&actor, cancel).await), answer);
        let retry = RetryJob { job: failed };
        assert_eq!(code(world.run(&actor, retry).await), answer);
    }
    assert_eq!(world.stored(), before);
}

/// Nobody listens.
struct Unheard;

#[async_trait]
impl Progress for Unheard {
    async fn report(&self, _: u64, _: Option<u64>) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn tidying_up_is_done_as_a_job() {
    let world = World::new();
    let anna = world.has(a_user());
    let living = Duration::seconds(1);
    world.has(application::fakes::a_session().of(anna.id).living(living));
    world.clock.advance(Duration::minutes(1));
    let application = world.application();
    let handlers: &[std::sync::Arc<dyn TaskHandler>] = application.resolve_all();
    let tidying = handlers
        .iter()
        .find(|handler| handler.kind() == TaskKind::TidyUp)
        .unwrap();
    tidying.handle(&Task::TidyUp, &Unheard).await.unwrap();
    assert_eq!(world.stored().session_count(), 0);
    world.store.go_down();
    assert!(tidying.handle(&Task::TidyUp, &Unheard).await.is_err());
}

#[test]
fn no_kind_has_two_handlers() {
    let application = World::new().application();
    let handlers: &[std::sync::Arc<dyn TaskHandler>] = application.resolve_all();
    let kinds: HashSet<TaskKind> = handlers.iter().map(|handler| handler.kind()).collect();
    assert_eq!(kinds.len(), handlers.len());
}
