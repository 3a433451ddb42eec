//! The queue.
use super::{Bench, contract};
use application::{
    catalogue::sources::SourceList,
    fakes::{SequentialIds, opening_time},
    jobs::{
        Held, RunEnd, Steps, Takeover, Task, TaskKind,
        ports::{Beat, Cancelling, Enqueued, JobFilter, NewJob, Offer, Reviving, TakenJob},
        views::JobView,
    },
    shared::{
        clock::IdGenerator,
        page::{PageRequest, PageSize},
        store::Store,
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::SourceName,
    jobs::{JobId, JobState, Priority},
    shared::Id,
};
use shaku::HasComponent;
use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};
use tokio::task::JoinSet;
use uuid::Uuid;

static IDS: LazyLock<SequentialIds> = LazyLock::new(|| SequentialIds::of_series(3));

fn new_id<K>() -> Id<K> {
    let ids: &dyn IdGenerator = &*IDS;
    ids.next()
}

/// So many seconds after noon.
fn at(seconds: i64) -> DateTime<Utc> {
    opening_time() + Duration::seconds(seconds)
}

fn a_job(task: Task) -> NewJob {
    NewJob::new(new_id(), task, at(0))
}

fn complete(number: u128) -> Task {
    let film = Id::from_uuid(Uuid::from_u128(number));
    Task::CompleteFilm { film }
}

fn make_images(number: u128) -> Task {
    let film = Id::from_uuid(Uuid::from_u128(number));
    Task::MakeImages { film }
}

/// Does something in a unit of work of its own.
macro_rules! change {
    ($store:expr, $jobs:ident => $act:expr) => {{
        let uow = $store.begin().await.unwrap();
        let $jobs = uow.jobs();
        let done = $act.await.unwrap();
        uow.commit().await.unwrap();
        done
    }};
}

async fn enqueue(store: &dyn Store, job: &NewJob) -> Enqueued {
    change!(store, jobs => jobs.enqueue(job))
}

/// Takes a job for a minute.
async fn take_of(store: &dyn Store, kinds: &[TaskKind], now: DateTime<Utc>) -> Option<TakenJob> {
    let offer = Offer {
        kinds,
        lease: new_id(),
        now,
        until: now + Duration::minutes(1),
    };
    change!(store, jobs => jobs.take(&offer))
}

async fn take(bench: &Bench, seconds: i64) -> Option<TakenJob> {
    take_of(bench.store(), &TaskKind::ALL, at(seconds)).await
}

async fn end(bench: &Bench, held: Held, end: RunEnd, seconds: i64) -> bool {
    let steps = Steps {
        done: 3,
        total: Some(4),
    };
    change!(bench.store(), jobs => jobs.end_run(held, &end, steps, at(seconds)))
}

async fn beat(bench: &Bench, held: Held, seconds: i64) -> Beat {
    let steps = Steps {
        done: 1,
        total: None,
    };
    {
        let until = at(seconds) + Duration::minutes(1);
        change!(bench.store(), jobs => jobs.beat(held, steps, at(seconds), until))
    }
}

async fn cancel(bench: &Bench, job: JobId, seconds: i64) -> Cancelling {
    change!(bench.store(), jobs => jobs.cancel(job, at(seconds)))
}

async fn revive(bench: &Bench, job: JobId, seconds: i64) -> Reviving {
    change!(bench.store(), jobs => jobs.revive(job, at(seconds)))
}

async fn show(bench: &Bench, job: JobId) -> JobView {
    bench.jobs().show(job).await.unwrap().unwrap()
}

fn again(seconds: i64) -> RunEnd {
    RunEnd::Again {
        due_at: at(seconds),
        problem: "the source is down".to_owned(),
    }
}

