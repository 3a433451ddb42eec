//! Counting the work that there is.
use crate::contract::Bench;
use application::{
    fakes::opening_time,
    jobs::{
        RunEnd, Steps, Task,
        ports::{NewJob, Offer},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    jobs::{JobId, LeaseId},
    shared::Id,
};
use infrastructure::jobs::{Backlog, backlog};
use uuid::Uuid;

fn at(seconds: i64) -> DateTime<Utc> {
    opening_time() + TimeDelta::seconds(seconds)
}

fn complete(number: u128, due: i64) -> NewJob {
    let film = Id::from_uuid(Uuid::from_u128(number));
    let job: JobId = Id::from_uuid(Uuid::from_u128(number));
    NewJob::new(job, Task::CompleteFilm { film }, at(0)).not_before(at(due))
}

fn counted(kind: &str, state: &str, count: u64, due: Option<i64>) -> Backlog {
    Backlog {
        kind: kind.to_owned(),
        state: state.to_owned(),
        count,
        due_since: due.map(at),
    }
}

async fn jobs_are_counted_with_the_time_since_when_they_could_be_run(bench: Bench) {
    let now = at(100);
    assert_eq!(backlog(bench.connection(), now).await.unwrap(), []);
    let tidy_up: JobId = Id::from_uuid(Uuid::from_u128(9));
    let uow = bench.store().begin().await.unwrap();
    let tidy_up = NewJob::new(tidy_up, Task::TidyUp, at(0));
    for job in [complete(1, 10), complete(2, 20), complete(3, 500), tidy_up] {
        uow.jobs().enqueue(&job).await.unwrap();
    }
    uow.commit().await.unwrap();
    // The most urgent is taken, and fails for good.
    let lease: LeaseId = Id::from_uuid(Uuid::from_u128(7));
    let (kinds, until) = (&application::jobs::TaskKind::ALL, at(160));
    let uow = bench.store().begin().await.unwrap();
    let offer = Offer {
        kinds,
        lease,
        now,
        until,
    };
    let taken = uow.jobs().take(&offer).await.unwrap().unwrap();
    // Nobody traced whoever asked for it.
    assert_eq!(taken.asked_by, None);
    let problem = "gone".to_owned();
    let failed = RunEnd::Failed { problem };
    let steps = Steps::default();
    uow.jobs()
        .end_run(taken.held, &failed, steps, now)
        .await
        .unwrap();
    uow.commit().await.unwrap();
    let mut found = backlog(bench.connection(), now).await.unwrap();
    found.sort_by_key(|some| (some.kind.clone(), some.state.clone()));
    let expected = [
        counted("complete_film", "failed", 1, None),
        counted("complete_film", "waiting", 2, Some(20)),
        counted("tidy_up", "waiting", 1, Some(0)),
    ];
    // Since when a job is due that is over says nothing.
    for some in found.iter_mut().filter(|some| some.state == "failed") {
        some.due_since = None;
    }
    assert_eq!(found, expected);
}

#[tokio::test]
async fn jobs_are_counted_on_sqlite() {
    jobs_are_counted_with_the_time_since_when_they_could_be_run(Bench::sqlite().await).await;
}

#[tokio::test]
async fn jobs_are_counted_on_postgres() {
    jobs_are_counted_with_the_time_since_when_they_could_be_run(Bench::postgres().await).await;
}
