//! What the fake store promises beyond the contract that it shares with the real ones.
use application::{
    fakes::{Fixture, World, a_film, a_user},
    shared::store::{Store, StoreError},
};

#[tokio::test]
async fn a_dropped_unit_of_work_leaves_no_trace() {
    let world = World::new();
    let open = world.store.begin().await.unwrap();
    let film = a_film().build();
    open.films().insert(&film).await.unwrap();
    assert_eq!(open.films().find(film.id).await.unwrap(), Some(film));
    drop(open);
    assert_eq!(world.stored(), World::new().stored());
}

#[tokio::test]
async fn changes_are_seen_by_others_from_the_commit_on() {
    let world = World::new();
    let open = world.store.begin().await.unwrap();
    let film = a_film().build();
    open.films().insert(&film).await.unwrap();
    assert_eq!(world.stored().film_count(), 0);
    open.commit().await.unwrap();
    assert_eq!(world.stored().film(film.id), Some(&film));
}

#[tokio::test]
async fn a_writer_waits_for_the_one_before() {
    let world = World::new();
    let open = world.store.begin().await.unwrap();
    let mut next = world.store.begin();
    tokio::select! {
        biased;
        _ = &mut next => panic!("two write at once"),
        () = std::future::ready(()) => drop(open),
    }
    assert!(next.await.is_ok());
}

#[tokio::test]
async fn a_stale_film_is_refused() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film().owned_by(anna.id));
    let open = world.store.begin().await.unwrap();
    let mut fresh = film.clone();
    fresh.revise(film.content.clone(), world.now());
    open.films().save(&fresh).await.unwrap();
    let refused = open.films().save(&fresh).await;
    assert!(matches!(refused, Err(StoreError::Stale)));
}
