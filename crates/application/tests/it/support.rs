//! What the tests share.
use application::{
    fakes::World,
    identity::authenticate::{Authenticator, TokenRefused},
    jobs::{
        RunEnd, Steps, Task, TaskKind,
        handler::{Progress, TaskHandler},
        ports::{NewJob, Offer},
    },
    shared::{actor::Actor, clock::IdGenerator, failure::Failure, store::Store},
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    catalogue::{CountryName, FilmContent, FilmDescription, FilmTitle, GenreId},
    identity::{EmailAddress, NewPassword, Username},
    jobs::JobId,
    shared::Id,
};
use shaku::{HasComponent, HasComponents};
use std::sync::Arc;

/// The code of what went wrong.
#[track_caller]
pub fn code<T, E: Failure>(outcome: Result<T, E>) -> &'static str {
    match outcome {
        Ok(_) => panic!("it went well"),
        Err(failure) => failure.code(),
    }
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn password(text: &str) -> NewPassword {
    NewPassword::parse(text).unwrap()
}

pub fn username(text: &str) -> Username {
    Username::parse(text).unwrap()
}

pub fn content(title: &str, genres: &[GenreId]) -> FilmContent {
    FilmContent {
        title: FilmTitle::parse(title).unwrap(),
        description: Some(FilmDescription::parse("Somebody goes somewhere.").unwrap()),
        genres: genres.to_vec(),
        country: Some(CountryName::parse("Latvia").unwrap()),
        release_year: None,
    }
}

/// Puts a task into the queue.
pub async fn enqueue(world: &World, task: Task) -> JobId {
    let ids: &dyn IdGenerator = &world.ids;
    let job = NewJob::new(ids.next(), task, world.now());
    let uow = world.store.begin().await.unwrap();
    uow.jobs().enqueue(&job).await.unwrap();
    uow.commit().await.unwrap();
    job.id
}

/// Takes the job that is due for a minute, and ends its run if it is said how.
pub async fn run_next(world: &World, end: Option<RunEnd>) {
    let ids: &dyn IdGenerator = &world.ids;
    let now = world.now();
    let offer = Offer {
        kinds: &TaskKind::ALL,
        lease: ids.next(),
        now,
        until: now + Duration::minutes(1),
    };
    let uow = world.store.begin().await.unwrap();
    let jobs = uow.jobs();
    let taken = jobs.take(&offer).await.unwrap().unwrap();
    if let Some(end) = end {
        let steps = Steps::default();
        assert!(jobs.end_run(taken.held, &end, steps, now).await.unwrap());
    }
    uow.commit().await.unwrap();
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

/// Does all jobs that are due, as a worker does, and tells how they ended.
pub async fn handle_all(world: &World) -> Vec<RunEnd> {
    let application = world.application();
    let handlers: &[Arc<dyn TaskHandler>] = application.resolve_all();
    let ids: &dyn IdGenerator = &world.ids;
    let now = world.now();
    let mut ends = Vec::new();
    loop {
        let offer = Offer {
            kinds: &TaskKind::ALL,
            lease: ids.next(),
            now,
            until: now + Duration::minutes(1),
        };
        let uow = world.store.begin().await.unwrap();
        let Some(taken) = uow.jobs().take(&offer).await.unwrap() else {
            return ends;
        };
        uow.commit().await.unwrap();
        let kind = taken.task.kind();
        let handler = handlers.iter().find(|handler| handler.kind() == kind);
        let end = match handler.unwrap().handle(&taken.task, &Unheard).await {
            Ok(()) => RunEnd::Done,
            Err(failure) => RunEnd::of_failure(kind, taken.attempts, &failure, 0, now),
        };
        let uow = world.store.begin().await.unwrap();
        let (jobs, steps) = (uow.jobs(), Steps::default());
        assert!(jobs.end_run(taken.held, &end, steps, now).await.unwrap());
        uow.commit().await.unwrap();
        ends.push(end);
    }
}

/// One job that runs, one that was done, one that waits, and one that failed.
pub async fn jobs_in_every_state(world: &World) -> (JobId, JobId, JobId, JobId) {
    let refresh = enqueue(world, Task::RefreshOldest { count: 5 }).await;
    run_next(world, None).await;
    let done = enqueue(world, Task::TidyUp).await;
    run_next(world, Some(RunEnd::Done)).await;
    let film = Id::from_uuid(uuid::Uuid::from_u128(7));
    let failed = enqueue(world, Task::MakeImages { film }).await;
    let problem = "it is no picture".to_owned();
    run_next(world, Some(RunEnd::Failed { problem })).await;
    let waiting = enqueue(world, Task::TidyUp).await;
    (refresh, done, waiting, failed)
}

/// Whom a token stands for.
pub fn authenticate(world: &World, token: &str) -> Result<Actor, TokenRefused> {
    let authenticator: Arc<dyn Authenticator> = world.application().resolve();
    authenticator.authenticate(token)
}
