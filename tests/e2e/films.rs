//! Films that users add.
use crate::app::{App, Database, id_of};
use crate::unknown_id;
use serde_json::{Value, json};

stories![
    a_film_is_added_shown_and_changed,
    a_film_needs_no_more_than_a_title_and_a_description,
    bad_fields_of_a_film_are_named_all_at_once,
    a_genre_must_be_one_that_there_is,
    only_the_owner_changes_a_film,
    details_tell_everything_of_a_film,
    an_own_film_has_details_too,
];

async fn a_film_is_added_shown_and_changed(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let genres = anna.get("/genres").await.array(200);
    let body = json!({
        "title": " Ночь на даче ", "description": "Домашнее кино.\nВторая строка.",
        "genres_ids": [genres[0]["id"], genres[1]["id"]], "country": "Россия", "release_year": 2024,
        "mood": "what is not known is ignored",
    });
    let answer = anna.post("/films", &body).await.expect(201);
    let location = answer.header("location").to_owned();
    let film = answer.json(201);
    let path = format!("/films/{}", id_of(&film));
    assert_eq!(location, format!("/api/v1{path}"));
    let expected = json!({
        "id": film["id"], "title": "Ночь на даче", "description": "Домашнее кино.\nВторая строка.",
        "country": "Россия", "release_year": 2024, "poster_url": null, "tmdb_id": null,
        "owner_id": anna.id, "is_liked": false, "is_wish": false, "is_watched": false,
    });
    assert_eq!(film, expected);
    assert_eq!(anna.get(&path).await.json(200), expected);
    assert_eq!(app.anyone().get(&path).await.json(200), expected);

    let body =
        json!({ "title": "День", "description": "Короче.", "genres_ids": [genres[2]["id"]] });
    let changed = anna.put(&path, &body).await.json(200);
    let mut expected = expected;
    for (name, value) in [("title", json!("День")), ("description", json!("Короче."))] {
        expected[name] = value;
    }
    expected["country"] = Value::Null;
    expected["release_year"] = Value::Null;
    assert_eq!(changed, expected);
    assert_eq!(anna.get(&path).await.json(200), expected);
    let details = anna.get(&format!("{path}/details")).await.json(200);
    assert_eq!(details["genres"], json!([genres[2]]));
}

async fn a_film_needs_no_more_than_a_title_and_a_description(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for body in [
        json!({ "title": "A", "description": "B" }),
        json!({ "title": "A", "description": "B", "genres_ids": [], "country": null, "release_year": null }),
        json!({ "title": "я".repeat(512), "description": "я".repeat(5000), "country": "я".repeat(128), "release_year": 1 }),
        json!({ "title": "A", "description": "B", "release_year": 10_000 }),
        json!({ "title": "A", "description": "B", "release_year": i32::MAX }),
    ] {
        let film = anna.post("/films", &body).await.json(201);
        assert_eq!(film["title"], body["title"]);
        assert_eq!(film["description"], body["description"]);
        assert_eq!(film["country"], body["country"]);
        assert_eq!(film["release_year"], body["release_year"]);
    }
    let body = json!({ "title": "A", "description": "B" });
    app.anyone()
        .post("/films", &body)
        .await
        .problem(401, "identity.not_signed_in");
}

async fn bad_fields_of_a_film_are_named_all_at_once(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = format!("/films/{}", anna.add_film("Stalker").await);
    let before = anna.get(&film).await.json(200);
    let all: &[&str] = &[
        "title",
        "description",
        "genres_ids",
        "country",
        "release_year",
    ];
    for (body, fields) in [
        (json!({}), &["title", "description"][..]),
        (
            json!({ "title": "", "description": "", "genres_ids": ["x"], "country": "", "release_year": 0 }),
            all,
        ),
        (
            json!({ "title": 1, "description": true, "genres_ids": "x", "country": [], "release_year": "1999" }),
            all,
        ),
        (
            json!({ "title": "я".repeat(513), "description": "я".repeat(5001), "country": "я".repeat(129), "release_year": -1 }),
            &["title", "description", "country", "release_year"],
        ),
        (
            json!({ "title": "A", "description": "B", "release_year": 1999.5 }),
            &["release_year"],
        ),
        (json!({ "title": "A\u{0}", "description": "B" }), &["title"]),
    ] {
        anna.post("/films", &body)
            .await
            .names("http.invalid_fields", fields);
        anna.put(&film, &body)
            .await
            .names("http.invalid_fields", fields);
    }
    assert_eq!(anna.get(&film).await.json(200), before);
}

