//! A diary is kept.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_user},
    library::{entries::RemoveFromWatchlist, ports::WatchlistRef},
    shared::{
        actor::Actor,
        once::OnceKey,
        page::{PageRequest, PageSize},
    },
    taste::{
        diary::{EraseViewing, ListDiary, LogViewing, Logged, ReviseViewing, ShowViewing},
        ports::{DiaryFilter, Period},
        ratings::RateFilm,
    },
    upkeep::tidy_up::TidyUp,
};
use chrono::{Duration, NaiveDate};
use domain::{
    catalogue::FilmId,
    library::StandardList,
    shared::Id,
    taste::{Rating, ViewingDay, ViewingId, ViewingNote},
};

fn log(film: FilmId) -> LogViewing {
    LogViewing {
        film,
        watched_on: None,
        is_rewatch: false,
        note: None,
        key: None,
    }
}

fn on(film: FilmId, day: u32) -> LogViewing {
    LogViewing {
        watched_on: date(day),
        ..log(film)
    }
}

/// A day of the month before the worlds of tests begin.
fn date(day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(2020, 5, day)
}

fn note(text: &str) -> Option<ViewingNote> {
    ViewingNote::parse(text).ok()
}

fn unchanged(viewing: ViewingId) -> ReviseViewing {
    ReviseViewing {
        viewing,
        watched_on: None,
        is_rewatch: None,
        note: None,
    }
}

fn unknown<K>() -> Id<K> {
    Id::from_uuid(uuid::Uuid::nil())
}

fn keyed(request: LogViewing, key: &str) -> LogViewing {
    LogViewing {
        key: OnceKey::parse(key).ok(),
        ..request
    }
}

#[tokio::test]
async fn a_viewing_is_written_down_once_a_day_and_puts_the_film_on_watched() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let Logged { viewing, is_new } = world.run(&actor, on(film, 3)).await.unwrap();
    assert!(is_new);
    assert_eq!((viewing.film, viewing.user), (film, anna.id));
    assert_eq!(viewing.watched_on.map(ViewingDay::date), date(3));
    world.clock.advance(Duration::hours(1));
    let again = LogViewing {
        note: note("Other words"),
        ..on(film, 3)
    };
    let again = world.run(&actor, again).await.unwrap();
    assert_eq!((&again.viewing, again.is_new), (&viewing, false));
    let other = world.run(&actor, on(film, 4)).await.unwrap();
    assert!(other.is_new);
    let stored = world.stored();
    assert_eq!(stored.diary_of(anna.id).len(), 2);
    assert_eq!(stored.films_on(StandardList::Watched.of(anna.id)), [film]);
    let shown = ShowViewing {
        viewing: viewing.id,
    };
    assert_eq!(world.run(&actor, shown).await.unwrap(), viewing);
}

#[tokio::test]
async fn what_was_only_known_to_be_seen_becomes_the_viewing_that_is_told_of() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let rating = Rating::MAX;
    for (request, expected) in [
        (on(unknown(), 3), 1),
        (
            LogViewing {
                note: note("Long ago"),
                ..log(unknown())
            },
            1,
        ),
        (
            LogViewing {
                is_rewatch: true,
                ..log(unknown())
            },
            1,
        ),
        (
            LogViewing {
                is_rewatch: true,
                ..on(unknown(), 3)
            },
            2,
        ),
        (log(unknown()), 1),
    ] {
        let film = world.has(a_film()).id;
        world.run(&actor, RateFilm { film, rating }).await.unwrap();
        let request = LogViewing { film, ..request };
        let logged = world.run(&actor, request.clone()).await.unwrap();
        assert_eq!(logged.viewing.note, request.note);
        assert_eq!(logged.is_new, !logged.viewing.is_bare());
        let stored = world.stored();
        let diary = stored.diary_of(anna.id);
        let of_film = diary.iter().filter(|viewing| viewing.film == film);
        assert_eq!(of_film.count(), expected, "{request:?}");
    }
}

#[tokio::test]
async fn the_last_viewing_takes_the_film_off_watched_and_what_was_written_outlives_the_entry() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let watched = StandardList::Watched.of(anna.id);
    let first = world.run(&actor, on(film, 3)).await.unwrap().viewing.id;
    let second = world.run(&actor, on(film, 4)).await.unwrap().viewing.id;
    let erase = |viewing| EraseViewing { viewing };
    world.run(&actor, erase(first)).await.unwrap();
    assert_eq!(world.stored().films_on(watched), [film]);
    let remove = RemoveFromWatchlist {
        list: WatchlistRef::Standard(StandardList::Watched),
        film,
    };
    world.run(&actor, remove).await.unwrap();
    assert_eq!(world.stored().diary_of(anna.id).len(), 1);
    let third = world.run(&actor, on(film, 5)).await.unwrap().viewing.id;
    assert_eq!(world.stored().films_on(watched), [film]);
    for viewing in [second, third] {
        world.run(&actor, erase(viewing)).await.unwrap();
    }
    assert!(world.stored().films_on(watched).is_empty());
    let refused = world.run(&actor, erase(third)).await;
    assert_eq!(code(refused), "taste.viewing_not_found");
}

