//! The queue.
use super::{Bench, contract};
use application::{
    fakes::{SequentialIds, opening_time},
    jobs::{
        Task,
        ports::{Enqueued, NewJob},
    },
    shared::{clock::IdGenerator, store::Store},
};
use domain::shared::Id;
use shaku::HasComponent;
use std::sync::{Arc, LazyLock};
use tokio::task::JoinSet;
use uuid::Uuid;

static IDS: LazyLock<SequentialIds> = LazyLock::new(|| SequentialIds::of_series(3));

fn a_job(task: Task) -> NewJob {
    NewJob::new(Id::from_uuid(IDS.next_uuid()), task, opening_time())
}

fn about_film(number: u128) -> Task {
    let film = Id::from_uuid(Uuid::from_u128(number));
    Task::CompleteFilm { film }
}

/// Puts a job into the queue of a store.
async fn enqueue(store: &dyn Store, job: &NewJob) -> Enqueued {
    let uow = store.begin().await.unwrap();
    let enqueued = uow.jobs().enqueue(job).await.unwrap();
    uow.commit().await.unwrap();
    enqueued
}

async fn of_jobs_that_do_the_same_one_waits(bench: Bench) {
    let first = a_job(about_film(1));
    let new = enqueue(bench.store(), &first).await;
    assert_eq!(new, Enqueued::New(first.id));
    let same = enqueue(bench.store(), &a_job(about_film(1))).await;
    assert_eq!(same, Enqueued::AlreadyWaiting(first.id));
    let film = Id::from_uuid(Uuid::from_u128(1));
    for task in [about_film(2), Task::MakeImages { film }] {
        let other = a_job(task);
        let new = enqueue(bench.store(), &other).await;
        assert_eq!(new, Enqueued::New(other.id));
    }
}

async fn of_many_who_ask_for_the_same_at_once_one_adds_it(bench: Bench) {
    let mut askers = JoinSet::new();
    for _ in 0..8 {
        let ports = Arc::clone(&bench.ports);
        askers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            enqueue(store, &a_job(Task::TidyUp)).await
        });
    }
    let outcomes = askers.join_all().await;
    let is_new = |outcome: &&Enqueued| matches!(outcome, Enqueued::New(_));
    assert_eq!(outcomes.iter().filter(is_new).count(), 1);
    let job = outcomes[0].job();
    assert!(outcomes.iter().all(|outcome| outcome.job() == job));
}

async fn a_job_of_a_change_that_was_undone_is_not_there(bench: Bench) {
    let uow = bench.store().begin().await.unwrap();
    uow.jobs().enqueue(&a_job(Task::TidyUp)).await.unwrap();
    drop(uow);
    let job = a_job(Task::TidyUp);
    assert_eq!(enqueue(bench.store(), &job).await, Enqueued::New(job.id));
}

contract!(
    of_jobs_that_do_the_same_one_waits,
    of_many_who_ask_for_the_same_at_once_one_adds_it,
    a_job_of_a_change_that_was_undone_is_not_there,
);
