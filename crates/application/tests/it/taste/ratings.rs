//! Films are rated.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_user},
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
    taste::{
        ports::{RatingFilter, RatingOrder},
        ratings::{ListRatings, RateFilm, ShowRating, UnrateFilm},
    },
};
use chrono::Duration;
use domain::{catalogue::FilmId, library::StandardList, shared::Id, taste::Rating};

fn rating(value: i64) -> Rating {
    Rating::try_from(value).unwrap()
}

fn rate(film: FilmId, value: i64) -> RateFilm {
    let rating = rating(value);
    RateFilm { film, rating }
}

fn unknown<K>() -> Id<K> {
    Id::from_uuid(uuid::Uuid::nil())
}

#[tokio::test]
async fn a_rating_is_kept_until_another_one_is_given() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let first = world.run(&actor, rate(film, 7)).await.unwrap();
    assert_eq!((first.rating, first.rated_at), (rating(7), world.now()));
    world.clock.advance(Duration::hours(1));
    // The same again is no new opinion.
    assert_eq!(world.run(&actor, rate(film, 7)).await.unwrap(), first);
    let other = world.run(&actor, rate(film, 8)).await.unwrap();
    assert_eq!((other.rating, other.rated_at), (rating(8), world.now()));
    let shown = world.run(&actor, ShowRating { film }).await.unwrap();
    assert_eq!(shown, other);
}

#[tokio::test]
async fn a_rated_film_was_seen_and_stays_so_without_its_rating() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    world.run(&actor, rate(film, 7)).await.unwrap();
    world.run(&actor, rate(film, 9)).await.unwrap();
    world.run(&actor, UnrateFilm { film }).await.unwrap();
    let stored = world.stored();
    assert_eq!(stored.rating_of(anna.id, film), None);
    assert_eq!(stored.films_on(StandardList::Watched.of(anna.id)), [film]);
    let diary = stored.diary_of(anna.id);
    assert!(diary.len() == 1 && diary[0].is_bare());
    let refused = world.run(&actor, UnrateFilm { film }).await;
    assert_eq!(code(refused), "taste.not_rated");
    let refused = world.run(&actor, ShowRating { film }).await;
    assert_eq!(code(refused), "taste.not_rated");
}

#[tokio::test]
async fn nothing_changes_when_a_film_cannot_be_rated() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film()).id;
    let before = world.stored();
    let refused = world.run(&actor, rate(unknown(), 7)).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    let refused = world.run(&Actor::Anonymous, rate(film, 7)).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    world.store.refuse_commits();
    let refused = world.run(&actor, rate(film, 7)).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn ratings_are_listed_in_any_order_page_by_page() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let mut films = Vec::new();
    for (title, year, value) in [("B", 1990, 9), ("The A", 2001, 3), ("C", 1975, 9)] {
        let film = world.has(a_film().titled(title).released_in(year)).id;
        world.clock.advance(Duration::seconds(1));
        world.run(&actor, rate(film, value)).await.unwrap();
        films.push(film);
    }
    let stranger = world.signed_in(&world.has(a_user()));
    world.run(&stranger, rate(films[0], 1)).await.unwrap();
    for (order, expected) in [
        (RatingOrder::NewestFirst, [2, 1, 0]),
        (RatingOrder::OldestFirst, [0, 1, 2]),
        (RatingOrder::HighestFirst, [2, 0, 1]),
        (RatingOrder::LowestFirst, [1, 0, 2]),
        (RatingOrder::Title, [1, 0, 2]),
        (RatingOrder::TitleDescending, [2, 0, 1]),
        (RatingOrder::Year, [2, 0, 1]),
        (RatingOrder::YearDescending, [1, 0, 2]),
    ] {
        let mut listed = Vec::new();
        let mut after = None;
        loop {
            let size = PageSize::try_from(1).unwrap();
            let request = ListRatings {
                filter: RatingFilter::default(),
                order,
                page: PageRequest { size, after },
            };
            let page = world.run(&actor, request).await.unwrap();
            listed.extend(page.items.iter().map(|rated| rated.film.card.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(
            listed,
            expected.map(|place: usize| films[place]),
            "{order:?}"
        );
    }
    let request = ListRatings {
        filter: RatingFilter {
            from: Some(rating(2)),
            to: Some(rating(8)),
        },
        order: RatingOrder::default(),
        page: PageRequest {
            size: PageSize::default(),
            after: None,
        },
    };
    let page = world.run(&actor, request).await.unwrap();
    let listed: Vec<_> = page.items.iter().map(|rated| rated.film.card.id).collect();
    assert_eq!(listed, [films[1]]);
}