async fn of_jobs_that_do_the_same_one_waits(bench: Bench) {
    let first = a_job(complete(1));
    let new = enqueue(bench.store(), &first).await;
    assert_eq!(new, Enqueued::New(first.id));
    let same = enqueue(bench.store(), &a_job(complete(1))).await;
    assert_eq!(same, Enqueued::AlreadyWaiting(first.id));
    for task in [complete(2), make_images(1)] {
        let other = a_job(task);
        let new = enqueue(bench.store(), &other).await;
        assert_eq!(new, Enqueued::New(other.id));
    }
    // One that runs may have begun before the change that asks for another.
    assert_eq!(take(&bench, 0).await.unwrap().held.job, first.id);
    let next = a_job(complete(1));
    assert_eq!(enqueue(bench.store(), &next).await, Enqueued::New(next.id));
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

async fn several_are_added_at_once_by_the_same_rule(bench: Bench) {
    let waiting = a_job(complete(1));
    enqueue(bench.store(), &waiting).await;
    let new = a_job(complete(2));
    let jobs = vec![a_job(complete(1)), new.clone(), a_job(complete(2))];
    let uow = bench.store().begin().await.unwrap();
    uow.jobs().enqueue_all(jobs).await.unwrap();
    uow.jobs().enqueue_all(Vec::new()).await.unwrap();
    uow.commit().await.unwrap();
    for (film, job) in [(1, waiting.id), (2, new.id)] {
        let again = enqueue(bench.store(), &a_job(complete(film))).await;
        assert_eq!(again, Enqueued::AlreadyWaiting(job));
    }
}

async fn a_job_of_a_change_that_was_undone_is_not_there(bench: Bench) {
    let uow = bench.store().begin().await.unwrap();
    uow.jobs().enqueue(&a_job(Task::TidyUp)).await.unwrap();
    drop(uow);
    let job = a_job(Task::TidyUp);
    assert_eq!(enqueue(bench.store(), &job).await, Enqueued::New(job.id));
}

async fn the_most_urgent_is_taken_first_and_then_the_longest_due(bench: Bench) {
    let low = a_job(complete(1)).with_priority(Priority::Low);
    let late = a_job(complete(2)).not_before(at(5));
    let early = a_job(complete(3)).not_before(at(4));
    let future = a_job(complete(4)).not_before(at(60));
    for job in [&low, &late, &early, &future] {
        enqueue(bench.store(), job).await;
    }
    assert_eq!(take(&bench, 3).await.unwrap().held.job, low.id);
    for expected in [&early, &late] {
        let taken = take(&bench, 10).await.unwrap();
        assert_eq!(taken.held.job, expected.id);
        assert_eq!((taken.attempts, taken.task), (1, expected.task.clone()));
    }
    assert_eq!(take(&bench, 10).await, None);
}

async fn every_task_is_taken_as_it_was_put_in(bench: Bench) {
    let search = Task::SearchSources {
        title: "Сталкер ' \" \\ %".to_owned(),
        language: domain::shared::Language::Russian,
    };
    let pages = Task::ImportPages {
        source: SourceName::Tmdb,
        list: SourceList::Popular,
        from: 1,
        to: 50,
    };
    for task in [search, pages] {
        enqueue(bench.store(), &a_job(task.clone())).await;
        assert_eq!(take(&bench, 0).await.unwrap().task, task);
    }
}

async fn kinds_that_nobody_here_knows_are_left_for_others(bench: Bench) {
    let job = a_job(Task::TidyUp);
    enqueue(bench.store(), &job).await;
    let known = [TaskKind::ImportFilm, TaskKind::MakeImages];
    assert!(!bench.jobs().is_any_due(&known, at(0)).await.unwrap());
    assert_eq!(take_of(bench.store(), &known, at(0)).await, None);
    assert!(!bench.jobs().is_any_due(&[], at(0)).await.unwrap());
    assert_eq!(take_of(bench.store(), &[], at(0)).await, None);
    let all = TaskKind::ALL;
    assert!(bench.jobs().is_any_due(&all, at(0)).await.unwrap());
    assert!(!bench.jobs().is_any_due(&all, at(-1)).await.unwrap());
    assert!(take(&bench, 0).await.is_some());
    assert!(!bench.jobs().is_any_due(&all, at(59)).await.unwrap());
    // The end of its lease makes it due again.
    assert!(bench.jobs().is_any_due(&all, at(60)).await.unwrap());
}

async fn of_many_who_take_at_once_no_two_get_the_same(bench: Bench) {
    const JOBS: usize = 40;
    let kinds = [
        TaskKind::SearchSources,
        TaskKind::MakeImages,
        TaskKind::TidyUp,
    ];
    for number in 0..JOBS {
        let title = format!("Film {number}");
        let language = domain::shared::Language::English;
        let search = a_job(Task::SearchSources { title, language });
        enqueue(bench.store(), &search).await;
        let number = u128::try_from(number).unwrap();
        enqueue(bench.store(), &a_job(make_images(number))).await;
    }
    enqueue(bench.store(), &a_job(Task::TidyUp)).await;
    let mut takers = JoinSet::new();
    for _ in 0..12 {
        let ports = Arc::clone(&bench.ports);
        takers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            let mut taken = Vec::new();
            while let Some(job) = take_of(store, &kinds, at(0)).await {
                taken.push(job);
            }
            taken
        });
    }
    let taken: Vec<TakenJob> = takers.join_all().await.into_iter().flatten().collect();
    let jobs: HashSet<JobId> = taken.iter().map(|job| job.held.job).collect();
    assert_eq!(jobs.len(), taken.len());
    for kind in kinds {
        let held = taken.iter().filter(|job| job.task.kind() == kind).count();
        assert_eq!(u32::try_from(held).unwrap(), kind.at_once(), "{kind}");
    }
}

