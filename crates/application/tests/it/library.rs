//! Watchlists: made, shown, filled, deleted.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_user, a_watchlist},
    library::{
        create_watchlist::CreateWatchlist,
        entries::{AddToWatchlist, RemoveFromWatchlist},
        list_watchlists::{ListWatchlists, ShowWatchlist},
        ports::{EntryKey, EntryRange, WatchlistRef},
        show_watchlist::{DeleteWatchlist, ListEntries},
    },
    shared::{actor::Actor, page::PageSize},
};
use chrono::Duration;
use domain::{
    catalogue::FilmId,
    library::{Gradient, StandardList, WatchlistId, WatchlistKind, WatchlistTitle},
    shared::Id,
};

const LIKED: WatchlistRef = WatchlistRef::Standard(StandardList::Liked);

fn unknown<K>() -> Id<K> {
    Id::from_uuid(uuid::Uuid::nil())
}

fn all(list: WatchlistRef) -> ListEntries {
    let range = EntryRange::default();
    ListEntries { list, range }
}

fn create(title: &str) -> CreateWatchlist {
    let title = WatchlistTitle::parse(title).unwrap();
    CreateWatchlist { title }
}

async fn ids_on(world: &World, actor: &Actor, list: WatchlistRef) -> Vec<FilmId> {
    let page = world.run(actor, all(list)).await.unwrap();
    page.items.iter().map(|film| film.card.id).collect()
}

#[tokio::test]
async fn a_new_list_belongs_to_its_maker_in_colours_drawn_by_lot() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    world.chance.will_draw([4]);
    let list = world.run(&actor, create("Rainy days")).await.unwrap();
    assert_eq!(list.owner, anna.id);
    assert_eq!(list.title.as_str(), "Rainy days");
    assert_eq!(list.kind, WatchlistKind::Custom);
    assert_eq!(list.gradient, Gradient::built_in(4));
    let request = ShowWatchlist {
        list: WatchlistRef::Id(list.id),
    };
    assert_eq!(world.run(&actor, request).await.unwrap(), list);
}

#[tokio::test]
async fn no_list_is_made_when_the_store_fails() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let before = world.stored();
    world.store.refuse_commits();
    let refused = world.run(&actor, create("Rainy days")).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_user_sees_the_lists_they_made_newest_first_without_the_standard_ones() {
    let world = World::new();
    let anna = world.has(a_user());
    let stranger = world.has(a_user());
    world.has(a_watchlist().owned_by(stranger.id));
    let older = world.has(a_watchlist().owned_by(anna.id).titled("Older"));
    world.clock.advance(Duration::seconds(1));
    let newer = world.has(a_watchlist().owned_by(anna.id).titled("Newer"));
    let lists = world.run(&world.signed_in(&anna), ListWatchlists).await;
    assert_eq!(lists.unwrap(), [newer, older]);
}

#[tokio::test]
async fn a_standard_list_is_shown_by_its_word() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    for standard in StandardList::ALL {
        let list = WatchlistRef::Standard(standard);
        let shown = world.run(&actor, ShowWatchlist { list }).await.unwrap();
        assert_eq!(shown.owner, anna.id);
        assert_eq!(shown.kind, WatchlistKind::Standard(standard));
    }
}

#[tokio::test]
async fn films_are_listed_newest_first_with_the_flags_of_the_viewer() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let (first, second) = (world.has(a_film()), world.has(a_film()));
    let list = world.has(a_watchlist().owned_by(anna.id).with_film(first.id));
    world.lists(first.id, StandardList::Liked.of(anna.id));
    world.clock.advance(Duration::seconds(1));
    world.lists(second.id, list.id);
    let request = all(WatchlistRef::Id(list.id));
    let page = world.run(&actor, request).await.unwrap();
    assert_eq!(page.next, None);
    let shown: Vec<_> = page
        .items
        .iter()
        .map(|film| (film.card.id, film.flags.is_liked))
        .collect();
    assert_eq!(shown, [(second.id, false), (first.id, true)]);
}

#[tokio::test]
async fn pages_of_a_list_meet_without_gap_or_overlap() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let list = WatchlistRef::Standard(StandardList::Wish);
    for moment in 0..5 {
        let film = world.has(a_film());
        world.lists(film.id, StandardList::Wish.of(anna.id));
        // Two at a time are added at the same moment.
        world.clock.advance(Duration::seconds(moment % 2));
    }
    let everything = ids_on(&world, &actor, list).await;
    assert_eq!(everything.len(), 5);
    let mut paged = Vec::new();
    let mut after: Option<EntryKey> = None;
    loop {
        let most = PageSize::try_from(2).ok();
        let range = EntryRange { most, after };
        let request = ListEntries { list, range };
        let page = world.run(&actor, request).await.unwrap();
        paged.extend(page.items.iter().map(|film| film.card.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, everything);
}

#[tokio::test]
async fn a_film_put_on_a_list_twice_stands_where_it_stood() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let (first, second) = (world.has(a_film()), world.has(a_film()));
    for film in [first.id, second.id, first.id] {
        world.clock.advance(Duration::seconds(1));
        let request = AddToWatchlist { list: LIKED, film };
        world.run(&actor, request).await.unwrap();
    }
    assert_eq!(ids_on(&world, &actor, LIKED).await, [second.id, first.id]);
}

