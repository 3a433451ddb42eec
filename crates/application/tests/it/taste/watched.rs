//! What stands on `watched` stands in the diary.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_user},
    library::{
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::WatchlistRef,
    },
};
use chrono::Duration;
use domain::{library::StandardList, shared::Id};

const WATCHED: WatchlistRef = WatchlistRef::Standard(StandardList::Watched);

#[tokio::test]
async fn a_film_on_watched_has_a_viewing_of_which_nothing_is_known_until_it_is_taken_off() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let by_id = WatchlistRef::Id(StandardList::Watched.of(anna.id));
    for list in [WATCHED, by_id] {
        let add = AddToWatchlist { list, film };
        world.run(&actor, add.clone()).await.unwrap();
        world.clock.advance(Duration::seconds(1));
        world.run(&actor, add).await.unwrap();
        let stored = world.stored();
        let diary = stored.diary_of(anna.id);
        assert!(diary.len() == 1 && diary[0].is_bare() && diary[0].film == film);
        let remove = RemoveFromWatchlist { list, film };
        world.run(&actor, remove.clone()).await.unwrap();
        assert!(world.stored().diary_of(anna.id).is_empty());
        let refused = world.run(&actor, remove).await;
        assert_eq!(code(refused), "library.film_not_listed");
    }
}

#[tokio::test]
async fn other_lists_say_nothing_of_viewings() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    for list in [StandardList::Liked, StandardList::Wish] {
        let list = WatchlistRef::Standard(list);
        let add = AddToWatchlist { list, film };
        world.run(&actor, add).await.unwrap();
    }
    assert!(world.stored().diary_of(anna.id).is_empty());
}

#[tokio::test]
async fn what_is_refused_leaves_the_diary_alone() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let before = world.stored();
    let no_film = AddToWatchlist {
        list: WATCHED,
        film: Id::from_uuid(uuid::Uuid::nil()),
    };
    let refused = world.run(&actor, no_film).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    world.store.refuse_commits();
    let add = AddToWatchlist {
        list: WATCHED,
        film,
    };
    let refused = world.run(&actor, add).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
}
