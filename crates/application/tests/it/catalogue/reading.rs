//! Films shown, listed and searched.
use crate::support::code;
use application::{
    catalogue::{
        list_films::ListFilms,
        ports::{FilmFilter, FilmKey, FilmOrder},
        search_films::{SearchFilms, SearchLimit},
        show_film::{ShowFilm, ShowFilmDetails},
        views::Flags,
    },
    fakes::{World, a_film, a_genre, a_user},
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
};
use chrono::Duration;
use domain::{
    catalogue::{FilmId, FilmKind},
    library::StandardList,
    shared::Id,
};

#[tokio::test]
async fn a_film_is_shown_with_the_flags_of_the_viewer_and_without_any_to_others() {
    let world = World::new();
    let (anna, berta) = (world.has(a_user()), world.has(a_user()));
    let film = world.has(a_film().titled("Stalker")).id;
    world.lists(film, StandardList::Liked.of(anna.id));
    world.lists(film, StandardList::Watched.of(anna.id));
    world.lists(film, StandardList::Wish.of(berta.id));
    let of_anna = Flags {
        is_liked: true,
        is_wish: false,
        is_watched: true,
    };
    let of_berta = Flags {
        is_wish: true,
        ..Flags::default()
    };
    for (actor, flags) in [
        (world.signed_in(&anna), of_anna),
        (world.signed_in(&berta), of_berta),
        (Actor::Anonymous, Flags::default()),
    ] {
        let shown = world.run(&actor, ShowFilm { film }).await.unwrap();
        assert_eq!(shown.card.title, "Stalker");
        assert_eq!(shown.flags, flags);
        let details = world.run(&actor, ShowFilmDetails { film }).await.unwrap();
        assert_eq!(details.film, shown);
    }
}

#[tokio::test]
async fn details_tell_everything_that_is_known() {
    let world = World::new();
    let drama = world.has(a_genre("Drama")).id;
    let licence = "CC BY-SA 4.0";
    let film = world.has(
        a_film()
            .with_genre(drama)
            .from_country("Soviet Union")
            .lasting(162)
            .with_tmdb(1398)
            .directed_by("Andrei Tarkovsky")
            .with_actor("Anatoly Solonitsyn")
            .attributed_to("Wikipedia", "https://example.org", licence),
    );
    let request = ShowFilmDetails { film: film.id };
    let details = world.run(&Actor::Anonymous, request).await.unwrap();
    assert_eq!(details.kind, FilmKind::Movie);
    assert_eq!(details.runtime_minutes, Some(162));
    assert_eq!(details.genres, [drama]);
    assert_eq!(details.countries, ["Soviet Union"]);
    assert_eq!(details.directors[0].name, "Andrei Tarkovsky");
    assert_eq!(details.cast[0].name, "Anatoly Solonitsyn");
    let tmdb = ("tmdb".to_owned(), "1398".to_owned());
    assert_eq!(details.external_ids, [tmdb]);
    let attribution = details.attribution.unwrap();
    assert_eq!(attribution.licence.as_deref(), Some(licence));
}

#[tokio::test]
async fn a_film_that_does_not_exist_is_not_found() {
    let world = World::new();
    let film = Id::from_uuid(uuid::Uuid::nil());
    let refused = world.run(&Actor::Anonymous, ShowFilm { film }).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
    let refused = world.run(&Actor::Anonymous, ShowFilmDetails { film }).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
}

/// The titles of the pages of a list, taken one after the other.
async fn titles(world: &World, filter: FilmFilter, order: FilmOrder, size: i64) -> Vec<String> {
    let size = PageSize::try_from(size).unwrap();
    let mut after: Option<FilmKey> = None;
    let mut titles = Vec::new();
    loop {
        let request = ListFilms {
            filter: filter.clone(),
            order,
            page: PageRequest { size, after },
        };
        let page = world.run(&Actor::Anonymous, request).await.unwrap();
        titles.extend(page.items.iter().map(|film| film.card.title.clone()));
        after = page.next;
        if after.is_none() {
            return titles;
        }
    }
}

#[tokio::test]
async fn every_order_has_its_opposite_and_pages_meet_without_gap_or_overlap() {
    let world = World::new();
    for (title, year) in [
        ("The Zone", 1979),
        ("a Mirror", 1975),
        ("Mirror", 1974),
        ("nostalghia", 1983),
    ] {
        world.has(a_film().titled(title).released_in(year));
        world.clock.advance(Duration::seconds(1));
    }
    world.has(a_film().titled("Zone").released_in(1974));
    let by_title = ["a Mirror", "Mirror", "nostalghia", "The Zone", "Zone"];
    let by_year = ["Mirror", "Zone", "a Mirror", "The Zone", "nostalghia"];
    let newest = ["Zone", "nostalghia", "Mirror", "a Mirror", "The Zone"];
    let reversed = |titles: [&'static str; 5]| {
        let mut titles = titles;
        titles.reverse();
        titles
    };
    for (order, expected) in [
        (FilmOrder::Title, by_title),
        (FilmOrder::TitleDescending, reversed(by_title)),
        (FilmOrder::Year, by_year),
        (FilmOrder::YearDescending, reversed(by_year)),
        (FilmOrder::NewestFirst, newest),
    ] {
        for size in [1, 2, 5, 100] {
            let titles = titles(&world, FilmFilter::default(), order, size).await;
            assert_eq!(titles, expected, "{order:?} by {size}");
        }
    }
}

