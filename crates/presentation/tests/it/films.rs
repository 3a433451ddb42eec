//! Films: found, shown, added, changed.
use crate::support::TestApi;
use application::fakes::{a_film, a_genre, a_poster_of, a_user};
use domain::{catalogue::FilmKind, library::StandardList};
use serde_json::{Value, json};

fn titles(films: &Value) -> Vec<&str> {
    films
        .as_array()
        .unwrap()
        .iter()
        .map(|film| film["title"].as_str().unwrap())
        .collect()
}

#[actix_web::test]
async fn a_film_is_shown_with_the_viewers_flags() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = a_film()
        .titled("Stalker")
        .described("The Zone.")
        .from_country("USSR");
    let film = api.world.has(film.released_in(1979).with_tmdb(1398));
    api.world.lists(film.id, StandardList::Wish.of(anna.id));
    let path = format!("/api/v1/films/{}", film.id);
    let mut expected = json!({
        "id": film.id.to_string(), "title": "Stalker", "description": "The Zone.",
        "country": "USSR", "release_year": 1979, "poster_url": null, "tmdb_id": 1398,
        "owner_id": null, "is_liked": false, "is_wish": false, "is_watched": false,
    });
    assert_eq!(api.get(&path).expect(200).await.json(), expected);
    expected["is_wish"] = json!(true);
    let token = api.world.token_of(&anna);
    assert_eq!(api.get(&path).by(&token).expect(200).await.json(), expected);
}

#[actix_web::test]
async fn a_film_without_what_is_optional_says_null() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film().without_description());
    let shown = api
        .get(format!("/api/v1/films/{}", film.id))
        .expect(200)
        .await
        .json();
    assert_eq!(shown["description"], "");
    for member in ["poster_url", "tmdb_id", "owner_id"] {
        assert_eq!(shown[member], Value::Null, "{member}");
    }
}

#[actix_web::test]
async fn a_poster_is_named_by_its_address() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film());
    let poster = a_poster_of(film.id, "JPEG");
    let film = api.world.has(a_film().with_poster(poster.clone()));
    let shown = api
        .get(format!("/api/v1/films/{}", film.id))
        .expect(200)
        .await
        .json();
    assert_eq!(
        shown["poster_url"],
        format!("http://localhost:8080/images/500/{poster}")
    );
}

#[actix_web::test]
async fn what_there_is_not_is_not_found() {
    let api = TestApi::new().await;
    let nowhere = "00000000-0000-4000-8000-000000000000";
    for path in [
        format!("/api/v1/films/{nowhere}"),
        format!("/api/v1/films/{nowhere}/details"),
    ] {
        let answer = api.get(path).expect(404).await;
        assert_eq!(answer.detail(), "Film not found");
        assert_eq!(answer.code(), "catalogue.film_not_found");
    }
}

#[actix_web::test]
async fn details_tell_everything_in_the_language_of_the_client() {
    let api = TestApi::new().await;
    let genre = api
        .world
        .has(a_genre("science fiction").in_russian("фантастика"));
    let film = a_film()
        .titled("Stalker")
        .with_genre(genre.id)
        .lasting(162)
        .of_kind(FilmKind::Movie);
    let film = film
        .directed_by("Andrei Tarkovsky")
        .with_actor("Alisa Freindlich")
        .known_as("imdb", "tt0079944");
    let film = api.world.has(film.attributed_to(
        "Wikipedia",
        "https://en.example/Stalker",
        "CC BY-SA 4.0",
    ));
    let path = format!("/api/v1/films/{}/details", film.id);
    let answer = api
        .get(&path)
        .header("Accept-Language", "en")
        .expect(200)
        .await;
    assert_eq!(answer.header("content-language"), "en");
    assert!(answer.varies_by("Accept-Language"));
    let details = answer.json();
    assert_eq!(details["title"], "Stalker");
    assert_eq!(details["is_liked"], false);
    assert_eq!(details["kind"], "movie");
    assert_eq!(details["runtime_minutes"], 162);
    assert_eq!(
        details["genres"],
        json!([{"id": genre.id.to_string(), "name": "science fiction"}])
    );
    assert_eq!(details["directors"][0]["name"], "Andrei Tarkovsky");
    assert_eq!(details["cast"][0]["name"], "Alisa Freindlich");
    assert_eq!(details["external_ids"]["imdb"], "tt0079944");
    let attribution = json!({"source": "Wikipedia", "url": "https://en.example/Stalker", "licence": "CC BY-SA 4.0"});
    assert_eq!(details["attribution"], attribution);
    assert!(details["countries"].is_array() && details["updated_at"].is_string());
    let russian = api.get(&path).expect(200).await.json();
    assert_eq!(russian["genres"][0]["name"], "фантастика");
}

