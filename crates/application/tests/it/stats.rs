//! Users look back at what they saw, and see what they said of films.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_user},
    shared::actor::Actor,
    taste::{mine::ShowMine, ratings::RateFilm, stats::ShowStats},
};
use chrono::NaiveDate;
use domain::{
    library::StandardList,
    shared::Id,
    taste::{DiaryYear, Rating, Viewing, ViewingDay},
};
use uuid::Uuid;

#[tokio::test]
async fn the_best_films_are_shown_with_their_flags() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let (good, better) = (world.has(a_film()).id, world.has(a_film()).id);
    world.lists(better, StandardList::Liked.of(anna.id));
    for (film, value) in [(good, 7), (better, 9)] {
        let rating = Rating::try_from(value).unwrap();
        world.run(&actor, RateFilm { film, rating }).await.unwrap();
    }
    let shown = world.run(&actor, ShowStats { year: None }).await.unwrap();
    assert_eq!(shown.stats.best, [better, good]);
    assert!(shown.best[0].flags.is_liked && shown.best[0].flags.is_watched);
    assert_eq!(shown.stats.total.mean, Some(8.0));
}

#[tokio::test]
async fn a_year_tells_of_its_viewings_alone() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    for (number, day) in [(1, (2025, 12, 31)), (2, (2026, 1, 1))] {
        let day = NaiveDate::from_ymd_opt(day.0, day.1, day.2).unwrap();
        let id = Id::from_uuid(Uuid::from_u128(number));
        world.logs(Viewing {
            watched_on: ViewingDay::stored(day).ok(),
            ..Viewing::bare(id, anna.id, film, world.now())
        });
    }
    let year = DiaryYear::try_from(2026).ok();
    let shown = world.run(&actor, ShowStats { year }).await.unwrap();
    assert_eq!(shown.stats.total.viewings, 1);
    assert_eq!(shown.stats.by_month[0].what, "2026-01");
}

#[tokio::test]
async fn numbers_are_for_whoever_has_signed_in() {
    let world = World::new();
    for actor in [Actor::Anonymous, Actor::System] {
        let refused = world.run(&actor, ShowStats { year: None }).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
}

#[tokio::test]
async fn a_viewer_sees_what_they_said_and_a_stranger_nothing() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let (rated, other) = (world.has(a_film()).id, world.has(a_film()).id);
    let rating = Rating::MAX;
    let rate = RateFilm {
        film: rated,
        rating,
    };
    world.run(&actor, rate).await.unwrap();
    let films = vec![rated, other];
    let show = ShowMine { films };
    let mines = world.run(&actor, show.clone()).await.unwrap();
    assert_eq!(mines.len(), 1);
    assert_eq!(mines[&rated].rating, Some((rating, world.now())));
    assert_eq!(
        (mines[&rated].viewings, mines[&rated].last_seen_on),
        (1, None)
    );
    assert!(world.run(&Actor::Anonymous, show).await.unwrap().is_empty());
}
