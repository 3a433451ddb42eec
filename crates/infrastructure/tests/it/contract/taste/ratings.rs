//! Ratings and lists of them.
use super::{Bench, contract, noon, nothing, some_film, somebody};
use application::{
    fakes::{Fixture, a_film, a_user},
    shared::{
        page::{PageRequest, PageSize},
        store::StoreError,
    },
    taste::ports::{RatingFilter, RatingKey, RatingOrder},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    taste::{FilmRating, Rating},
};

fn rating(user: UserId, film: FilmId, value: i64, rated_at: DateTime<Utc>) -> FilmRating {
    FilmRating {
        user,
        film,
        rating: Rating::try_from(value).unwrap(),
        rated_at,
    }
}

async fn put(bench: &Bench, rating: &FilmRating) -> Option<FilmRating> {
    let uow = bench.store().begin().await.unwrap();
    let kept = uow.ratings().put(rating).await.unwrap();
    uow.commit().await.unwrap();
    kept
}

async fn a_film_is_rated_once_and_the_last_word_counts(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = some_film(&bench).await;
    let later = noon() + Duration::hours(1);
    let first = rating(anna, film, 7, noon());
    assert_eq!(put(&bench, &first).await, Some(first));
    // The same again is no new opinion.
    assert_eq!(
        put(&bench, &rating(anna, film, 7, later)).await,
        Some(first)
    );
    assert_eq!(bench.ratings().show(anna, film).await.unwrap(), Some(first));
    let other = rating(anna, film, 10, later);
    assert_eq!(put(&bench, &other).await, Some(other));
    assert_eq!(bench.ratings().show(anna, film).await.unwrap(), Some(other));
    let uow = bench.store().begin().await.unwrap();
    assert!(uow.ratings().remove(anna, film).await.unwrap());
    assert!(!uow.ratings().remove(anna, film).await.unwrap());
    uow.commit().await.unwrap();
    assert_eq!(bench.ratings().show(anna, film).await.unwrap(), None);
}

async fn what_does_not_exist_is_not_rated(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = some_film(&bench).await;
    assert_eq!(put(&bench, &rating(anna, nothing(), 7, noon())).await, None);
    let uow = bench.store().begin().await.unwrap();
    let refused = uow.ratings().put(&rating(nothing(), film, 7, noon())).await;
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

async fn walk(bench: &Bench, user: UserId, filter: RatingFilter, order: RatingOrder) -> Vec<u8> {
    let mut walked = Vec::new();
    let mut after: Option<RatingKey> = None;
    loop {
        let size = PageSize::try_from(2).unwrap();
        let page = PageRequest { size, after };
        let page = bench.ratings().list(user, filter, order, &page);
        let page = page.await.unwrap();
        let titles = page
            .items
            .iter()
            .map(|rated| rated.film.card.title.as_str());
        walked.extend(titles.map(|title| title.as_bytes()[0]));
        after = page.next;
        if after.is_none() {
            return walked;
        }
    }
}

async fn ratings_are_listed_in_each_order_without_gap_or_overlap(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, a_user().build());
    bench.has_user(&ben).await;
    for (title, year, value, age) in [
        ("d", Some(1999), 5, 1),
        ("a", Some(2024), 10, 3),
        ("c", None, 5, 0),
        ("b", Some(1931), 1, 4),
        ("e", Some(1999), 9, 2),
    ] {
        let film = year.map_or_else(a_film, |year| a_film().released_in(year));
        let film = film.titled(title).build();
        bench.has_film(&film).await;
        let at = noon() - Duration::hours(age);
        put(&bench, &rating(anna, film.id, value, at)).await;
        put(&bench, &rating(ben.id, film.id, 3, at)).await;
    }
    let all = RatingFilter::default();
    for (order, expected) in [
        (RatingOrder::NewestFirst, "cdeab"),
        (RatingOrder::OldestFirst, "baedc"),
        (RatingOrder::Title, "abcde"),
        (RatingOrder::TitleDescending, "edcba"),
    ] {
        let walked = walk(&bench, anna, all, order).await;
        assert_eq!(walked, expected.as_bytes(), "{order:?}");
    }
    // Where two are alike, their identifiers decide, the other way round in the other order.
    for (one, other, ends) in [
        (RatingOrder::LowestFirst, RatingOrder::HighestFirst, "ba"),
        (RatingOrder::Year, RatingOrder::YearDescending, "ca"),
    ] {
        let walked = walk(&bench, anna, all, one).await;
        let mut turned = walk(&bench, anna, all, other).await;
        turned.reverse();
        assert_eq!(walked, turned);
        assert_eq!([walked[0], walked[4]], ends.as_bytes());
    }
    let from = Rating::try_from(2).ok();
    let to = Rating::try_from(9).ok();
    let some = RatingFilter { from, to };
    assert_eq!(walk(&bench, anna, some, RatingOrder::Title).await, b"cde");
    assert_eq!(walk(&bench, nothing(), all, RatingOrder::Title).await, b"");
}

contract!(
    a_film_is_rated_once_and_the_last_word_counts,
    what_does_not_exist_is_not_rated,
    ratings_are_listed_in_each_order_without_gap_or_overlap,
);