#[actix_web::test]
async fn films_are_found_by_title_and_by_description() {
    let api = TestApi::new().await;
    api.world.has(
        a_film()
            .titled("Stalker")
            .described("Three men enter the Zone."),
    );
    api.world.has(
        a_film()
            .titled("Solaris")
            .described("An ocean that thinks."),
    );
    let found = api
        .get("/api/v1/films/search?title=stalk")
        .expect(200)
        .await
        .json();
    assert_eq!(titles(&found), ["Stalker"]);
    let found = api
        .get("/api/v1/films/search?description=ocean")
        .expect(200)
        .await
        .json();
    assert_eq!(titles(&found), ["Solaris"]);
    let found = api
        .get("/api/v1/films/search?description=ocean&title=Solaris&limit=1")
        .expect(200)
        .await;
    assert_eq!(titles(&found.json()), ["Solaris"]);
    for nothing in ["", "?title=", "?title=%20&description="] {
        let found = api
            .get(format!("/api/v1/films/search{nothing}"))
            .expect(200)
            .await;
        assert_eq!(found.json(), json!([]));
    }
}

#[actix_web::test]
async fn odd_search_text_is_searched_all_the_same() {
    let api = TestApi::new().await;
    let long = "a".repeat(20_000);
    for text in [
        "%00",
        "%FF%FE",
        "%zz",
        "%",
        "a%00b",
        "'%22--;",
        "%F0%9F%8E%AC",
        &long,
    ] {
        api.get(format!("/api/v1/films/search?title={text}"))
            .expect(200)
            .await;
        api.get(format!("/api/v1/films/search?description={text}"))
            .expect(200)
            .await;
    }
}

#[actix_web::test]
async fn a_search_gives_one_to_fifty_films() {
    let api = TestApi::new().await;
    for limit in ["0", "51", "-1", "x", "1.5", "99999999999999999999", ""] {
        let answer = api
            .get(format!("/api/v1/films/search?title=a&limit={limit}"))
            .expect(400)
            .await;
        assert_eq!(answer.faults()[0].0, "limit", "{limit}");
        assert_eq!(answer.code(), "http.invalid_parameters");
        assert_eq!(answer.json()["errors"][0].get("pointer"), None);
    }
    api.get("/api/v1/films/search?title=a&limit=1")
        .expect(200)
        .await;
    api.get("/api/v1/films/search?title=a&limit=50")
        .expect(200)
        .await;
}

#[actix_web::test]
async fn an_index_that_is_down_asks_to_come_again() {
    let api = TestApi::new().await;
    api.world.index.set_down(true);
    let answer = api.get("/api/v1/films/search?title=a").expect(503).await;
    assert_eq!(answer.code(), "catalogue.index_unavailable");
    assert!(!answer.text().contains("told to be down"));
}

#[actix_web::test]
async fn the_catalogue_is_paged_in_every_order_without_gaps() {
    let api = TestApi::new().await;
    for (title, year) in [
        ("Brazil", 1985),
        ("Alien", 1979),
        ("Dune", 1984),
        ("Cube", 1997),
    ] {
        api.world.clock.advance(chrono::Duration::seconds(1));
        api.world.has(a_film().titled(title).released_in(year));
    }
    for (sort, expected) in [
        ("title", ["Alien", "Brazil", "Cube", "Dune"]),
        ("-title", ["Dune", "Cube", "Brazil", "Alien"]),
        ("year", ["Alien", "Dune", "Brazil", "Cube"]),
        ("-year", ["Cube", "Brazil", "Dune", "Alien"]),
        ("-added", ["Cube", "Dune", "Alien", "Brazil"]),
    ] {
        let first = api
            .get(format!("/api/v1/films?sort={sort}&limit=3"))
            .expect(200)
            .await
            .json();
        let cursor = first["next"].as_str().unwrap();
        let path = format!("/api/v1/films?sort={sort}&limit=3&cursor={cursor}");
        let second = api.get(path).expect(200).await.json();
        assert_eq!(second["next"], Value::Null);
        let both = [titles(&first["items"]), titles(&second["items"])].concat();
        assert_eq!(both, expected, "{sort}");
    }
}

