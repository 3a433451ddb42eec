//! Ready-made mixes.
use crate::support::code;
use application::{
    catalogue::views::Flags,
    fakes::{World, a_film, a_mix, a_user},
    mixes::browse_mixes::{ListMixFilms, ListMixes, ShowMix},
    shared::actor::Actor,
};
use domain::{library::StandardList, shared::Id};

#[tokio::test]
async fn mixes_are_listed_for_everybody_in_the_order_of_their_editors() {
    let world = World::new();
    let (z, a) = (world.has(a_mix("Z")), world.has(a_mix("A")));
    let mixes = world.run(&Actor::Anonymous, ListMixes).await.unwrap();
    assert_eq!(*mixes, [z, a.clone()]);
    let shown = world.run(&Actor::Anonymous, ShowMix { mix: a.id }).await;
    assert_eq!(shown.unwrap(), a);
}

#[tokio::test]
async fn the_films_of_a_mix_keep_their_order_and_carry_the_flags_of_the_viewer() {
    let world = World::new();
    let anna = world.has(a_user());
    let (second, first) = (world.has(a_film()), world.has(a_film()));
    let mix = world.has(a_mix("Space").with_film(first.id).with_film(second.id));
    world.lists(second.id, StandardList::Watched.of(anna.id));
    let request = || ListMixFilms { mix: mix.id };
    let films = world.run(&world.signed_in(&anna), request()).await.unwrap();
    let shown: Vec<_> = films
        .iter()
        .map(|film| (film.card.id, film.flags.is_watched))
        .collect();
    assert_eq!(shown, [(first.id, false), (second.id, true)]);
    let films = world.run(&Actor::Anonymous, request()).await.unwrap();
    assert!(films.iter().all(|film| film.flags == Flags::default()));
}

#[tokio::test]
async fn a_mix_that_does_not_exist_is_not_found() {
    let world = World::new();
    let mix = Id::from_uuid(uuid::Uuid::nil());
    let refused = world.run(&Actor::Anonymous, ShowMix { mix }).await;
    assert_eq!(code(refused), "mixes.mix_not_found");
    let refused = world.run(&Actor::Anonymous, ListMixFilms { mix }).await;
    assert_eq!(code(refused), "mixes.mix_not_found");
}

#[tokio::test]
async fn no_mix_is_shown_while_the_store_is_down() {
    let world = World::new();
    let mix = world.has(a_mix("Space")).id;
    world.store.go_down();
    let refused = world.run(&Actor::Anonymous, ListMixes).await;
    assert_eq!(code(refused), "store.unavailable");
    let refused = world.run(&Actor::Anonymous, ListMixFilms { mix }).await;
    assert_eq!(code(refused), "store.unavailable");
}