async fn of_many_who_work_at_once_each_job_is_done_once(bench: Bench) {
    const JOBS: u128 = 40;
    for number in 0..JOBS {
        enqueue(bench.store(), &a_job(complete(number))).await;
    }
    let mut workers = JoinSet::new();
    for _ in 0..6 {
        let ports = Arc::clone(&bench.ports);
        workers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            let mut done = Vec::new();
            // With as many held as may be, somebody has to finish first.
            let mut idle = 0;
            while idle < 50 {
                let Some(job) = take_of(store, &TaskKind::ALL, at(0)).await else {
                    idle += 1;
                    tokio::task::yield_now().await;
                    continue;
                };
                idle = 0;
                let is_noted = change!(store, jobs => jobs.end_run(job.held, &RunEnd::Done, Steps::default(), at(1)));
                assert!(is_noted);
                done.push(job.held.job);
            }
            done
        });
    }
    let done: Vec<JobId> = workers.join_all().await.into_iter().flatten().collect();
    let different: HashSet<&JobId> = done.iter().collect();
    assert_eq!(different.len(), done.len());
    assert_eq!(u128::try_from(done.len()).unwrap(), JOBS);
}

async fn a_kind_that_is_held_as_often_as_may_be_holds_up_no_other(bench: Bench) {
    for number in 0..4 {
        let urgent = a_job(make_images(number)).with_priority(Priority::High);
        enqueue(bench.store(), &urgent).await;
    }
    let other = a_job(Task::TidyUp);
    enqueue(bench.store(), &other).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let taken = take(&bench, 0).await.unwrap();
        assert_eq!(taken.task.kind(), TaskKind::MakeImages);
        held.push(taken.held);
    }
    assert_eq!(take(&bench, 0).await.unwrap().held.job, other.id);
    assert_eq!(take(&bench, 0).await, None);
    assert!(end(&bench, held[0], RunEnd::Done, 1).await);
    assert!(take(&bench, 1).await.is_some());
}

async fn whoever_falls_silent_loses_the_job_and_cannot_end_it(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    let first = take(&bench, 0).await.unwrap();
    assert_eq!(take(&bench, 59).await, None);
    let second = take(&bench, 60).await.unwrap();
    assert_eq!((second.held.job, second.attempts), (job.id, 2));
    assert_ne!(second.held, first.held);
    assert_eq!(beat(&bench, first.held, 61).await, Beat::Lost);
    assert!(!end(&bench, first.held, RunEnd::Done, 61).await);
    assert_eq!(show(&bench, job.id).await.state, JobState::Running);
    assert!(end(&bench, second.held, RunEnd::Done, 62).await);
    assert!(!end(&bench, second.held, again(70), 63).await);
    assert_eq!(show(&bench, job.id).await.state, JobState::Done);
}