#[tokio::test]
async fn a_viewing_is_corrected_but_not_onto_another_one() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    let logged = world.run(&actor, on(film, 3)).await.unwrap().viewing;
    world.run(&actor, on(film, 4)).await.unwrap();
    let same = world.run(&actor, unchanged(logged.id)).await.unwrap();
    assert_eq!(same, logged);
    let change = ReviseViewing {
        watched_on: Some(None),
        is_rewatch: Some(true),
        note: Some(note("In May")),
        ..unchanged(logged.id)
    };
    let revised = world.run(&actor, change).await.unwrap();
    assert_eq!((revised.watched_on, revised.is_rewatch), (None, true));
    assert_eq!(revised.note, note("In May"));
    let shown = ShowViewing { viewing: logged.id };
    assert_eq!(world.run(&actor, shown).await.unwrap(), revised);
    let before = world.stored();
    let taken = ReviseViewing {
        watched_on: Some(date(4)),
        ..unchanged(logged.id)
    };
    assert_eq!(code(world.run(&actor, taken).await), "taste.day_taken");
    let to_come = ReviseViewing {
        watched_on: Some(NaiveDate::from_ymd_opt(9999, 1, 1)),
        ..unchanged(logged.id)
    };
    assert_eq!(code(world.run(&actor, to_come).await), "taste.no_such_day");
    let stranger = world.signed_in(&world.has(a_user()));
    for refused in [
        code(world.run(&stranger, unchanged(logged.id)).await),
        code(
            world
                .run(&stranger, EraseViewing { viewing: logged.id })
                .await,
        ),
        code(
            world
                .run(&stranger, ShowViewing { viewing: logged.id })
                .await,
        ),
        code(world.run(&actor, unchanged(unknown())).await),
    ] {
        assert_eq!(refused, "taste.viewing_not_found");
    }
    assert_eq!(
        world.stored().diary_of(revised.user),
        before.diary_of(revised.user)
    );
}

#[tokio::test]
async fn nothing_is_written_down_that_cannot_have_been() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    let before = world.stored();
    let refused = world.run(&actor, on(unknown(), 3)).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    for day in [
        NaiveDate::from_ymd_opt(1887, 1, 1),
        NaiveDate::from_ymd_opt(9999, 1, 1),
    ] {
        let request = LogViewing {
            watched_on: day,
            ..log(film)
        };
        assert_eq!(code(world.run(&actor, request).await), "taste.no_such_day");
    }
    let refused = world.run(&Actor::Anonymous, log(film)).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    world.store.refuse_commits();
    let refused = world.run(&actor, keyed(on(film, 3), "k")).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_request_that_comes_again_gets_the_answer_that_was_given() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let request = keyed(on(film, 3), "first");
    let logged = world.run(&actor, request.clone()).await.unwrap();
    world.clock.advance(Duration::hours(23));
    assert_eq!(world.run(&actor, request.clone()).await.unwrap(), logged);
    // Even when the viewing is gone meanwhile.
    let erase = EraseViewing {
        viewing: logged.viewing.id,
    };
    world.run(&actor, erase).await.unwrap();
    assert_eq!(world.run(&actor, request.clone()).await.unwrap(), logged);
    assert!(world.stored().diary_of(anna.id).is_empty());
    let other = keyed(on(film, 4), "first");
    assert_eq!(code(world.run(&actor, other).await), "taste.key_reused");
    // A key is its user's alone, and a day later it is free again.
    let ben = world.signed_in(&world.has(a_user()));
    assert!(world.run(&ben, request.clone()).await.unwrap().is_new);
    world.clock.advance(Duration::hours(2));
    let later = world.run(&actor, request).await.unwrap();
    assert!(later.is_new && later.viewing.id != logged.viewing.id);
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    let refused = world.run(&actor, keyed(on(unknown(), 3), "k")).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    assert!(
        world
            .run(&actor, keyed(on(film, 3), "k"))
            .await
            .unwrap()
            .is_new
    );
}

#[tokio::test]
async fn kept_answers_are_tidied_up_after_a_day() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    world.run(&actor, keyed(on(film, 3), "old")).await.unwrap();
    world.clock.advance(Duration::hours(25));
    world.run(&actor, keyed(on(film, 4), "new")).await.unwrap();
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.answers, 1);
    let again = world.run(&actor, keyed(on(film, 5), "new")).await;
    assert_eq!(code(again), "taste.key_reused");
}

#[tokio::test]
async fn the_diary_is_listed_latest_first_by_period_and_film() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let (one, other) = (world.has(a_film()).id, world.has(a_film()).id);
    let mut logged = Vec::new();
    for request in [on(one, 9), log(other), on(other, 30), on(one, 2)] {
        logged.push(world.run(&actor, request).await.unwrap().viewing.id);
    }
    // The viewing of unknown date has become that of the 30th.
    let walk = async |filter: DiaryFilter| {
        let mut walked = Vec::new();
        let mut after = None;
        loop {
            let size = PageSize::try_from(1).unwrap();
            let page = PageRequest { size, after };
            let page = world.run(&actor, ListDiary { filter, page }).await.unwrap();
            walked.extend(page.items.iter().map(|entry| entry.viewing.id));
            after = page.next;
            if after.is_none() {
                return walked;
            }
        }
    };
    let all = DiaryFilter::default();
    assert_eq!(walk(all).await, [logged[2], logged[0], logged[3]]);
    let film = Some(one);
    assert_eq!(
        walk(DiaryFilter { film, ..all }).await,
        [logged[0], logged[3]]
    );
    let period = Period::new(2020, Some(6));
    assert!(walk(DiaryFilter { period, ..all }).await.is_empty());
    let period = Period::new(2020, None);
    assert_eq!(walk(DiaryFilter { period, film }).await.len(), 2);
}
