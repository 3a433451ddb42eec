//! Diaries, and answers that are kept.
use super::{Bench, contract, has_flag, noon, nothing, run, some_film, somebody};
use application::{
    fakes::{Fixture, a_film},
    shared::{
        once::{Came, KeptAnswer, Once, OnceKey},
        page::{PageRequest, PageSize},
        store::StoreError,
    },
    taste::{
        diary::{EraseViewing, LogViewing, Logged},
        ports::{DiaryFilter, OnDay, Period},
        ratings::RateFilm,
    },
};
use chrono::{Duration, NaiveDate};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    library::StandardList,
    shared::Id,
    taste::{Rating, Viewing, ViewingDay, ViewingId, ViewingNote},
};
use uuid::Uuid;

fn day(year: i32, month: u32, day: u32) -> Option<ViewingDay> {
    ViewingDay::stored(NaiveDate::from_ymd_opt(year, month, day)?).ok()
}

fn viewing(number: u128, user: UserId, film: FilmId, day: Option<ViewingDay>) -> Viewing {
    let id = Id::from_uuid(Uuid::from_u128(number));
    Viewing {
        watched_on: day,
        ..Viewing::bare(id, user, film, noon())
    }
}

async fn keep(bench: &Bench, viewings: &[Viewing]) {
    let uow = bench.store().begin().await.unwrap();
    for viewing in viewings {
        uow.viewings().insert(viewing).await.unwrap();
    }
    uow.commit().await.unwrap();
}

async fn a_viewing_is_kept_found_corrected_and_removed_by_its_user_alone(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let film = some_film(&bench).await;
    let mut kept = viewing(1, anna, film, day(2020, 2, 29));
    kept.note = ViewingNote::parse("Ёжик, \"twice\"\n🎬").ok();
    keep(&bench, &[kept.clone(), viewing(2, anna, film, None)]).await;
    let uow = bench.store().begin().await.unwrap();
    let viewings = uow.viewings();
    let found = viewings.find(anna, kept.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&kept));
    assert_eq!(viewings.find(ben, kept.id).await.unwrap(), None);
    for (user, film, day, expected) in [
        (anna, film, kept.watched_on, OnDay::Viewing(kept.clone())),
        (
            anna,
            film,
            None,
            OnDay::Viewing(viewing(2, anna, film, None)),
        ),
        (anna, film, day(2020, 2, 28), OnDay::Nothing),
        (ben, film, kept.watched_on, OnDay::Nothing),
        (anna, nothing(), None, OnDay::NoSuchFilm),
    ] {
        let found = viewings.find_on(user, film, day).await.unwrap();
        assert_eq!(found, expected);
    }
    kept.watched_on = day(1999, 12, 31);
    kept.is_rewatch = true;
    kept.note = None;
    viewings.save(&kept).await.unwrap();
    assert_eq!(viewings.remove(ben, kept.id).await.unwrap(), None);
    uow.commit().await.unwrap();
    let shown = bench.diaries().show(anna, kept.id).await.unwrap();
    assert_eq!(shown.as_ref(), Some(&kept));
    assert_eq!(bench.diaries().show(ben, kept.id).await.unwrap(), None);
    let uow = bench.store().begin().await.unwrap();
    let removed = uow.viewings().remove(anna, kept.id).await.unwrap();
    assert_eq!(removed, Some(film));
    let removed = uow.viewings().remove(anna, kept.id).await.unwrap();
    assert_eq!(removed, None);
    uow.commit().await.unwrap();
    assert_eq!(bench.diary(anna).await.len(), 1);
}