#[tokio::test]
async fn a_film_is_taken_off_a_list_once() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    world.lists(film, StandardList::Liked.of(anna.id));
    let request = || RemoveFromWatchlist { list: LIKED, film };
    world.run(&actor, request()).await.unwrap();
    assert!(ids_on(&world, &actor, LIKED).await.is_empty());
    let refused = world.run(&actor, request()).await;
    assert_eq!(code(refused), "library.film_not_listed");
}

#[tokio::test]
async fn a_film_that_does_not_exist_is_not_put_on_a_list() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let before = world.stored();
    let request = AddToWatchlist {
        list: LIKED,
        film: unknown(),
    };
    let refused = world.run(&actor, request).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_deleted_list_goes_with_its_entries_while_the_films_stay() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film());
    let list = world.has(a_watchlist().owned_by(anna.id).with_film(film.id));
    let by_id = WatchlistRef::Id(list.id);
    let request = DeleteWatchlist { list: by_id };
    world.run(&actor, request).await.unwrap();
    assert!(world.stored().films_on(list.id).is_empty());
    assert_eq!(world.stored().film(film.id), Some(&film));
    let refused = world.run(&actor, ShowWatchlist { list: by_id }).await;
    assert_eq!(code(refused), "library.watchlist_not_found");
}

#[tokio::test]
async fn a_standard_list_is_not_deleted_by_word_or_by_identifier() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let before = world.stored();
    for standard in StandardList::ALL {
        for list in [
            WatchlistRef::Standard(standard),
            WatchlistRef::Id(standard.of(anna.id)),
        ] {
            let refused = world.run(&actor, DeleteWatchlist { list }).await;
            assert_eq!(code(refused), "library.standard_list_stays");
        }
    }
    assert_eq!(world.stored(), before);
}

/// The answers of everything that can be done with a list.
async fn answers(
    world: &World,
    actor: &Actor,
    list: WatchlistRef,
    film: FilmId,
) -> [&'static str; 5] {
    [
        code(world.run(actor, ShowWatchlist { list }).await),
        code(world.run(actor, all(list)).await),
        code(world.run(actor, AddToWatchlist { list, film }).await),
        code(world.run(actor, RemoveFromWatchlist { list, film }).await),
        code(world.run(actor, DeleteWatchlist { list }).await),
    ]
}

#[tokio::test]
async fn the_lists_of_others_are_closed_even_to_administrators() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film());
    let custom = world.has(a_watchlist().owned_by(anna.id).with_film(film.id));
    let stranger = world.signed_in(&world.has(a_user()));
    let admin = world.signed_in(&world.has(a_user().admin()));
    let before = world.stored();
    for actor in [stranger, admin] {
        for list in [custom.id, StandardList::Liked.of(anna.id)] {
            let answers = answers(&world, &actor, WatchlistRef::Id(list), film.id).await;
            assert_eq!(answers, ["library.not_your_watchlist"; 5]);
        }
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn there_is_nothing_to_do_with_a_list_that_does_not_exist() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = world.has(a_film());
    let list = WatchlistRef::Id(unknown::<domain::library::Watchlist>());
    let answers = answers(&world, &actor, list, film.id).await;
    assert_eq!(answers, ["library.watchlist_not_found"; 5]);
}

#[tokio::test]
async fn only_signed_in_users_have_lists() {
    let world = World::new();
    let film = world.has(a_film());
    let before = world.stored();
    for actor in [Actor::Anonymous, Actor::System] {
        let answers = answers(&world, &actor, LIKED, film.id).await;
        assert_eq!(answers, ["identity.not_signed_in"; 5]);
        let refused = world.run(&actor, ListWatchlists).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, create("Rainy days")).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn the_entry_is_not_lost_to_a_change_that_is_open_meanwhile() {
    use application::shared::store::Store;
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film());
    let open = world.store.begin().await.unwrap();
    let request = AddToWatchlist {
        list: LIKED,
        film: film.id,
    };
    let (added, committed) = tokio::join!(world.run(&actor, request), open.commit());
    added.unwrap();
    committed.unwrap();
    let liked: WatchlistId = StandardList::Liked.of(anna.id);
    assert_eq!(world.stored().films_on(liked), [film.id]);
}
