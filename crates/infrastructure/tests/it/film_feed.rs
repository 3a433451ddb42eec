//! The changes that search indexes follow, on a database where many write at once.
use crate::contract::Bench;
use application::{
    fakes::{Fixture, a_film, a_user},
    shared::store::Store,
};
use infrastructure::catalogue::{SqlFilmFeed, film_index::FilmFeed};
use shaku::HasComponent;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use uuid::Uuid;

fn feed(bench: &Bench) -> SqlFilmFeed {
    SqlFilmFeed::new(bench.connection().clone(), Uuid::from_u128(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_committed_after_others_has_a_higher_number() {
    let bench = Bench::postgres().await;
    let feed = feed(&bench);
    let late = a_film().build();
    let open = bench.store().begin().await.unwrap();
    open.films().insert(&late).await.unwrap();
    for _ in 0..300 {
        bench.has_film(&a_film().build()).await;
    }
    let newest = feed.newest_change().await.unwrap();
    open.commit().await.unwrap();
    let changes = feed.changes_after(newest, 10).await.unwrap();
    let films: Vec<_> = changes.iter().map(|(_, film)| *film).collect();
    assert_eq!(films, [late.id]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_follows_the_numbers_meets_every_change() {
    const WRITERS: usize = 6;
    const FILMS_EACH: usize = 25;
    let bench = Bench::postgres().await;
    let feed = feed(&bench);
    let is_over = Arc::new(AtomicBool::new(false));
    let following = {
        let is_over = Arc::clone(&is_over);
        tokio::spawn(async move {
            let (mut newest, mut met) = (0, 0);
            loop {
                let is_last_look = is_over.load(Ordering::SeqCst);
                let changes = feed.changes_after(newest, 1_000).await.unwrap();
                newest = changes.last().map_or(newest, |(number, _)| *number);
                met += changes.len();
                if is_last_look {
                    return met;
                }
            }
        })
    };
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let ports = Arc::clone(&bench.ports);
        writers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            for _ in 0..FILMS_EACH {
                let uow = store.begin().await.unwrap();
                uow.films().insert(&a_film().build()).await.unwrap();
                tokio::task::yield_now().await;
                uow.commit().await.unwrap();
            }
        });
    }
    writers.join_all().await;
    is_over.store(true, Ordering::SeqCst);
    assert_eq!(following.await.unwrap(), WRITERS * FILMS_EACH);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn films_that_go_with_their_owner_are_changes() {
    for bench in [Bench::sqlite().await, Bench::postgres().await] {
        let user = a_user().build();
        bench.has_user(&user).await;
        let film = a_film().owned_by(user.id).build();
        bench.has_film(&film).await;
        let feed = feed(&bench);
        let newest = feed.newest_change().await.unwrap();
        let uow = bench.store().begin().await.unwrap();
        let now = user.created_at;
        uow.films()
            .remove_private_films(user.id, now)
            .await
            .unwrap();
        uow.commit().await.unwrap();
        let changes = feed.changes_after(newest, 10).await.unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].1, film.id);
    }
}