async fn a_film_is_in_a_diary_once_a_day_and_once_of_unknown_date(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = some_film(&bench).await;
    let kept = [None, day(2020, 1, 1)];
    let kept = kept.map(|day| viewing(if day.is_some() { 1 } else { 2 }, anna, film, day));
    keep(&bench, &kept).await;
    for watched_on in [None, day(2020, 1, 1)] {
        let uow = bench.store().begin().await.unwrap();
        let twice = viewing(3, anna, film, watched_on);
        assert!(uow.viewings().insert(&twice).await.is_err());
    }
    let uow = bench.store().begin().await.unwrap();
    let of_nothing = viewing(4, anna, nothing(), None);
    let refused = uow.viewings().insert(&of_nothing).await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn walk(bench: &Bench, user: UserId, filter: DiaryFilter, size: i64) -> Vec<u128> {
    let mut walked = Vec::new();
    let mut after = None;
    loop {
        let size = PageSize::try_from(size).unwrap();
        let page = PageRequest { size, after };
        let page = bench.diaries().list(user, filter, &page).await.unwrap();
        for entry in &page.items {
            assert_eq!(entry.film.card.id, entry.viewing.film);
            walked.push(entry.viewing.id.as_uuid().as_u128());
        }
        after = page.next;
        if after.is_none() {
            return walked;
        }
    }
}

async fn a_diary_is_listed_latest_first_and_what_is_of_unknown_date_last(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let (one, other) = (some_film(&bench).await, some_film(&bench).await);
    let viewings = [
        viewing(1, anna, one, None),
        viewing(2, anna, one, day(2024, 1, 31)),
        viewing(3, anna, one, day(2024, 2, 1)),
        viewing(4, anna, other, day(2024, 2, 1)),
        viewing(5, anna, other, None),
        viewing(6, anna, other, day(2023, 12, 31)),
        viewing(7, ben, one, day(2024, 1, 15)),
    ];
    keep(&bench, &viewings).await;
    let all = DiaryFilter::default();
    for size in [1, 2, 3, 4, 5, 100] {
        assert_eq!(walk(&bench, anna, all, size).await, [4, 3, 2, 6, 5, 1]);
    }
    let film = Some(one);
    let of_one = DiaryFilter { film, ..all };
    assert_eq!(walk(&bench, anna, of_one, 1).await, [3, 2, 1]);
    for (period, expected) in [
        (Period::new(2024, None), vec![4, 3, 2]),
        (Period::new(2024, Some(1)), vec![2]),
        (Period::new(2023, Some(12)), vec![6]),
        (Period::new(2022, None), vec![]),
    ] {
        let filter = DiaryFilter { period, ..all };
        assert_eq!(walk(&bench, anna, filter, 1).await, expected);
    }
    let period = Period::new(2024, Some(2));
    let both = DiaryFilter { period, film };
    assert_eq!(walk(&bench, anna, both, 1).await, [3]);
}

fn log(film: FilmId, key: Option<&str>) -> LogViewing {
    LogViewing {
        film,
        watched_on: NaiveDate::from_ymd_opt(2020, 1, 1),
        is_rewatch: false,
        note: None,
        key: key.and_then(|key| OnceKey::parse(key).ok()),
    }
}

async fn of_those_who_write_the_same_at_once_one_does(bench: Bench) {
    let anna = somebody(&bench).await;
    let film = some_film(&bench).await;
    let rating = Rating::MIN;
    run(&bench, &anna, RateFilm { film, rating }).await.unwrap();
    for key in [None, Some("key")] {
        let tries = (0..4).map(|_| run(&bench, &anna, log(film, key)));
        let logged = futures_util::future::join_all(tries).await;
        let logged: Vec<Logged> = logged.into_iter().map(Result::unwrap).collect();
        let new = logged.iter().filter(|logged| logged.is_new).count();
        match key {
            // The day tells that it is the same, and all but one are told so.
            None => assert_eq!(new, 1),
            // The key tells that it is the same request, and the answer is the same.
            Some(_) => assert_eq!(new, 4),
        }
        let diary = bench.diary(anna.id).await;
        assert_eq!(diary.len(), 1);
        assert!(logged.iter().all(|logged| logged.viewing == diary[0]));
        let erase = EraseViewing {
            viewing: diary[0].id,
        };
        run(&bench, &anna, erase).await.unwrap();
        assert!(!has_flag(&bench, anna.id, film, StandardList::Watched).await);
    }
}

fn once(key: &str, fingerprint: u128) -> Once {
    Once {
        key: OnceKey::parse(key).unwrap(),
        fingerprint: Uuid::from_u128(fingerprint),
    }
}

async fn an_answer_is_kept_under_its_key_until_that_is_free_again(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let film = some_film(&bench).await;
    let since = noon() - Duration::hours(24);
    let take = async |user, once: Once, since, answer: Option<&KeptAnswer>| {
        let uow = bench.store().begin().await.unwrap();
        let answers = uow.answers();
        let came = answers.take(user, &once, since, noon()).await.unwrap();
        if let Some(answer) = answer {
            answers.keep(user, &once.key, answer).await.unwrap();
        }
        uow.commit().await.unwrap();
        came
    };
    let mut seen = viewing(1, anna, film, day(2020, 2, 29));
    seen.note = ViewingNote::parse("Ёжик").ok();
    let answer = KeptAnswer::ViewingLogged(Logged {
        viewing: seen,
        is_new: true,
    });
    let first = take(anna, once("a", 1), since, Some(&answer)).await;
    assert_eq!(first, Came::First);
    let again = take(anna, once("a", 1), since, None).await;
    assert_eq!(again, Came::Again(answer.clone()));
    assert_eq!(take(anna, once("a", 2), since, None).await, Came::Otherwise);
    for (user, key) in [(anna, "A"), (ben, "a")] {
        let other = take(user, once(key, 1), since, Some(&answer)).await;
        assert_eq!(other, Came::First);
    }
    // What is undone is not kept.
    let uow = bench.store().begin().await.unwrap();
    let came = uow.answers().take(anna, &once("b", 1), since, noon()).await;
    assert_eq!(came.unwrap(), Came::First);
    drop(uow);
    let came = take(anna, once("b", 2), since, Some(&answer)).await;
    assert_eq!(came, Came::First);
    let later = noon() + Duration::seconds(1);
    let free = take(anna, once("a", 3), later, Some(&answer)).await;
    assert_eq!(free, Came::First);
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.answers().forget(noon()).await.unwrap(), 0);
    assert_eq!(uow.answers().forget(later).await.unwrap(), 4);
    let of_nobody = once("a", 1);
    let refused = uow.answers().take(nothing(), &of_nobody, since, noon());
    let refused = refused.await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn a_long_diary_of_one_film_is_shown_whole(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = a_film().titled("Groundhog Day").build();
    bench.has_film(&film).await;
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
    let days = first.iter_days().take(120).zip(1..);
    let viewings: Vec<Viewing> = days
        .map(|(day, number)| viewing(number, anna, film.id, ViewingDay::stored(day).ok()))
        .collect();
    keep(&bench, &viewings).await;
    let walked = walk(&bench, anna, DiaryFilter::default(), 50).await;
    assert_eq!(walked, (1..=120).rev().collect::<Vec<u128>>());
    let id: ViewingId = Id::from_uuid(Uuid::from_u128(120));
    let shown = bench.diaries().show(anna, id).await.unwrap().unwrap();
    assert_eq!(shown.film, film.id);
}

contract!(
    a_viewing_is_kept_found_corrected_and_removed_by_its_user_alone,
    a_film_is_in_a_diary_once_a_day_and_once_of_unknown_date,
    a_diary_is_listed_latest_first_and_what_is_of_unknown_date_last,
    of_those_who_write_the_same_at_once_one_does,
    an_answer_is_kept_under_its_key_until_that_is_free_again,
    a_long_diary_of_one_film_is_shown_whole,
);
