//! Films, posters, the vocabulary.
use super::{Bench, contract};
use application::{
    catalogue::ports::{FilmFilter, FilmKey, FilmOrder},
    fakes::{Fixture, a_film, a_genre, a_poster_of, a_user, a_watchlist},
    shared::{
        page::{PageRequest, PageSize},
        store::{Store, StoreError},
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::{
        Blurhash, CountryName, Film, FilmContent, FilmDescription, FilmId, FilmKind, FilmTitle,
        PosterLooks,
    },
    library::{HexColor, StandardList},
    shared::Id,
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn a_film_is_stored_whole(bench: Bench) {
    let drama = bench.has_genre(a_genre("Drama")).await;
    let war = bench.has_genre(a_genre("War")).await;
    let user = a_user().build();
    bench.has_user(&user).await;
    let film = a_film()
        .titled("Иди и смотри")
        .described("A boy in Belarus,\n1943.")
        .owned_by(user.id)
        .with_genre(war.id)
        .with_genre(drama.id)
        .from_country("Soviet Union")
        .released_in(1985)
        .build();
    bench.has_film(&film).await;
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.films().find(film.id).await.unwrap(), Some(film.clone()));
    drop(uow);
    let shown = bench.films().show(film.id, None).await.unwrap().unwrap();
    assert_eq!(shown.card.title, "Иди и смотри");
    assert_eq!(shown.card.description, "A boy in Belarus,\n1943.");
    assert_eq!(shown.card.country.as_deref(), Some("Soviet Union"));
    assert_eq!(shown.card.release_year, Some(1985));
    assert_eq!(shown.card.owner, Some(user.id));
    let details = bench
        .films()
        .show_details(film.id, Some(user.id))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(details.film, shown);
    assert_eq!(details.genres, [war.id, drama.id]);
    assert_eq!(details.countries, ["Soviet Union"]);
    assert_eq!(details.kind, FilmKind::Movie);
    assert_eq!(details.attribution, None);
    let nobody: FilmId = Id::from_uuid(Uuid::from_u128(404));
    assert_eq!(bench.films().show(nobody, None).await.unwrap(), None);
    assert_eq!(
        bench.films().show_details(nobody, None).await.unwrap(),
        None
    );
}

fn looks(colour: u8) -> PosterLooks {
    PosterLooks {
        blurhash: Blurhash::parse("LEHV6nWB2yk8pyo0adR*.7kCMdnj").unwrap(),
        colour: HexColor::from_rgb([colour; 3]),
    }
}

async fn how_a_poster_looks_is_stored_and_shown_at_once(bench: Bench) {
    let mut film = a_film().build();
    let poster = a_poster_of(film.id, "JPEG");
    film.poster = Some(poster.clone());
    let seen = a_film()
        .with_poster(poster.clone())
        .looking(looks(1))
        .build();
    let bare = a_film().build();
    for film in [&film, &seen, &bare] {
        bench.has_film(film).await;
    }
    let card = async |id| bench.films().show(id, None).await.unwrap().unwrap().card;
    assert_eq!(card(film.id).await.poster_looks, None);
    assert_eq!(card(seen.id).await.poster_looks, Some(looks(1)));

    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.films().list_unseen_posters(5).await.unwrap(), [film.id]);
    assert!(uow.films().list_unseen_posters(0).await.unwrap().is_empty());
    let mut found = uow.films().find(film.id).await.unwrap().unwrap();
    assert!(found.describe_poster(&poster, looks(2)));
    uow.films().save(&found).await.unwrap();
    assert!(uow.films().list_unseen_posters(5).await.unwrap().is_empty());
    uow.commit().await.unwrap();
    assert_eq!(card(film.id).await.poster_looks, Some(looks(2)));
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.films().find(film.id).await.unwrap(), Some(found));
}