async fn a_beat_keeps_the_job_and_tells_how_far_it_is(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    let held = take(&bench, 0).await.unwrap().held;
    assert_eq!(beat(&bench, held, 50).await, Beat::Kept);
    assert_eq!(take(&bench, 100).await, None);
    let steps = Steps {
        done: 1,
        total: None,
    };
    assert_eq!(show(&bench, job.id).await.steps, steps);
    // Others may have counted on its end, even if nobody has taken it.
    assert_eq!(beat(&bench, held, 110).await, Beat::Lost);
    // What was done is noted all the same, as long as it is.
    assert!(end(&bench, held, RunEnd::Done, 111).await);
}

async fn a_job_that_failed_waits_until_it_is_due_and_remembers_why(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    let held = take(&bench, 0).await.unwrap().held;
    assert!(end(&bench, held, again(30), 1).await);
    let view = show(&bench, job.id).await;
    assert_eq!(view.state, JobState::Waiting);
    assert_eq!(view.due_at, Some(at(30)));
    assert_eq!(view.problem.as_deref(), Some("the source is down"));
    assert_eq!((view.attempts, view.ended_at), (1, None));
    assert_eq!(take(&bench, 29).await, None);
    let taken = take(&bench, 30).await.unwrap();
    assert_eq!(taken.attempts, 2);
    assert!(end(&bench, taken.held, RunEnd::Done, 31).await);
    let view = show(&bench, job.id).await;
    assert_eq!(view.problem, None);
    assert_eq!(
        (view.started_at, view.ended_at),
        (Some(at(30)), Some(at(31)))
    );
}

async fn a_job_handed_back_is_due_at_once_and_the_run_does_not_count(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    let held = take(&bench, 0).await.unwrap().held;
    assert!(end(&bench, held, RunEnd::HandedBack, 1).await);
    assert_eq!(show(&bench, job.id).await.attempts, 0);
    assert_eq!(take(&bench, 1).await.unwrap().attempts, 1);
}

async fn a_job_need_not_wait_beside_one_that_does_the_same(bench: Bench) {
    for (number, end_of_run) in [(1, again(30)), (2, RunEnd::HandedBack)] {
        let first = a_job(complete(number));
        enqueue(bench.store(), &first).await;
        let held = take(&bench, 0).await.unwrap().held;
        let second = a_job(complete(number));
        enqueue(bench.store(), &second).await;
        assert!(end(&bench, held, end_of_run, 1).await);
        assert_eq!(show(&bench, first.id).await.state, JobState::Cancelled);
        let held = take(&bench, 1).await.unwrap().held;
        assert_eq!(held.job, second.id);
        assert!(end(&bench, held, RunEnd::Done, 2).await);
    }
}

async fn a_job_that_brings_its_runners_down_fails_in_the_end(bench: Bench) {
    let job = a_job(Task::TidyUp);
    enqueue(bench.store(), &job).await;
    let most = TaskKind::TidyUp.retry_rule().most_attempts;
    for attempt in 0..i64::from(most) {
        assert!(take(&bench, attempt * 60).await.is_some());
    }
    assert_eq!(take(&bench, i64::from(most) * 60).await, None);
    let view = show(&bench, job.id).await;
    assert_eq!(view.state, JobState::Failed);
    assert_eq!(view.problem.as_deref(), Some(Takeover::SILENT));
}

async fn a_waiting_job_is_called_off_at_once_and_a_running_one_is_asked(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    assert_eq!(cancel(&bench, job.id, 0).await, Cancelling::Cancelled);
    assert_eq!(take(&bench, 0).await, None);
    assert_eq!(cancel(&bench, job.id, 1).await, Cancelling::Over);
    assert_eq!(cancel(&bench, new_id(), 1).await, Cancelling::Unknown);
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    let held = take(&bench, 0).await.unwrap().held;
    assert_eq!(cancel(&bench, job.id, 1).await, Cancelling::Asked);
    assert!(show(&bench, job.id).await.is_cancel_asked);
    assert_eq!(beat(&bench, held, 2).await, Beat::CancelAsked);
    assert!(end(&bench, held, RunEnd::Cancelled, 3).await);
    let view = show(&bench, job.id).await;
    assert_eq!(view.state, JobState::Cancelled);
    assert_eq!(view.ended_at, Some(at(3)));
    assert_eq!(view.steps.done, 3);
}