#[actix_web::test]
async fn the_catalogue_is_filtered() {
    let api = TestApi::new().await;
    let [comedy, drama] = ["comedy", "drama"].map(|name| api.world.has(a_genre(name)).id);
    api.world.has(
        a_film()
            .titled("Playtime")
            .with_genre(comedy)
            .released_in(1967)
            .from_country("France"),
    );
    api.world.has(
        a_film()
            .titled("Ran")
            .with_genre(drama)
            .released_in(1985)
            .directed_by("Akira Kurosawa"),
    );
    api.world.has(
        a_film()
            .titled("Akira")
            .released_in(1988)
            .of_kind(FilmKind::Anime),
    );
    for (query, expected) in [
        (format!("genres_ids={comedy}"), vec!["Playtime"]),
        (
            format!("genres_ids={comedy}&genres_ids={drama}"),
            vec!["Playtime", "Ran"],
        ),
        ("country=france".to_owned(), vec!["Playtime"]),
        ("year_from=1985&year_to=1985".to_owned(), vec!["Ran"]),
        ("person=Akira%20Kurosawa".to_owned(), vec!["Ran"]),
        ("movie_type=anime".to_owned(), vec!["Akira"]),
    ] {
        let found = api
            .get(format!("/api/v1/films?{query}"))
            .expect(200)
            .await
            .json();
        assert_eq!(titles(&found["items"]), expected, "{query}");
    }
}

#[actix_web::test]
async fn every_parameter_at_fault_is_named_at_once() {
    let api = TestApi::new().await;
    let query = "genres_ids=x&country=%00&year_from=0&year_to=x&person=&movie_type=opera&sort=rank&limit=101&cursor=!";
    let answer = api.get(format!("/api/v1/films?{query}")).expect(400).await;
    let named: Vec<String> = answer
        .faults()
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    let expected = [
        "genres_ids",
        "country",
        "year_from",
        "year_to",
        "person",
        "movie_type",
        "sort",
        "limit",
        "cursor",
    ];
    assert_eq!(named, expected);
}

#[actix_web::test]
async fn a_cursor_of_another_order_is_refused() {
    let api = TestApi::new().await;
    for title in ["A", "B"] {
        api.world.has(a_film().titled(title));
    }
    let first = api.get("/api/v1/films?limit=1").expect(200).await.json();
    let cursor = first["next"].as_str().unwrap();
    api.get(format!("/api/v1/films?limit=1&cursor={cursor}"))
        .expect(200)
        .await;
    let answer = api
        .get(format!("/api/v1/films?limit=1&sort=year&cursor={cursor}"))
        .expect(400)
        .await;
    assert_eq!(answer.faults()[0].0, "cursor");
}

fn stalker() -> Value {
    json!({"title": " Stalker ", "description": "The Zone."})
}

#[actix_web::test]
async fn a_user_adds_a_film_of_their_own() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let genre = api.world.has(a_genre("drama"));
    let token = api.world.token_of(&anna);
    let mut body = stalker();
    body["genres_ids"] = json!([genre.id.to_string()]);
    body["country"] = json!("USSR");
    body["release_year"] = json!(1979);
    let answer = api
        .post("/api/v1/films")
        .by(&token)
        .json(body)
        .expect(201)
        .await;
    let film = answer.json();
    assert_eq!(film["title"], "Stalker");
    assert_eq!(film["owner_id"], anna.id.to_string());
    assert_eq!(film["release_year"], 1979);
    let shown = api.get(answer.header("location")).expect(200).await;
    assert_eq!(shown.json(), film);
    let mut bare = stalker();
    bare["country"] = Value::Null;
    bare["genres_ids"] = Value::Null;
    api.post("/api/v1/films")
        .by(&token)
        .json(bare)
        .expect(201)
        .await;
}

