//! Genres and moods.
use crate::support::code;
use application::{
    catalogue::vocabulary::{ListGenres, ListMoods, ShowGenre, ShowMood},
    fakes::{World, a_genre, a_mood},
    shared::actor::Actor,
};
use domain::{
    catalogue::{Genre, MoodId},
    shared::Id,
};

async fn genres(world: &World, moods: Vec<MoodId>) -> Vec<Genre> {
    let request = ListGenres { moods };
    world.run(&Actor::Anonymous, request).await.unwrap()
}

#[tokio::test]
async fn genres_are_listed_for_everybody_or_those_tied_to_any_of_the_moods() {
    let world = World::new();
    let [drama, comedy, horror] =
        ["Drama", "Comedy", "Horror"].map(|name| world.has(a_genre(name)));
    let sad = world.has(a_mood("Sad").with_genre(drama.id)).id;
    let merry = world
        .has(a_mood("Merry").with_genre(comedy.id).with_genre(drama.id))
        .id;
    let odd = world.has(a_mood("Odd")).id;
    let everything = [drama.clone(), comedy.clone(), horror];
    assert_eq!(genres(&world, vec![]).await, everything);
    assert_eq!(
        genres(&world, vec![sad]).await,
        std::slice::from_ref(&drama)
    );
    assert_eq!(genres(&world, vec![sad, merry]).await, [drama, comedy]);
    assert_eq!(genres(&world, vec![odd]).await, []);
    assert_eq!(
        genres(&world, vec![Id::from_uuid(uuid::Uuid::nil())]).await,
        []
    );
}

#[tokio::test]
async fn one_genre_and_one_mood_are_shown() {
    let world = World::new();
    let drama = world.has(a_genre("Drama").in_russian("Драма"));
    let sad = world.has(a_mood("Sad").in_russian("Грусть").with_genre(drama.id));
    let actor = Actor::Anonymous;
    let shown = world.run(&actor, ShowGenre { genre: drama.id }).await;
    assert_eq!(shown.unwrap(), drama);
    let shown = world.run(&actor, ShowMood { mood: sad.id }).await;
    assert_eq!(shown.unwrap(), sad);
    let moods = world.run(&actor, ListMoods).await.unwrap();
    assert_eq!(*moods, [sad]);
}

#[tokio::test]
async fn a_genre_or_mood_that_does_not_exist_is_not_found() {
    let world = World::new();
    let genre = Id::from_uuid(uuid::Uuid::nil());
    let refused = world.run(&Actor::Anonymous, ShowGenre { genre }).await;
    assert_eq!(code(refused), "catalogue.genre_not_found");
    let mood = Id::from_uuid(uuid::Uuid::nil());
    let refused = world.run(&Actor::Anonymous, ShowMood { mood }).await;
    assert_eq!(code(refused), "catalogue.mood_not_found");
}

#[tokio::test]
async fn nothing_is_shown_while_the_store_is_down() {
    let world = World::new();
    world.store.go_down();
    let refused = world.run(&Actor::Anonymous, ListMoods).await;
    assert_eq!(code(refused), "store.unavailable");
    let request = ListGenres { moods: vec![] };
    let refused = world.run(&Actor::Anonymous, request).await;
    assert_eq!(code(refused), "store.unavailable");
}