async fn a_job_that_was_called_off_while_it_ran_is_not_run_again(bench: Bench) {
    for (number, end_of_run) in [(1, again(1)), (2, RunEnd::HandedBack)] {
        let job = a_job(complete(number));
        enqueue(bench.store(), &job).await;
        let held = take(&bench, 0).await.unwrap().held;
        cancel(&bench, job.id, 0).await;
        assert!(end(&bench, held, end_of_run, 1).await);
        assert_eq!(show(&bench, job.id).await.state, JobState::Cancelled);
    }
    // Nor is one whose runner fell silent.
    for asked_at in [0, 60] {
        let job = a_job(complete(3));
        enqueue(bench.store(), &job).await;
        take(&bench, 0).await.unwrap();
        cancel(&bench, job.id, asked_at).await;
        assert_eq!(take(&bench, 60).await, None);
        assert_eq!(show(&bench, job.id).await.state, JobState::Cancelled);
    }
    assert_eq!(take(&bench, 3600).await, None);
}

async fn a_failed_job_waits_again_with_all_its_attempts(bench: Bench) {
    let job = a_job(complete(1));
    enqueue(bench.store(), &job).await;
    assert_eq!(revive(&bench, job.id, 0).await, Reviving::NotFailed);
    assert_eq!(revive(&bench, new_id(), 0).await, Reviving::Unknown);
    let problem = "no title".to_owned();
    let held = take(&bench, 0).await.unwrap().held;
    assert!(end(&bench, held, RunEnd::Failed { problem }, 1).await);
    let other = a_job(complete(1));
    enqueue(bench.store(), &other).await;
    assert_eq!(revive(&bench, job.id, 2).await, Reviving::AlreadyWaiting);
    cancel(&bench, other.id, 2).await;
    assert_eq!(revive(&bench, job.id, 2).await, Reviving::Waiting);
    let view = show(&bench, job.id).await;
    assert_eq!((view.attempts, view.ended_at), (0, None));
    assert_eq!(view.problem.as_deref(), Some("no title"));
    assert_eq!(take(&bench, 2).await.unwrap().held.job, job.id);
}

async fn jobs_are_listed_newest_first_in_pages_and_by_state_and_kind(bench: Bench) {
    let mut all = Vec::new();
    for number in 0..5 {
        let job = a_job(complete(number));
        enqueue(bench.store(), &job).await;
        all.insert(0, job.id);
    }
    let tidy = a_job(Task::TidyUp);
    enqueue(bench.store(), &tidy).await;
    all.insert(0, tidy.id);
    cancel(&bench, all[3], 0).await;
    let list = async |filter, after, size| {
        let size = PageSize::try_from(size).unwrap();
        let page = PageRequest { size, after };
        let page = bench.jobs().list(filter, &page).await.unwrap();
        let ids: Vec<JobId> = page.items.iter().map(|job| job.id).collect();
        (ids, page.next)
    };
    let any = JobFilter::default();
    let (first, next) = list(any, None, 4).await;
    assert_eq!(first, all[..4]);
    assert_eq!(list(any, next, 4).await, (all[4..].to_vec(), None));
    let cancelled = JobFilter {
        state: Some(JobState::Cancelled),
        ..any
    };
    assert_eq!(list(cancelled, None, 4).await, (vec![all[3]], None));
    let waiting = JobFilter {
        state: Some(JobState::Waiting),
        kind: Some(TaskKind::CompleteFilm),
    };
    let (first, next) = list(waiting, None, 2).await;
    assert_eq!(first, [all[1], all[2]]);
    assert_eq!(list(waiting, next, 2).await, (all[4..].to_vec(), None));
}

