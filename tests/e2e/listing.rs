//! The catalogue, page by page.
use crate::app::{App, Caller, Database, id_of};
use serde_json::Value;
use std::{cmp::Reverse, collections::HashSet};

stories![
    walking_all_pages_gives_each_film_once,
    films_are_sorted_as_asked,
    filters_leave_what_they_say,
    filters_hold_together,
    a_film_added_meanwhile_neither_repeats_nor_hides_another,
    bad_parameters_are_named_all_at_once,
];

/// Walks all pages.
async fn walk(anyone: &Caller, parameters: &[(&str, &str)]) -> Vec<Value> {
    let mut films = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut parameters = parameters.to_vec();
        parameters.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = anyone.query("/films", &parameters).await.json(200);
        films.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return films,
        }
        assert!(films.len() < 10_000, "it never ends");
    }
}

fn years(films: &[Value]) -> Vec<u64> {
    films
        .iter()
        .map(|film| film["release_year"].as_u64().unwrap())
        .collect()
}

async fn walking_all_pages_gives_each_film_once(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let first = anyone.get("/films").await.json(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 20);
    for sort in ["title", "-added"] {
        let films = walk(&anyone, &[("limit", "100"), ("sort", sort)]).await;
        let different: HashSet<String> = films.iter().map(id_of).collect();
        assert_eq!((films.len(), different.len()), (7913, 7913), "{sort}");
    }
}

async fn films_are_sorted_as_asked(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let italy = [("country", "Italy"), ("limit", "37")];
    let sorted =
        async |sort: &'static str| walk(&anyone, &[&italy[..], &[("sort", sort)]].concat()).await;
    let by_title = sorted("title").await;
    assert!(by_title.len() > 100, "{}", by_title.len());
    let titles: Vec<_> = by_title
        .iter()
        .map(|film| film["title"].as_str().unwrap())
        .collect();
    assert!(titles[0].to_lowercase() < titles[titles.len() - 1].to_lowercase());
    let back: Vec<Value> = sorted("-title").await.into_iter().rev().collect();
    assert_eq!(
        back.iter().map(id_of).collect::<Vec<_>>(),
        by_title.iter().map(id_of).collect::<Vec<_>>()
    );
    assert!(years(&sorted("year").await).is_sorted());
    assert!(years(&sorted("-year").await).is_sorted_by_key(|year| Reverse(*year)));

    let anna = app.somebody().await;
    let newest = [anna.add_film("First").await, anna.add_film("Second").await];
    let page = anyone.get("/films?sort=-added&limit=2").await.json(200);
    let ids: Vec<String> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(id_of)
        .collect();
    assert_eq!(ids, [newest[1].clone(), newest[0].clone()]);
}

async fn filters_leave_what_they_say(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let genres = anyone
        .get_with("/genres", "accept-language", "en")
        .await
        .array(200);
    let genre = |name: &str| {
        let found = genres.iter().find(|genre| genre["name"] == name);
        id_of(found.unwrap_or_else(|| panic!("no {name} in {genres:?}")))
    };
    let (noir, western) = (genre("Film Noir"), genre("Western"));
    let noirs = walk(&anyone, &[("genres_ids", &noir), ("limit", "100")]).await;
    assert_eq!(noirs.len(), 209);
    let either = [
        ("genres_ids", &*noir),
        ("genres_ids", &*western),
        ("limit", "100"),
    ];
    let either: HashSet<String> = walk(&anyone, &either).await.iter().map(id_of).collect();
    let westerns = walk(&anyone, &[("genres_ids", &western), ("limit", "100")]).await;
    let both: HashSet<String> = noirs.iter().chain(&westerns).map(id_of).collect();
    assert_eq!(either, both);

    let fifties = walk(
        &anyone,
        &[("year_from", "1950"), ("year_to", "1952"), ("limit", "100")],
    )
    .await;
    assert!(fifties.len() > 50);
    assert!(
        years(&fifties)
            .iter()
            .all(|year| (1950..=1952).contains(year))
    );
    for name in ["Andrei Tarkovsky", "andrei tarkovsky"] {
        let films = walk(&anyone, &[("person", name)]).await;
        assert!(
            films.iter().any(|film| film["title"] == "Stalker"),
            "{name}: {films:?}"
        );
        assert!(films.len() < 20);
    }
    for name in ["USSR of nowhere", "Utopia"] {
        assert!(walk(&anyone, &[("country", name)]).await.is_empty());
    }
    let (upper, lower) = ([("country", "ITALY")], [("country", "italy")]);
    assert_eq!(
        walk(&anyone, &upper).await.len(),
        walk(&anyone, &lower).await.len()
    );
    assert!(walk(&anyone, &[("movie_type", "tv")]).await.is_empty());
}

async fn filters_hold_together(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let parameters = [
        ("person", "Sigourney Weaver"),
        ("year_to", "1985"),
        ("country", "united kingdom"),
    ];
    let films = walk(&anyone, &parameters).await;
    let titles: Vec<_> = films
        .iter()
        .map(|film| film["title"].as_str().unwrap())
        .collect();
    assert!(titles.contains(&"Alien"), "{titles:?}");
    assert!(years(&films).iter().all(|year| *year <= 1985));
}

async fn a_film_added_meanwhile_neither_repeats_nor_hides_another(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for letter in ["B", "D", "F", "H"] {
        anna.add_film(letter).await;
    }
    let first = anna.get("/films?limit=2").await.json(200);
    let titles = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|film| film["title"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(titles(&first), ["B", "D"]);
    for letter in ["A", "C", "G"] {
        anna.add_film(letter).await;
    }
    let next = [("limit", "9"), ("cursor", first["next"].as_str().unwrap())];
    let second = anna.query("/films", &next).await.json(200);
    assert_eq!(titles(&second), ["F", "G", "H"]);
    assert_eq!(second["next"], Value::Null);
}

async fn bad_parameters_are_named_all_at_once(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let query = "genres_ids=x&country=&year_from=abc&year_to=0&movie_type=radio&sort=size&limit=0&cursor=%21";
    let fields = [
        "genres_ids",
        "country",
        "year_from",
        "year_to",
        "movie_type",
        "sort",
        "limit",
        "cursor",
    ];
    anyone
        .get(&format!("/films?{query}"))
        .await
        .names("http.invalid_parameters", &fields);
    anyone
        .get("/films?limit=101")
        .await
        .names("http.invalid_parameters", &["limit"]);
    anyone.get("/films?limit=100").await.expect(200);
}
