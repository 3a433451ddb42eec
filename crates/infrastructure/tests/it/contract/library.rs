//! Watchlists and their entries.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, a_film, a_user, a_watchlist},
    library::ports::{AddOutcome, EntryKey, EntryRange, RemoveOutcome},
    shared::page::PageSize,
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::{Blurhash, Film, FilmId, PosterLooks},
    identity::User,
    library::{HexColor, StandardList, Watchlist, WatchlistId},
    shared::Id,
};
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn somebody(bench: &Bench) -> User {
    let user = a_user().build();
    bench.has_user(&user).await;
    user
}

async fn some_film(bench: &Bench) -> Film {
    let film = a_film().build();
    bench.has_film(&film).await;
    film
}

async fn films_on(bench: &Bench, list: WatchlistId, user: &User, range: EntryRange) -> Vec<FilmId> {
    let owned = bench
        .library()
        .list_entries(list, user.id, range)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(owned.owner, user.id);
    owned
        .entries
        .iter()
        .map(|entry| entry.film.card.id)
        .collect()
}

async fn lists_that_a_user_made_are_listed_newest_first(bench: Bench) {
    let user = somebody(&bench).await;
    let made = |title: &str, age| {
        let mut list = a_watchlist().owned_by(user.id).titled(title).build();
        list.created_at = noon() - Duration::hours(age);
        list
    };
    let lists: [Watchlist; 2] = [made("Old", 2), made("New", 1)];
    for list in &lists {
        bench.has_list(list).await;
    }
    let [old, new] = lists;
    assert_eq!(
        bench.library().list_custom(user.id).await.unwrap(),
        [new.clone(), old]
    );
    assert_eq!(
        bench.library().show(new.id).await.unwrap(),
        Some(new.clone())
    );
    let liked = bench
        .library()
        .show(StandardList::Liked.of(user.id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(liked.kind.name(), "liked");
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(
        uow.watchlists().find(new.id).await.unwrap(),
        Some(new.clone())
    );
    uow.watchlists().remove(new.id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(bench.library().show(new.id).await.unwrap(), None);
}

async fn a_film_is_on_a_list_once(bench: Bench) {
    let user = somebody(&bench).await;
    let film = some_film(&bench).await;
    let list = StandardList::Wish.of(user.id);
    let entries = bench.entries();
    let add = |at| entries.add(list, user.id, film.id, at);
    assert_eq!(add(noon()).await.unwrap(), AddOutcome::Added);
    assert_eq!(
        add(noon() + Duration::hours(1)).await.unwrap(),
        AddOutcome::Existing
    );
    let range = EntryRange::default();
    let owned = bench
        .library()
        .list_entries(list, user.id, range)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(owned.entries.len(), 1);
    assert_eq!(owned.entries[0].added_at, noon());
    assert!(owned.entries[0].film.flags.is_wish && !owned.entries[0].film.flags.is_liked);
    let shown = bench
        .films()
        .show(film.id, Some(user.id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.flags, owned.entries[0].film.flags);
    assert_eq!(
        entries
            .remove(list, user.id, film.id, noon())
            .await
            .unwrap(),
        RemoveOutcome::Removed
    );
    assert_eq!(
        entries
            .remove(list, user.id, film.id, noon())
            .await
            .unwrap(),
        RemoveOutcome::NotListed
    );
}

async fn nobody_changes_or_sees_the_list_of_another(bench: Bench) {
    let (anna, boris) = (somebody(&bench).await, somebody(&bench).await);
    let film = some_film(&bench).await;
    let list = StandardList::Liked.of(anna.id);
    let entries = bench.entries();
    entries.add(list, anna.id, film.id, noon()).await.unwrap();
    assert_eq!(
        entries.add(list, boris.id, film.id, noon()).await.unwrap(),
        AddOutcome::NotTheirs
    );
    assert_eq!(
        entries
            .remove(list, boris.id, film.id, noon())
            .await
            .unwrap(),
        RemoveOutcome::NotTheirs
    );
    let range = EntryRange::default();
    let seen = bench
        .library()
        .list_entries(list, boris.id, range)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen.owner, anna.id);
    assert!(seen.entries.is_empty());
    assert_eq!(films_on(&bench, list, &anna, range).await, [film.id]);
}

async fn what_does_not_exist_is_told_apart(bench: Bench) {
    let user = somebody(&bench).await;
    let film = some_film(&bench).await;
    let entries = bench.entries();
    let nothing = Uuid::from_u128(404);
    let (no_list, no_film) = (Id::from_uuid(nothing), Id::from_uuid(nothing));
    let list = StandardList::Liked.of(user.id);
    assert_eq!(
        entries
            .add(no_list, user.id, film.id, noon())
            .await
            .unwrap(),
        AddOutcome::NoSuchList
    );
    assert_eq!(
        entries.add(list, user.id, no_film, noon()).await.unwrap(),
        AddOutcome::NoSuchFilm
    );
    assert_eq!(
        entries
            .remove(no_list, user.id, film.id, noon())
            .await
            .unwrap(),
        RemoveOutcome::NoSuchList
    );
    let range = EntryRange::default();
    assert!(
        bench
            .library()
            .list_entries(no_list, user.id, range)
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(films_on(&bench, list, &user, range).await, []);
}

async fn entries_come_newest_first_and_in_parts(bench: Bench) {
    let user = somebody(&bench).await;
    let list = StandardList::Watched.of(user.id);
    let mut expected = Vec::new();
    for age in 0..5 {
        let film = some_film(&bench).await;
        let at = noon() - Duration::hours(age);
        bench
            .entries()
            .add(list, user.id, film.id, at)
            .await
            .unwrap();
        expected.push((film.id, at));
    }
    let ids: Vec<_> = expected.iter().map(|(film, _)| *film).collect();
    assert_eq!(
        films_on(&bench, list, &user, EntryRange::default()).await,
        ids
    );
    let most = Some(PageSize::try_from(2).unwrap());
    // One more than asked for tells that there are more.
    let first = films_on(&bench, list, &user, EntryRange { most, after: None }).await;
    assert_eq!(first, ids[..3]);
    let (film, added_at) = expected[2];
    let after = Some(EntryKey { added_at, film });
    let rest = films_on(&bench, list, &user, EntryRange { most, after }).await;
    assert_eq!(rest, ids[3..]);
}

async fn a_long_list_is_shown_whole(bench: Bench) {
    let user = somebody(&bench).await;
    let list = StandardList::Liked.of(user.id);
    let uow = bench.store().begin().await.unwrap();
    let films: Vec<Film> = (0..130).map(|_| a_film().build()).collect();
    for film in &films {
        uow.films().insert(film).await.unwrap();
    }
    uow.commit().await.unwrap();
    for film in &films {
        bench
            .entries()
            .add(list, user.id, film.id, noon())
            .await
            .unwrap();
    }
    for _ in 0..2 {
        assert_eq!(
            films_on(&bench, list, &user, EntryRange::default())
                .await
                .len(),
            130
        );
    }
}

async fn the_colours_of_posters_come_in_the_order_of_the_list(bench: Bench) {
    let user = somebody(&bench).await;
    let list = a_watchlist().owned_by(user.id).build();
    bench.has_list(&list).await;
    let looks = |colour: u8| PosterLooks {
        blurhash: Blurhash::parse("00AAAA").unwrap(),
        colour: HexColor::from_rgb([colour; 3]),
    };
    let films = [
        a_film().looking(looks(1)).build(),
        a_film().build(),
        a_film().looking(looks(2)).build(),
    ];
    for (film, age) in films.iter().zip([3, 2, 1]) {
        bench.has_film(film).await;
        let at = noon() - Duration::hours(age);
        let added = bench.entries().add(list.id, user.id, film.id, at).await;
        assert_eq!(added.unwrap(), AddOutcome::Added);
    }
    let colours = async |most| {
        bench
            .library()
            .list_poster_colours(list.id, most)
            .await
            .unwrap()
    };
    assert_eq!(colours(5).await, [looks(2).colour, looks(1).colour]);
    assert_eq!(colours(1).await, [looks(2).colour]);
    let nothing = bench
        .library()
        .list_poster_colours(Id::from_uuid(Uuid::from_u128(404)), 5);
    assert!(nothing.await.unwrap().is_empty());
}

async fn a_list_may_get_other_colours(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let list = a_watchlist().owned_by(anna.id).build();
    bench.has_list(&list).await;
    let gradient = domain::library::Gradient::built_in(7);
    assert_ne!(list.gradient, gradient);
    let uow = bench.store().begin().await.unwrap();
    uow.watchlists().recolor(list.id, &gradient).await.unwrap();
    uow.watchlists().remove(list.id).await.unwrap();
    uow.watchlists().recolor(list.id, &gradient).await.unwrap();
    drop(uow);
    let uow = bench.store().begin().await.unwrap();
    uow.watchlists().recolor(list.id, &gradient).await.unwrap();
    uow.commit().await.unwrap();
    let shown = bench.library().show(list.id).await.unwrap().unwrap();
    assert_eq!((shown.gradient, shown.title), (gradient, list.title));
}

async fn lists_without_colours_of_their_own_are_found_by_their_posters(bench: Bench) {
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let looks = |colour: u8| PosterLooks {
        blurhash: Blurhash::parse("00AAAA").unwrap(),
        colour: HexColor::from_rgb([colour; 3]),
    };
    let films = [1, 2, 3].map(|colour| a_film().looking(looks(colour)).build());
    let plain = a_film().build();
    for film in films.iter().chain([&plain]) {
        bench.has_film(film).await;
    }
    let (full, scant) = (
        a_watchlist().owned_by(anna.id),
        a_watchlist().owned_by(anna.id),
    );
    let (full, scant) = (full.build(), scant.build());
    bench.has_list(&full).await;
    bench.has_list(&scant).await;
    let put = async |list: WatchlistId, film: &Film| {
        let added = bench.entries().add(list, anna.id, film.id, noon()).await;
        assert_eq!(added.unwrap(), AddOutcome::Added);
    };
    for film in &films {
        put(full.id, film).await;
        put(StandardList::Liked.of(anna.id), film).await;
    }
    for film in films.iter().take(2).chain([&plain]) {
        put(scant.id, film).await;
    }
    let found = async |since, most| {
        let uow = bench.store().begin().await.unwrap();
        uow.watchlists().list_colorless(since, most).await.unwrap()
    };
    let made = full.created_at;
    assert_eq!(found(made, 9).await, [full.id]);
    assert_eq!(found(made, 0).await, []);
    assert_eq!(found(made + Duration::microseconds(1), 9).await, []);
    let uow = bench.store().begin().await.unwrap();
    let gradient = domain::library::Gradient::built_in(7);
    uow.watchlists().recolor(full.id, &gradient).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(found(made, 9).await, []);
}

contract!(
    lists_without_colours_of_their_own_are_found_by_their_posters,
    the_colours_of_posters_come_in_the_order_of_the_list,
    a_list_may_get_other_colours,
    lists_that_a_user_made_are_listed_newest_first,
    a_film_is_on_a_list_once,
    nobody_changes_or_sees_the_list_of_another,
    what_does_not_exist_is_told_apart,
    entries_come_newest_first_and_in_parts,
    a_long_list_is_shown_whole,
);