async fn a_job_is_shown_as_it_is(bench: Bench) {
    let job = a_job(make_images(7)).not_before(at(9));
    enqueue(bench.store(), &job).await;
    let expected = JobView {
        id: job.id,
        kind: "make_images".to_owned(),
        task: Some(job.task),
        state: JobState::Waiting,
        priority: Priority::Normal,
        due_at: Some(at(9)),
        attempts: 0,
        is_cancel_asked: false,
        steps: Steps::default(),
        problem: None,
        created_at: at(0),
        started_at: None,
        ended_at: None,
    };
    assert_eq!(show(&bench, job.id).await, expected);
    assert_eq!(bench.jobs().show(new_id()).await.unwrap(), None);
}

async fn what_ended_long_ago_is_forgotten(bench: Bench) {
    let failed = RunEnd::Failed {
        problem: "no title".to_owned(),
    };
    let ends = [RunEnd::Done, RunEnd::Cancelled, failed];
    let mut jobs = Vec::new();
    for (number, end_of_run) in (0..).zip(ends) {
        let job = a_job(complete(number));
        enqueue(bench.store(), &job).await;
        jobs.push(job.id);
        let held = take(&bench, 0).await.unwrap().held;
        end(&bench, held, end_of_run, 10).await;
    }
    let waiting = a_job(complete(9));
    enqueue(bench.store(), &waiting).await;
    let forget =
        async |over, failed| change!(bench.store(), jobs => jobs.forget(at(over), at(failed)));
    assert_eq!(forget(10, 10).await, 0);
    assert_eq!(forget(11, 10).await, 2);
    assert_eq!(bench.jobs().show(jobs[0]).await.unwrap(), None);
    assert!(bench.jobs().show(jobs[2]).await.unwrap().is_some());
    assert_eq!(forget(11, 11).await, 1);
    assert!(bench.jobs().show(waiting.id).await.unwrap().is_some());
}

async fn each_tick_is_taken_once_and_none_before_the_last(bench: Bench) {
    let mut takers = JoinSet::new();
    for _ in 0..8 {
        let ports = Arc::clone(&bench.ports);
        takers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            change!(store, jobs => jobs.take_tick("tidy_up", at(0)))
        });
    }
    let taken = takers.join_all().await;
    assert_eq!(taken.iter().filter(|is_ours| **is_ours).count(), 1);
    let take = async |schedule, seconds| change!(bench.store(), jobs => jobs.take_tick(schedule, at(seconds)));
    assert!(!take("tidy_up", -600).await);
    assert!(take("new_films", -600).await);
    assert!(take("tidy_up", 600).await);
    let uow = bench.store().begin().await.unwrap();
    assert!(uow.jobs().take_tick("tidy_up", at(1200)).await.unwrap());
    drop(uow);
    assert!(take("tidy_up", 1200).await);
}

contract!(
    of_jobs_that_do_the_same_one_waits,
    of_many_who_ask_for_the_same_at_once_one_adds_it,
    several_are_added_at_once_by_the_same_rule,
    a_job_of_a_change_that_was_undone_is_not_there,
    the_most_urgent_is_taken_first_and_then_the_longest_due,
    every_task_is_taken_as_it_was_put_in,
    kinds_that_nobody_here_knows_are_left_for_others,
    of_many_who_take_at_once_no_two_get_the_same,
    of_many_who_work_at_once_each_job_is_done_once,
    a_kind_that_is_held_as_often_as_may_be_holds_up_no_other,
    whoever_falls_silent_loses_the_job_and_cannot_end_it,
    a_beat_keeps_the_job_and_tells_how_far_it_is,
    a_job_that_failed_waits_until_it_is_due_and_remembers_why,
    a_job_handed_back_is_due_at_once_and_the_run_does_not_count,
    a_job_need_not_wait_beside_one_that_does_the_same,
    a_job_that_brings_its_runners_down_fails_in_the_end,
    a_waiting_job_is_called_off_at_once_and_a_running_one_is_asked,
    a_job_that_was_called_off_while_it_ran_is_not_run_again,
    a_failed_job_waits_again_with_all_its_attempts,
    jobs_are_listed_newest_first_in_pages_and_by_state_and_kind,
    a_job_is_shown_as_it_is,
    what_ended_long_ago_is_forgotten,
    each_tick_is_taken_once_and_none_before_the_last,
);