async fn a_film_of_an_unknown_genre_is_refused(bench: Bench) {
    let film = a_film()
        .with_genre(Id::from_uuid(Uuid::from_u128(404)))
        .build();
    let uow = bench.store().begin().await.unwrap();
    let refused = match uow.films().insert(&film).await {
        Ok(()) => uow.commit().await,
        refused => refused,
    };
    assert!(
        matches!(refused, Err(StoreError::Dangling(_))),
        "{refused:?}"
    );
}

fn revised(film: &Film, title: &str) -> Film {
    let mut film = film.clone();
    let content = FilmContent {
        title: FilmTitle::parse(title).unwrap(),
        description: Some(FilmDescription::parse("Another text").unwrap()),
        country: Some(CountryName::parse("France").unwrap()),
        genres: Vec::new(),
        release_year: None,
    };
    film.revise(content, noon());
    film
}

async fn a_saved_film_is_shown_at_once(bench: Bench) {
    let film = a_film().titled("Before").from_country("Italy").build();
    bench.has_film(&film).await;
    // Twice, so that what may be kept in memory is.
    bench.films().show(film.id, None).await.unwrap();
    bench.films().show(film.id, None).await.unwrap();
    let uow = bench.store().begin().await.unwrap();
    uow.films().save(&revised(&film, "After")).await.unwrap();
    uow.commit().await.unwrap();
    let shown = bench.films().show(film.id, None).await.unwrap().unwrap();
    assert_eq!(
        (shown.card.title.as_str(), shown.card.revision),
        ("After", 2)
    );
    let many = bench.films().show_many(&[film.id], None).await.unwrap();
    assert_eq!(many, [shown]);
    let details = bench
        .films()
        .show_details(film.id, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(details.countries, ["France"]);
}

async fn a_change_of_an_old_copy_is_stale(bench: Bench) {
    let film = a_film().build();
    bench.has_film(&film).await;
    let uow = bench.store().begin().await.unwrap();
    uow.films().save(&revised(&film, "First")).await.unwrap();
    uow.commit().await.unwrap();
    let uow = bench.store().begin().await.unwrap();
    let late = uow.films().save(&revised(&film, "Second")).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

async fn several_films_are_shown_in_the_order_asked_for(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let films = [a_film().build(), a_film().build(), a_film().build()];
    for film in &films {
        bench.has_film(film).await;
    }
    let [first, second, third] = &films;
    let wish = StandardList::Wish.of(user.id);
    bench
        .entries()
        .add(wish, user.id, third.id, noon())
        .await
        .unwrap();
    let nobody = Id::from_uuid(Uuid::from_u128(404));
    let asked = [third.id, nobody, first.id, second.id];
    for _ in 0..2 {
        let shown = bench
            .films()
            .show_many(&asked, Some(user.id))
            .await
            .unwrap();
        let ids: Vec<_> = shown.iter().map(|film| film.card.id).collect();
        assert_eq!(ids, [third.id, first.id, second.id]);
        let wished: Vec<_> = shown.iter().map(|film| film.flags.is_wish).collect();
        assert_eq!(wished, [true, false, false]);
    }
    assert_eq!(bench.films().show_many(&[], None).await.unwrap(), []);
}

/// Walks all pages and gives the titles.
async fn walk(bench: &Bench, filter: &FilmFilter, order: FilmOrder) -> Vec<String> {
    let mut titles = Vec::new();
    let mut after: Option<FilmKey> = None;
    for _ in 0..20 {
        let request = PageRequest {
            size: PageSize::try_from(2).unwrap(),
            after,
        };
        let page = bench
            .films()
            .list(filter, order, &request, None)
            .await
            .unwrap();
        titles.extend(page.items.iter().map(|film| film.card.title.clone()));
        after = page.next;
        if after.is_none() {
            return titles;
        }
    }
    panic!("the pages do not end");
}

async fn lists_come_in_every_order_page_by_page(bench: Bench) {
    let films = [
        a_film().titled("The Beta").released_in(1990).build(),
        a_film().titled("alpha").released_in(2000).build(),
        a_film().titled("Éclair").build(),
        a_film().titled("Delta").released_in(1990).build(),
        a_film().titled("Ёлки").released_in(2010).build(),
    ];
    for (film, age) in films.iter().zip([5, 4, 3, 2, 1]) {
        let mut film = film.clone();
        film.created_at = noon() - Duration::hours(age);
        bench.has_film(&film).await;
    }
    let all = FilmFilter::default();
    let by_title = ["alpha", "The Beta", "Delta", "Éclair", "Ёлки"];
    assert_eq!(walk(&bench, &all, FilmOrder::Title).await, by_title);
    let mut backwards = by_title;
    backwards.reverse();
    assert_eq!(
        walk(&bench, &all, FilmOrder::TitleDescending).await,
        backwards
    );
    let newest = walk(&bench, &all, FilmOrder::NewestFirst).await;
    assert_eq!(newest, ["Ёлки", "Delta", "Éclair", "alpha", "The Beta"]);
    let by_year = walk(&bench, &all, FilmOrder::Year).await;
    assert_eq!(by_year.first().unwrap(), "Éclair");
    assert_eq!(by_year.last().unwrap(), "Ёлки");
    let by_year = walk(&bench, &all, FilmOrder::YearDescending).await;
    assert_eq!(by_year.last().unwrap(), "Éclair");
    assert_eq!(by_year.len(), 5);
}

async fn every_condition_of_a_list_must_hold(bench: Bench) {
    let drama = bench.has_genre(a_genre("Drama")).await;
    let war = bench.has_genre(a_genre("War")).await;
    let both = a_film()
        .titled("Both")
        .with_genre(drama.id)
        .with_genre(war.id)
        .released_in(1950);
    let one = a_film()
        .titled("One")
        .with_genre(war.id)
        .from_country("France")
        .released_in(1960);
    let none = a_film().titled("None").from_country("FRANCE");
    let series = a_film()
        .titled("Series")
        .of_kind(FilmKind::Tv)
        .released_in(1970);
    for film in [both.build(), one.build(), none.build(), series.build()] {
        bench.has_film(&film).await;
    }
    let titles = async |filter: FilmFilter| walk(&bench, &filter, FilmOrder::Title).await;
    let genres = |genres| FilmFilter {
        genres,
        ..FilmFilter::default()
    };
    assert_eq!(titles(genres(vec![drama.id])).await, ["Both"]);
    assert_eq!(
        titles(genres(vec![drama.id, war.id])).await,
        ["Both", "One"]
    );
    let country = Some("france".to_owned());
    assert_eq!(
        titles(FilmFilter {
            country: country.clone(),
            ..FilmFilter::default()
        })
        .await,
        ["None", "One"]
    );
    assert_eq!(
        titles(FilmFilter {
            country,
            ..genres(vec![war.id])
        })
        .await,
        ["One"]
    );
    let years = |year_from, year_to| FilmFilter {
        year_from,
        year_to,
        ..FilmFilter::default()
    };
    assert_eq!(titles(years(Some(1960), None)).await, ["One", "Series"]);
    assert_eq!(titles(years(None, Some(1960))).await, ["Both", "One"]);
    assert_eq!(
        titles(years(Some(1951), Some(1959))).await,
        Vec::<String>::new()
    );
    let tv = FilmFilter {
        kind: Some(FilmKind::Tv),
        ..FilmFilter::default()
    };
    assert_eq!(titles(tv).await, ["Series"]);
    let nobody = FilmFilter {
        person: Some("Nobody".to_owned()),
        ..FilmFilter::default()
    };
    assert_eq!(titles(nobody).await, Vec::<String>::new());
}

async fn private_films_go_with_their_owner_and_shared_ones_stay(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let mut private = a_film().owned_by(anna.id).build();
    let poster = a_poster_of(private.id, "picture");
    private.poster = Some(poster.clone());
    let shared = a_film().owned_by(anna.id).build();
    let others = a_film().owned_by(boris.id).build();
    for film in [&private, &shared, &others] {
        bench.has_film(film).await;
    }
    let entries = bench.entries();
    entries
        .add(StandardList::Wish.of(anna.id), anna.id, private.id, noon())
        .await
        .unwrap();
    entries
        .add(StandardList::Wish.of(boris.id), boris.id, shared.id, noon())
        .await
        .unwrap();
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(
        uow.films()
            .remove_private_films(anna.id, noon())
            .await
            .unwrap(),
        [poster]
    );
    uow.commit().await.unwrap();
    assert_eq!(bench.films().show(private.id, None).await.unwrap(), None);
    assert!(bench.films().show(shared.id, None).await.unwrap().is_some());
    assert!(bench.films().show(others.id, None).await.unwrap().is_some());
}

async fn a_poster_that_is_shown_again_is_not_obsolete(bench: Bench) {
    let mut film = a_film().build();
    let (shown, gone) = (a_poster_of(film.id, "shown"), a_poster_of(film.id, "gone"));
    film.poster = Some(shown.clone());
    bench.has_film(&film).await;
    let uow = bench.store().begin().await.unwrap();
    let posters = uow.obsolete_posters();
    posters
        .add(&[shown.clone(), gone.clone()], noon())
        .await
        .unwrap();
    posters
        .add(std::slice::from_ref(&gone), noon())
        .await
        .unwrap();
    posters.add(&[], noon()).await.unwrap();
    assert_eq!(
        posters.list(noon(), 10).await.unwrap(),
        std::slice::from_ref(&gone)
    );
    assert!(!posters.claim(&shown, noon(), minutes(1)).await.unwrap());
    posters.forget(&gone).await.unwrap();
    assert_eq!(posters.list(noon(), 10).await.unwrap(), []);
}

fn minutes(after_noon: i64) -> DateTime<Utc> {
    noon() + Duration::minutes(after_noon)
}

async fn a_reserved_poster_is_removed_only_after_its_time(bench: Bench) {
    let key = a_poster_of(a_film().build().id, "picture");
    let uow = bench.store().begin().await.unwrap();
    let posters = uow.obsolete_posters();
    assert!(!posters.take_out(&key).await.unwrap());
    assert!(posters.reserve(&key, noon(), minutes(60)).await.unwrap());
    // Ending to be shown does not shorten it.
    posters
        .add(std::slice::from_ref(&key), minutes(1))
        .await
        .unwrap();
    assert_eq!(posters.list(minutes(59), 10).await.unwrap(), []);
    assert!(!posters.claim(&key, minutes(59), minutes(60)).await.unwrap());
    assert_eq!(
        posters.list(minutes(60), 10).await.unwrap(),
        std::slice::from_ref(&key)
    );
    assert!(posters.take_out(&key).await.unwrap());
    assert!(!posters.take_out(&key).await.unwrap());
    assert_eq!(posters.list(minutes(60), 10).await.unwrap(), []);
}

async fn a_claimed_poster_is_nobody_elses_until_the_claim_runs_out(bench: Bench) {
    let key = a_poster_of(a_film().build().id, "picture");
    let uow = bench.store().begin().await.unwrap();
    let posters = uow.obsolete_posters();
    posters
        .add(std::slice::from_ref(&key), noon())
        .await
        .unwrap();
    assert!(posters.claim(&key, noon(), minutes(2)).await.unwrap());
    assert!(!posters.claim(&key, minutes(1), minutes(3)).await.unwrap());
    assert!(
        !posters
            .reserve(&key, minutes(1), minutes(60))
            .await
            .unwrap()
    );
    assert!(!posters.take_out(&key).await.unwrap());
    assert_eq!(posters.list(minutes(1), 10).await.unwrap(), []);
    assert_eq!(
        posters.list(minutes(2), 10).await.unwrap(),
        std::slice::from_ref(&key)
    );
    // Whoever had it may still be at it, so it has to be stored anew before it is shown.
    assert!(!posters.take_out(&key).await.unwrap());
    assert!(
        posters
            .reserve(&key, minutes(2), minutes(60))
            .await
            .unwrap()
    );
    assert!(posters.take_out(&key).await.unwrap());
}

async fn of_taking_a_poster_out_and_claiming_it_at_once_one_succeeds(bench: Bench) {
    for number in 0..20 {
        let key = a_poster_of(a_film().build().id, &number.to_string());
        let uow = bench.store().begin().await.unwrap();
        uow.obsolete_posters()
            .add(std::slice::from_ref(&key), noon())
            .await
            .unwrap();
        uow.commit().await.unwrap();
        let of = |is_claim: bool| {
            let (ports, key) = (Arc::clone(&bench.ports), key.clone());
            tokio::spawn(async move {
                let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
                let uow = store.begin().await.unwrap();
                let posters = uow.obsolete_posters();
                let succeeded = if is_claim {
                    posters.claim(&key, noon(), minutes(1)).await.unwrap()
                } else {
                    posters.take_out(&key).await.unwrap()
                };
                uow.commit().await.unwrap();
                succeeded
            })
        };
        let (claimed, taken) = tokio::join!(of(true), of(false));
        assert_ne!(claimed.unwrap(), taken.unwrap());
    }
}

async fn changes_of_long_ago_are_forgotten_but_for_the_newest(bench: Bench) {
    let mut old = a_film().build();
    old.updated_at = noon() - Duration::microseconds(1);
    let mut kept = a_film().build();
    kept.updated_at = noon();
    for film in [&old, &kept, &old, &old] {
        let mut film = film.clone();
        film.id = a_film().build().id;
        bench.has_film(&film).await;
    }
    let forget = async |before| {
        let uow = bench.store().begin().await.unwrap();
        let forgotten = uow.films().forget_changes(before).await.unwrap();
        uow.commit().await.unwrap();
        forgotten
    };
    assert_eq!(forget(noon() - Duration::days(1)).await, 0);
    assert_eq!(forget(noon()).await, 2);
    assert_eq!(forget(noon()).await, 0);
    assert_eq!(forget(noon() + Duration::days(1)).await, 1);
    assert_eq!(forget(noon() + Duration::days(1)).await, 0);
}

async fn genres_are_listed_with_both_names(bench: Bench) {
    let drama = bench.has_genre(a_genre("Drama").in_russian("Драма")).await;
    assert_eq!(*bench.vocabulary().genres().await.unwrap(), [drama]);
    assert_eq!(bench.vocabulary().moods().await.unwrap().len(), 0);
    assert_eq!(bench.mixes().list().await.unwrap().len(), 0);
    let nothing = Id::from_uuid(Uuid::from_u128(404));
    assert_eq!(bench.mixes().list_films(nothing, None).await.unwrap(), None);
    // A list with a film, so that builders of lists are known to work here too.
    let user = a_user().build();
    bench.has_user(&user).await;
    bench
        .has_list(&a_watchlist().owned_by(user.id).build())
        .await;
    assert_eq!(bench.library().list_custom(user.id).await.unwrap().len(), 1);
}

contract!(
    a_film_is_stored_whole,
    how_a_poster_looks_is_stored_and_shown_at_once,
    a_film_of_an_unknown_genre_is_refused,
    a_saved_film_is_shown_at_once,
    a_change_of_an_old_copy_is_stale,
    several_films_are_shown_in_the_order_asked_for,
    lists_come_in_every_order_page_by_page,
    every_condition_of_a_list_must_hold,
    private_films_go_with_their_owner_and_shared_ones_stay,
    a_poster_that_is_shown_again_is_not_obsolete,
    a_reserved_poster_is_removed_only_after_its_time,
    a_claimed_poster_is_nobody_elses_until_the_claim_runs_out,
    of_taking_a_poster_out_and_claiming_it_at_once_one_succeeds,
    changes_of_long_ago_are_forgotten_but_for_the_newest,
    genres_are_listed_with_both_names,
);
