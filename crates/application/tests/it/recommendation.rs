//! One film for tonight.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_genre, a_mood, a_recommendation, a_user},
    identity::profile::DeleteAccount,
    recommendation::recommend_tonight::RecommendTonight,
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{catalogue::FilmKind, library::StandardList, shared::Id};

fn anything() -> RecommendTonight {
    RecommendTonight::default()
}

#[tokio::test]
async fn what_was_given_is_noted() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film());
    let given = world
        .run(&world.signed_in(&anna), anything())
        .await
        .unwrap();
    assert_eq!(given.card.id, film.id);
    let stored = world.stored();
    let noted = stored.recommendations_to(anna.id);
    assert_eq!(noted.len(), 1);
    assert_eq!((noted[0].film, noted[0].given_at), (film.id, world.now()));
}

#[tokio::test]
async fn a_film_is_not_given_again_within_24_hours() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film());
    world.has(a_recommendation(film.id, anna.id));
    world
        .clock
        .advance(Duration::hours(24) - Duration::microseconds(1));
    let refused = world.run(&actor, anything()).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
    assert_eq!(world.stored().recommendations_to(anna.id).len(), 1);
    world.clock.advance(Duration::microseconds(1));
    assert!(world.run(&actor, anything()).await.is_ok());
}

#[tokio::test]
async fn what_others_were_given_does_not_count() {
    let world = World::new();
    let (anna, berta) = (world.has(a_user()), world.has(a_user()));
    let film = world.has(a_film());
    world.has(a_recommendation(film.id, berta.id));
    world.lists(film.id, StandardList::Watched.of(berta.id));
    assert!(world.run(&world.signed_in(&anna), anything()).await.is_ok());
}

#[tokio::test]
async fn two_recommendations_at_once_never_give_the_same_film() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    world.has(a_film());
    world.has(a_film());
    let open = world.store.begin().await.unwrap();
    let (one, other, third, ()) = tokio::join!(
        world.run(&actor, anything()),
        world.run(&actor, anything()),
        world.run(&actor, anything()),
        async { drop(open) },
    );
    assert_ne!(one.unwrap().card.id, other.unwrap().card.id);
    assert_eq!(code(third), "recommendation.nothing_suits");
}

#[tokio::test]
async fn a_watched_film_is_never_given() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film());
    world.lists(film.id, StandardList::Watched.of(anna.id));
    let refused = world.run(&world.signed_in(&anna), anything()).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
    assert_eq!(world.store.commits(), 0);
}

#[tokio::test]
async fn what_the_user_wishes_to_see_comes_first_and_carries_its_flag() {
    let world = World::new();
    let anna = world.has(a_user());
    let films: Vec<_> = (0..9).map(|_| world.has(a_film()).id).collect();
    world.lists(films[5], StandardList::Wish.of(anna.id));
    for lot in [0, 3, 1_000_003] {
        let world = world.clone();
        world.clock.advance(Duration::hours(24));
        world.chance.will_draw([lot]);
        let given = world
            .run(&world.signed_in(&anna), anything())
            .await
            .unwrap();
        assert_eq!(given.card.id, films[5]);
        assert!(given.flags.is_wish);
    }
}

#[tokio::test]
async fn the_lot_decides_among_those_that_suit_best() {
    let world = World::new();
    let anna = world.has(a_user());
    let films: Vec<_> = (0..3).map(|_| world.has(a_film()).id).collect();
    world.recommender.favours(films[2], &[]);
    // Each of them has four lots: twenty times for the best, nineteen times for the next.
    for (lot, film) in [
        (0, films[2]),
        (79, films[2]),
        (80, films[0]),
        (156, films[1]),
    ] {
        world.clock.advance(Duration::hours(24));
        world.chance.will_draw([lot]);
        let given = world
            .run(&world.signed_in(&anna), anything())
            .await
            .unwrap();
        assert_eq!(given.card.id, film);
    }
}

#[tokio::test]
async fn genres_and_those_of_moods_are_taken_together() {
    let world = World::new();
    let anna = world.has(a_user());
    let [drama, comedy, horror] =
        ["Drama", "Comedy", "Horror"].map(|name| world.has(a_genre(name)).id);
    let sad = world.has(a_mood("Sad").with_genre(drama)).id;
    let [of_drama, of_comedy] =
        [drama, comedy].map(|genre| world.has(a_film().with_genre(genre)).id);
    world.has(a_film().with_genre(horror));
    world.has(a_film());
    let actor = world.signed_in(&anna);
    let request = || RecommendTonight {
        moods: vec![sad],
        genres: vec![comedy],
        kind: None,
    };
    let mut given = Vec::new();
    for _ in 0..2 {
        given.push(world.run(&actor, request()).await.unwrap().card.id);
    }
    given.sort_unstable();
    assert_eq!(given, [of_drama, of_comedy]);
    let refused = world.run(&actor, request()).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
}

#[tokio::test]
async fn only_the_kind_asked_for_is_given() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.has(a_film());
    let anime = world.has(a_film().of_kind(FilmKind::Anime));
    let request = || RecommendTonight {
        kind: Some(FilmKind::Anime),
        ..anything()
    };
    let given = world.run(&actor, request()).await.unwrap();
    assert_eq!(given.card.id, anime.id);
    let refused = world.run(&actor, request()).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
}

#[tokio::test]
async fn a_mood_without_genres_is_not_a_wish_for_just_anything() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.has(a_film());
    let request = RecommendTonight {
        moods: vec![world.has(a_mood("Odd")).id],
        ..anything()
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "recommendation.nothing_suits");
}

#[tokio::test]
async fn nothing_is_given_for_a_genre_or_mood_that_does_not_exist() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.has(a_film());
    let request = RecommendTonight {
        genres: vec![Id::from_uuid(uuid::Uuid::nil())],
        ..anything()
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.unknown_genre");
    let request = RecommendTonight {
        moods: vec![Id::from_uuid(uuid::Uuid::nil())],
        ..anything()
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.unknown_mood");
    assert_eq!(world.store.commits(), 0);
}

#[tokio::test]
async fn only_users_who_exist_are_given_anything() {
    let world = World::new();
    world.has(a_film());
    for actor in [Actor::Anonymous, Actor::System] {
        let refused = world.run(&actor, anything()).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
    let gone = world.signed_in(&world.has(a_user()));
    world.run(&gone, DeleteAccount).await.unwrap();
    let refused = world.run(&gone, anything()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}

#[tokio::test]
async fn a_film_counts_as_given_only_when_that_is_committed() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    world.has(a_film());
    world.store.refuse_commits();
    let refused = world.run(&actor, anything()).await;
    assert_eq!(code(refused), "store.unavailable");
    world.store.accept_commits();
    assert!(world.run(&actor, anything()).await.is_ok());
}