#[actix_web::test]
async fn a_film_names_every_field_at_fault() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let ids = json!(["x", 5, "0199a1b2-0000-7000-8000-000000000000"]);
    let body = json!({"title": "a\u{0}b", "genres_ids": ids, "country": "", "release_year": 0});
    let answer = api
        .post("/api/v1/films")
        .by(&token)
        .json(body)
        .expect(400)
        .await;
    let problem = answer.json();
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    let expected = [
        "/title",
        "/description",
        "/genres_ids/0",
        "/genres_ids/1",
        "/country",
        "/release_year",
    ];
    assert_eq!(pointers, expected);
}

#[actix_web::test]
async fn a_genre_that_there_is_not_is_told_in_the_contracts_words() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let film = api.world.has(a_film().owned_by(anna.id));
    let mut body = stalker();
    body["genres_ids"] = json!(["0199a1b2-0000-7000-8000-000000000000"]);
    for call in [
        api.post("/api/v1/films"),
        api.put(format!("/api/v1/films/{}", film.id)),
    ] {
        let answer = call.by(&token).json(body.clone()).expect(400).await;
        assert_eq!(answer.detail(), "Genre not found");
        assert_eq!(answer.code(), "catalogue.unknown_genre");
    }
}

#[actix_web::test]
async fn the_owner_and_administrators_change_a_film() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let admin = api
        .world
        .has(a_user().with_email("admin@example.org").admin());
    let bob = api.world.has(a_user().with_email("bob@example.org"));
    let film = api.world.has(a_film().owned_by(anna.id));
    let path = format!("/api/v1/films/{}", film.id);
    let stranger = api
        .put(&path)
        .by(&api.world.token_of(&bob))
        .json(stalker())
        .expect(403)
        .await;
    assert_eq!(stranger.detail(), "Film is not owned by you");
    for editor in [&anna, &admin] {
        let token = api.world.token_of(editor);
        let film = api
            .put(&path)
            .by(&token)
            .json(stalker())
            .expect(200)
            .await
            .json();
        assert_eq!(film["title"], "Stalker");
        assert_eq!(film["owner_id"], anna.id.to_string());
    }
    let nowhere = "/api/v1/films/00000000-0000-4000-8000-000000000000";
    api.put(nowhere)
        .by(&api.world.token_of(&anna))
        .json(stalker())
        .expect(404)
        .await;
}

#[actix_web::test]
async fn what_anybody_sees_is_asked_for_again_by_its_tag_and_what_one_sees_is_not() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film()).id;
    let token = api.world.token_of(&api.world.has(a_user()));
    for path in [
        "/api/v1/films".to_owned(),
        "/api/v1/films/search?title=a".to_owned(),
        format!("/api/v1/films/{film}"),
        format!("/api/v1/films/{film}/details"),
    ] {
        let first = api.get(&path).expect(200).await;
        assert_eq!(first.header("cache-control"), "public, no-cache", "{path}");
        assert!(first.varies_by("Authorization"), "{path}");
        assert_eq!(
            first.varies_by("Accept-Language"),
            path.ends_with("/details") || path.contains("/search")
        );
        let tag = first.header("etag").to_owned();
        let again = api.get(&path).header("If-None-Match", &tag);
        let again = again.expect(304).await;
        assert!(again.body.is_empty());
        assert_eq!(again.header("etag"), tag);
        let other = api.get(&path).header("If-None-Match", "\"other\"");
        other.expect(200).await;
        let own = api.get(&path).by(&token).header("If-None-Match", &tag);
        let own = own.expect(200).await;
        assert!(own.varies_by("Authorization"), "{path}");
    }
    let before = api.get("/api/v1/films").expect(200).await;
    api.world.has(a_film());
    let call = api.get("/api/v1/films");
    let call = call.header("If-None-Match", before.header("etag"));
    call.expect(200).await;
}

#[actix_web::test]
async fn the_longest_film_fits_however_its_letters_are_written() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let letter = "\\ud83c\\udfac";
    let (title, description) = (letter.repeat(512), letter.repeat(5000));
    let body = format!("{{\"title\":\"{title}\",\"description\":\"{description}\"}}");
    let call = api.post("/api/v1/films").by(&token);
    let film = call.body("application/json", body).expect(201).await.json();
    assert_eq!(film["title"], "🎬".repeat(512));
}