/// Lists exactly the films whose titles are expected.
async fn lists(world: &World, expected: &str, condition: impl Fn(&mut FilmFilter)) {
    let mut filter = FilmFilter::default();
    condition(&mut filter);
    let titles = titles(world, filter.clone(), FilmOrder::Title, 20).await;
    assert_eq!(titles.concat(), expected, "{filter:?}");
}

#[tokio::test]
async fn every_condition_of_a_filter_must_hold() {
    let world = World::new();
    let [drama, comedy] = ["Drama", "Comedy"].map(|name| world.has(a_genre(name)).id);
    let french = a_film()
        .titled("A")
        .with_genre(drama)
        .from_country("France");
    world.has(french.released_in(1990).directed_by("Agnès Varda"));
    let french = a_film()
        .titled("B")
        .with_genre(comedy)
        .from_country("france");
    world.has(french.released_in(2000).with_actor("Yves Montand"));
    let latvian = a_film()
        .titled("C")
        .with_genre(drama)
        .from_country("Latvia");
    world.has(latvian.of_kind(FilmKind::Tv));

    lists(&world, "ABC", |_| {}).await;
    lists(&world, "AC", |filter| filter.genres = vec![drama]).await;
    lists(&world, "ABC", |filter| filter.genres = vec![drama, comedy]).await;
    lists(&world, "AB", |filter| {
        filter.country = Some("FRANCE".into());
    })
    .await;
    lists(&world, "B", |filter| filter.year_from = Some(2000)).await;
    lists(&world, "A", |filter| filter.year_to = Some(1999)).await;
    lists(&world, "AB", |filter| {
        filter.year_from = Some(1990);
        filter.year_to = Some(2000);
    })
    .await;
    lists(&world, "A", |filter| {
        filter.person = Some("agnes varda".into());
    })
    .await;
    lists(&world, "B", |filter| {
        filter.person = Some("Yves Montand".into());
    })
    .await;
    lists(&world, "C", |filter| filter.kind = Some(FilmKind::Tv)).await;
    lists(&world, "", |filter| {
        filter.kind = Some(FilmKind::Tv);
        filter.genres = vec![comedy];
    })
    .await;
}

fn search(title: Option<&str>, description: Option<&str>) -> SearchFilms {
    SearchFilms {
        title: title.map(str::to_owned),
        description: description.map(str::to_owned),
        limit: SearchLimit::default(),
        language: domain::shared::Language::English,
    }
}

async fn found(world: &World, request: SearchFilms) -> Vec<FilmId> {
    let answer = world.run(&Actor::Anonymous, request).await.unwrap();
    answer.films.iter().map(|film| film.card.id).collect()
}

#[tokio::test]
async fn films_are_found_by_title_or_by_words_about_them() {
    let world = World::new();
    let stalker = world.has(
        a_film()
            .titled("Stalker")
            .described("A guide leads two men."),
    );
    let guide = world.has(a_film().titled("The Guide").described("Nobody is led."));
    assert_eq!(
        found(&world, search(Some("stalk"), None)).await,
        [stalker.id]
    );
    assert_eq!(
        found(&world, search(None, Some("guide"))).await,
        [stalker.id]
    );
    let both = search(Some("the guide"), Some("NOBODY"));
    assert_eq!(found(&world, both).await, [guide.id]);
    assert_eq!(found(&world, search(Some("none"), None)).await, []);
}

#[tokio::test]
async fn empty_words_count_as_none() {
    let world = World::new();
    let film = world.has(a_film().titled("Stalker"));
    assert_eq!(found(&world, search(None, None)).await, []);
    assert_eq!(found(&world, search(Some(" "), Some(""))).await, []);
    assert_eq!(
        found(&world, search(Some("stalker"), Some(" "))).await,
        [film.id]
    );
}

#[tokio::test]
async fn no_more_are_found_than_asked_for() {
    let world = World::new();
    for _ in 0..12 {
        world.has(a_film());
    }
    assert_eq!(found(&world, search(Some("solaris"), None)).await.len(), 10);
    let request = SearchFilms {
        limit: SearchLimit::try_from(3).unwrap(),
        language: domain::shared::Language::English,
        ..search(None, Some("ocean"))
    };
    assert_eq!(found(&world, request).await.len(), 3);
}

#[tokio::test]
async fn found_films_carry_the_flags_of_the_viewer() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film());
    world.lists(film.id, StandardList::Liked.of(anna.id));
    let actor = world.signed_in(&anna);
    let found = world.run(&actor, search(Some("solaris"), None)).await;
    assert!(found.unwrap().films[0].flags.is_liked);
}

#[tokio::test]
async fn without_the_index_nothing_is_found_but_films_are_still_shown() {
    let world = World::new();
    let film = world.has(a_film()).id;
    world.index.set_down(true);
    for request in [search(Some("solaris"), None), search(None, Some("ocean"))] {
        let refused = world.run(&Actor::Anonymous, request).await;
        assert_eq!(code(refused), "catalogue.index_unavailable");
    }
    assert_eq!(found(&world, search(None, None)).await, []);
    assert!(
        world
            .run(&Actor::Anonymous, ShowFilm { film })
            .await
            .is_ok()
    );
}
