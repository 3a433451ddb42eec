//! Films added and changed.
use crate::support::{code, content};
use application::{
    catalogue::{create_film::CreateFilm, update_film::UpdateFilm, views::Flags},
    fakes::{World, a_film, a_genre, a_user},
    shared::actor::Actor,
};
use chrono::Duration;
use domain::{catalogue::FilmKind, library::StandardList, shared::Id};

#[tokio::test]
async fn an_added_film_belongs_to_whoever_added_it() {
    let world = World::new();
    let anna = world.has(a_user());
    let drama = world.has(a_genre("Drama")).id;
    let request = CreateFilm {
        content: content("Stalker", &[drama, drama]),
    };
    let shown = world.run(&world.signed_in(&anna), request).await.unwrap();
    assert_eq!(shown.card.title, "Stalker");
    assert_eq!(shown.card.country.as_deref(), Some("Latvia"));
    assert_eq!(shown.card.owner, Some(anna.id));
    assert_eq!(shown.flags, Flags::default());
    let stored = world.stored();
    let film = stored.film(shown.card.id).unwrap();
    assert_eq!(film.content.genres, [drama]);
    assert_eq!((film.kind, film.revision), (FilmKind::Movie, 1));
    assert_eq!(film.created_at, world.now());
    assert_eq!(world.index.nudges(), 1);
}

#[tokio::test]
async fn nothing_is_added_with_an_unknown_genre_or_by_nobody() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let unknown = Id::from_uuid(uuid::Uuid::nil());
    let request = CreateFilm {
        content: content("Stalker", &[unknown]),
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.unknown_genre");
    for actor in [Actor::Anonymous, Actor::System] {
        let request = CreateFilm {
            content: content("Stalker", &[]),
        };
        let refused = world.run(&actor, request).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
    assert_eq!(world.store.commits(), 0);
    assert_eq!(world.index.nudges(), 0);
}

#[tokio::test]
async fn nothing_is_added_when_the_store_fails() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.store.refuse_commits();
    let request = CreateFilm {
        content: content("Stalker", &[]),
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored().film_count(), 0);
    assert_eq!(world.index.nudges(), 0);
}

#[tokio::test]
async fn its_owner_replaces_what_is_said_of_a_film() {
    let world = World::new();
    let anna = world.has(a_user());
    let comedy = world.has(a_genre("Comedy")).id;
    let film = world.has(a_film().owned_by(anna.id).with_tmdb(7).released_in(1979));
    world.lists(film.id, StandardList::Liked.of(anna.id));
    world.clock.advance(Duration::minutes(1));
    let request = UpdateFilm {
        film: film.id,
        content: content("Mirror", &[comedy]),
    };
    let shown = world.run(&world.signed_in(&anna), request).await.unwrap();
    assert_eq!(shown.card.title, "Mirror");
    assert_eq!(shown.card.release_year, None);
    assert_eq!(shown.card.revision, 2);
    assert!(shown.flags.is_liked);
    let stored = world.stored();
    let changed = stored.film(film.id).unwrap();
    assert_eq!(changed.content, content("Mirror", &[comedy]));
    assert_eq!(changed.tmdb, film.tmdb);
    assert_eq!(changed.created_at, film.created_at);
    assert_eq!(changed.updated_at, world.now());
    assert_eq!(world.index.nudges(), 1);
}

#[tokio::test]
async fn an_administrator_changes_every_film_and_becomes_no_owner() {
    let world = World::new();
    let anna = world.has(a_user());
    let admin = world.signed_in(&world.has(a_user().admin()));
    let of_anna = world.has(a_film().owned_by(anna.id));
    let of_catalogue = world.has(a_film());
    for film in [of_anna, of_catalogue] {
        let request = UpdateFilm {
            film: film.id,
            content: content("Mirror", &[]),
        };
        let shown = world.run(&admin, request).await.unwrap();
        assert_eq!(shown.card.owner, film.owner);
    }
}

#[tokio::test]
async fn nothing_changes_for_strangers_and_for_those_not_signed_in() {
    let world = World::new();
    let anna = world.has(a_user());
    let of_anna = world.has(a_film().owned_by(anna.id)).id;
    let of_catalogue = world.has(a_film()).id;
    let stranger = world.signed_in(&world.has(a_user()));
    let before = world.stored();
    for film in [of_anna, of_catalogue] {
        for (actor, answer) in [
            (stranger, "catalogue.not_film_owner"),
            (Actor::Anonymous, "identity.not_signed_in"),
            (Actor::System, "identity.not_signed_in"),
        ] {
            let content = content("Mirror", &[]);
            let refused = world.run(&actor, UpdateFilm { film, content }).await;
            assert_eq!(code(refused), answer);
        }
    }
    assert_eq!(world.stored(), before);
    assert_eq!(world.index.nudges(), 0);
}

#[tokio::test]
async fn nothing_changes_with_an_unknown_genre_or_film() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film().owned_by(anna.id));
    let unknown_genre = Id::from_uuid(uuid::Uuid::nil());
    let before = world.stored();
    let request = UpdateFilm {
        film: film.id,
        content: content("Mirror", &[unknown_genre]),
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.unknown_genre");
    let request = UpdateFilm {
        film: Id::from_uuid(uuid::Uuid::nil()),
        content: content("Mirror", &[]),
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    assert_eq!(world.stored(), before);
}
