//! What follows for the list of watched films and for the diary.
use super::{Bench, contract, has_flag, noon, nothing, run, some_film, somebody};
use application::{
    library::{
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::{AddOutcome, RemoveOutcome, WatchlistRef},
    },
    shared::store::UnitOfWork,
    taste::ratings::RateFilm,
};
use domain::{
    catalogue::FilmId,
    library::StandardList,
    shared::Id,
    taste::{Consequence, Rating, Viewing},
};
use uuid::Uuid;

const WATCHED: WatchlistRef = WatchlistRef::Standard(StandardList::Watched);

fn add(film: FilmId) -> AddToWatchlist {
    AddToWatchlist {
        list: WATCHED,
        film,
    }
}

async fn follow(uow: &dyn UnitOfWork, consequence: Consequence, bare: &Viewing) {
    uow.tastes().follow(consequence, bare).await.unwrap();
}

async fn entries_change_within_a_unit_of_work_as_they_do_alone(bench: Bench) {
    let (anna, ben) = (somebody(&bench).await.id, somebody(&bench).await.id);
    let film = some_film(&bench).await;
    let list = StandardList::Watched.of(anna);
    let uow = bench.store().begin().await.unwrap();
    let entries = uow.entries();
    let added = entries.add(list, anna, film, noon()).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
    let added = entries.add(list, anna, film, noon()).await.unwrap();
    assert_eq!(added, AddOutcome::Existing);
    let added = entries.add(list, ben, film, noon()).await.unwrap();
    assert_eq!(added, AddOutcome::NotTheirs);
    let added = entries.add(nothing(), anna, film, noon()).await.unwrap();
    assert_eq!(added, AddOutcome::NoSuchList);
    let added = entries.add(list, anna, nothing(), noon()).await.unwrap();
    assert_eq!(added, AddOutcome::NoSuchFilm);
    let removed = entries.remove(list, ben, film).await.unwrap();
    assert_eq!(removed, RemoveOutcome::NotTheirs);
    let removed = entries.remove(nothing(), anna, film).await.unwrap();
    assert_eq!(removed, RemoveOutcome::NoSuchList);
    let removed = entries.remove(list, anna, film).await.unwrap();
    assert_eq!(removed, RemoveOutcome::Removed);
    let removed = entries.remove(list, anna, film).await.unwrap();
    assert_eq!(removed, RemoveOutcome::NotListed);
    let added = entries.add(list, anna, film, noon()).await.unwrap();
    assert_eq!(added, AddOutcome::Added);
    assert!(!has_flag(&bench, anna, film, StandardList::Watched).await);
    uow.commit().await.unwrap();
    assert!(has_flag(&bench, anna, film, StandardList::Watched).await);
}

async fn what_holds_already_changes_nothing(bench: Bench) {
    let anna = somebody(&bench).await.id;
    let film = some_film(&bench).await;
    let bare = |number| {
        let id = Id::from_uuid(Uuid::from_u128(number));
        Viewing::bare(id, anna, film, noon())
    };
    let uow = bench.store().begin().await.unwrap();
    uow.tastes().take_turn(anna).await.unwrap();
    for number in [1, 2] {
        for consequence in [
            Consequence::LogBareViewing,
            Consequence::PutOnWatched,
            // A viewing is left.
            Consequence::TakeOffWatched,
            Consequence::ForgetCompletion,
            Consequence::PutOnWish,
        ] {
            follow(&*uow, consequence, &bare(number)).await;
        }
    }
    uow.commit().await.unwrap();
    for list in [StandardList::Watched, StandardList::Wish] {
        assert!(has_flag(&bench, anna, film, list).await);
    }
    assert_eq!(bench.diary(anna).await, [bare(1)]);
    let uow = bench.store().begin().await.unwrap();
    for _ in 0..2 {
        for consequence in [Consequence::EraseBareViewing, Consequence::TakeOffWatched] {
            follow(&*uow, consequence, &bare(3)).await;
        }
    }
    uow.commit().await.unwrap();
    assert!(!has_flag(&bench, anna, film, StandardList::Watched).await);
    assert!(bench.diary(anna).await.is_empty());
}

/// Two devices tell at once that a film was seen, one that it was not, again and again.
async fn of_those_who_tell_at_once_each_leaves_the_list_and_the_diary_alike(bench: Bench) {
    let anna = somebody(&bench).await;
    let film = some_film(&bench).await;
    let rating = Rating::MAX;
    for round in 0..5 {
        let remove = RemoveFromWatchlist {
            list: WATCHED,
            film,
        };
        let (one, other, rated, removed) = tokio::join!(
            run(&bench, &anna, add(film)),
            run(&bench, &anna, add(film)),
            run(&bench, &anna, RateFilm { film, rating }),
            run(&bench, &anna, remove.clone()),
        );
        one.unwrap();
        other.unwrap();
        rated.unwrap();
        // Whether there was anything to take off depends on who came first.
        drop(removed);
        let is_watched = has_flag(&bench, anna.id, film, StandardList::Watched).await;
        let diary = bench.diary(anna.id).await;
        assert_eq!(diary.len(), usize::from(is_watched), "round {round}");
        if is_watched {
            run(&bench, &anna, remove).await.unwrap();
        }
    }
}

contract!(
    entries_change_within_a_unit_of_work_as_they_do_alone,
    what_holds_already_changes_nothing,
    of_those_who_tell_at_once_each_leaves_the_list_and_the_diary_alike,
);