async fn a_genre_must_be_one_that_there_is(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = format!("/films/{}", anna.add_film("Stalker").await);
    let body = json!({ "title": "A", "description": "B", "genres_ids": [unknown_id()] });
    for answer in [
        anna.post("/films", &body).await,
        anna.put(&film, &body).await,
    ] {
        answer.refused(400, "catalogue.unknown_genre", "Genre not found");
    }
    assert_eq!(anna.get(&film).await.json(200)["title"], "Stalker");
}

async fn only_the_owner_changes_a_film(database: Database) {
    let app = App::with_films(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let own = anna.add_film("Stalker").await;
    let starter = anna.get("/films?limit=1").await.json(200)["items"][0].clone();
    let body = json!({ "title": "A", "description": "B" });
    for (user, film) in [(&ben, own.clone()), (&anna, id_of(&starter))] {
        let answer = user.put(&format!("/films/{film}"), &body).await;
        answer.refused(403, "catalogue.not_film_owner", "Film is not owned by you");
    }
    let answer = app.anyone().put(&format!("/films/{own}"), &body).await;
    answer.problem(401, "identity.not_signed_in");
    let answer = anna.put(&format!("/films/{}", unknown_id()), &body).await;
    answer.refused(404, "catalogue.film_not_found", "Film not found");
    assert_eq!(
        anna.get(&format!("/films/{own}")).await.json(200)["title"],
        "Stalker"
    );
    for unknown in [
        format!("/films/{}", unknown_id()),
        format!("/films/{}/details", unknown_id()),
    ] {
        anna.get(&unknown)
            .await
            .refused(404, "catalogue.film_not_found", "Film not found");
    }
}

async fn details_tell_everything_of_a_film(database: Database) {
    let app = App::with_films(database).await;
    let anyone = app.anyone();
    let found = anyone
        .query("/films/search", &[("title", "The Matrix"), ("limit", "1")])
        .await
        .array(200);
    let path = format!("/films/{}/details", id_of(&found[0]));
    let details = anyone
        .get_with(&path, "accept-language", "en")
        .await
        .json(200);
    for (name, value) in found[0].as_object().unwrap() {
        assert_eq!(&details[name], value, "{name}");
    }
    let names = |member: &str| -> Vec<Value> {
        details[member]
            .as_array()
            .unwrap()
            .iter()
            .map(|named| named["name"].clone())
            .collect()
    };
    assert_eq!(details["title"], "The Matrix");
    assert_eq!(details["kind"], "movie");
    assert_eq!(details["runtime_minutes"], 136);
    assert_eq!(details["countries"], json!(["United States", "Australia"]));
    assert_eq!(names("genres"), ["Science Fiction", "Action"]);
    assert_eq!(names("directors"), ["Lilly Wachowski", "Lana Wachowski"]);
    assert_eq!(names("cast")[..2], ["Keanu Reeves", "Laurence Fishburne"]);
    assert_eq!(details["external_ids"]["imdb"], "tt0133093");
    assert_eq!(details["external_ids"]["wikidata"], "Q83495");
    assert_eq!(details["attribution"]["source"], "Wikipedia");
    assert_eq!(details["attribution"]["licence"], "CC BY-SA 4.0");
    assert_eq!(
        details["attribution"]["url"],
        "https://en.wikipedia.org/wiki/The_Matrix"
    );
    let in_russian = anyone.get(&path).await.json(200);
    assert_eq!(in_russian["genres"][1]["name"], "Боевик");
}

async fn an_own_film_has_details_too(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let details = anna.get(&format!("/films/{film}/details")).await.json(200);
    assert_eq!(details["owner_id"], anna.id);
    assert_eq!(details["attribution"], Value::Null);
    assert_eq!(details["runtime_minutes"], Value::Null);
    for empty in ["genres", "countries", "directors", "cast"] {
        assert_eq!(details[empty], json!([]), "{empty}");
    }
}
