//! What users have told, and what is made of it.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_user},
    recommendation::recommender::{Act, ActKind, Filter, Taste},
};
use chrono::{DateTime, Utc};
use domain::library::StandardList;
use std::collections::HashSet;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn lists_tell_of_taste_and_users_are_kept_apart(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    let (liked, wished) = (a_film().build(), a_film().build());
    for user in [&anna, &boris] {
        bench.has_user(user).await;
    }
    for film in [&liked, &wished] {
        bench.has_film(film).await;
    }
    let add = async |list: StandardList, film| {
        let entries = bench.entries();
        let added = entries.add(list.of(anna.id), anna.id, film, noon()).await;
        added.unwrap();
    };
    add(StandardList::Liked, liked.id).await;
    add(StandardList::Wish, wished.id).await;
    let told = bench
        .tastes()
        .read_many(&[boris.id, anna.id])
        .await
        .unwrap();
    assert_eq!(told[0], Taste::default());
    let act = |film, kind| Act {
        film,
        kind,
        at: noon(),
    };
    let expected = [
        act(liked.id, ActKind::Liked),
        act(wished.id, ActKind::Wished),
    ];
    assert_eq!(told[1].acts.len(), 2);
    assert!(expected.iter().all(|act| told[1].acts.contains(act)));
    assert_eq!(bench.tastes().read(anna.id).await.unwrap(), told[1]);
    assert_eq!(told[1].settled_films(), HashSet::from([liked.id]));
}

async fn what_was_seen_is_not_recommended_and_the_rest_is(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let (seen, other, excluded) = (a_film().build(), a_film().build(), a_film().build());
    for film in [&seen, &other, &excluded] {
        bench.has_film(film).await;
    }
    let watched = StandardList::Watched.of(anna.id);
    let added = bench.entries().add(watched, anna.id, seen.id, noon()).await;
    added.unwrap();
    let taste = bench.tastes().read(anna.id).await.unwrap();
    let recommender = bench.recommender();
    recommender.ready().await.unwrap();
    let filter = Filter {
        without: HashSet::from([excluded.id]),
        ..Filter::any(1_000_000)
    };
    let ranking = recommender.recommend(&taste, &filter, noon());
    let films: Vec<_> = ranking.films.iter().map(|ranked| ranked.film).collect();
    assert!(films.contains(&other.id));
    assert!(!films.contains(&seen.id) && !films.contains(&excluded.id));
    assert!(
        ranking
            .films
            .iter()
            .all(|ranked| (0.0..=1.0).contains(&ranked.score))
    );
}

contract! {
    lists_tell_of_taste_and_users_are_kept_apart,
    what_was_seen_is_not_recommended_and_the_rest_is,
}
