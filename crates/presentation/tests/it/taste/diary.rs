//! A user keeps a diary.
use super::{NOWHERE, scene};
use application::fakes::{a_film, a_user};
use serde_json::{Value, json};

const DIARY: &str = "/api/v1/me/diary";

#[actix_web::test]
async fn a_viewing_is_written_down_shown_corrected_and_struck_out() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id.to_string();
    let body = json!({"film_id": film, "watched_on": "2024-02-29", "note": " With Ben "});
    let log = || api.post(DIARY).by(&token).json(body.clone());
    let answer = log().expect(201).await;
    let viewing = answer.json();
    let id = viewing["id"].as_str().unwrap();
    let path = format!("{DIARY}/{id}");
    assert_eq!(answer.header("location"), path);
    let expected = json!({
        "id": id, "film_id": film, "watched_on": "2024-02-29", "is_rewatch": false,
        "note": "With Ben", "logged_at": api.world.now(),
    });
    assert_eq!(viewing, expected);
    let again = log().expect(200).await;
    assert_eq!(again.header("location"), "");
    assert_eq!(again.json(), expected);
    let shown = api.get(&path).by(&token).expect(200).await;
    assert_eq!(shown.json(), expected);
    let patch = json!({"watched_on": null, "is_rewatch": true});
    let revised = api.patch(&path).by(&token).json(patch).expect(200).await;
    let revised = revised.json();
    assert_eq!(revised["watched_on"], Value::Null);
    assert_eq!(
        (&revised["is_rewatch"], &revised["note"]),
        (&json!(true), &json!("With Ben"))
    );
    log().expect(201).await;
    let taken = json!({"watched_on": "2024-02-29"});
    let taken = api.patch(&path).by(&token).json(taken).expect(409).await;
    assert_eq!(taken.code(), "taste.day_taken");
    let film = api.get(format!("/api/v1/films/{film}")).by(&token);
    assert_eq!(film.expect(200).await.json()["is_watched"], true);
    api.delete(&path).by(&token).expect(204).await;
    for call in [
        api.get(&path),
        api.delete(&path),
        api.patch(&path).json(json!({})),
    ] {
        let answer = call.by(&token).expect(404).await;
        assert_eq!(answer.code(), "taste.viewing_not_found");
    }
}

#[actix_web::test]
async fn what_is_no_viewing_is_refused_by_name() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id.to_string();
    for (body, field, code) in [
        (json!({}), "film_id", "missing"),
        (json!({"film_id": "1"}), "film_id", "malformed"),
        (
            json!({"film_id": film, "watched_on": "29.02.2024"}),
            "watched_on",
            "malformed",
        ),
        (
            json!({"film_id": film, "watched_on": "2023-02-29"}),
            "watched_on",
            "malformed",
        ),
        (
            json!({"film_id": film, "watched_on": "2023-2-9"}),
            "watched_on",
            "malformed",
        ),
        (
            json!({"film_id": film, "watched_on": 2024}),
            "watched_on",
            "wrong_type",
        ),
        (
            json!({"film_id": film, "is_rewatch": "yes"}),
            "is_rewatch",
            "wrong_type",
        ),
        (json!({"film_id": film, "note": " "}), "note", "empty"),
    ] {
        let answer = api.post(DIARY).by(&token).json(body).expect(400).await;
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())]);
    }
    for day in ["1887-12-31", "2999-01-01"] {
        let body = json!({"film_id": film, "watched_on": day});
        let answer = api.post(DIARY).by(&token).json(body).expect(400).await;
        assert_eq!(answer.code(), "taste.no_such_day");
    }
    let nowhere = api.post(DIARY).by(&token).json(json!({"film_id": NOWHERE}));
    assert_eq!(nowhere.expect(404).await.code(), "catalogue.film_not_found");
    let path = format!("{DIARY}/{NOWHERE}");
    let null = api.patch(path).by(&token).json(json!({"is_rewatch": null}));
    let faults = null.expect(400).await.faults();
    assert_eq!(faults, [("is_rewatch".to_owned(), "null".to_owned())]);
}

#[actix_web::test]
async fn a_request_under_a_key_is_answered_alike_however_often_it_comes() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id.to_string();
    let log = |key: &str, day: &str| {
        let body = json!({"film_id": film, "watched_on": day});
        let call = api.post(DIARY).by(&token).json(body);
        call.header("Idempotency-Key", key)
    };
    let first = log("\"8e03978e\"", "2024-02-29").expect(201).await;
    for _ in 0..2 {
        let again = log("\"8e03978e\"", "2024-02-29").expect(201).await;
        assert_eq!(again.json(), first.json());
        assert_eq!(again.header("location"), first.header("location"));
    }
    let other = log("\"8e03978e\"", "2024-03-01").expect(409).await;
    assert_eq!(other.code(), "taste.key_reused");
    let ben = api.world.has(a_user().with_email("ben@example.org"));
    let ben = api.world.token_of(&ben);
    let body = json!({"film_id": film, "watched_on": "2024-03-01"});
    let bens = api.post(DIARY).by(&ben).json(body);
    let bens = bens.header("Idempotency-Key", "\"8e03978e\"");
    bens.expect(201).await;
    let long = "x".repeat(256);
    for key in ["", "ключ", &long] {
        let answer = log(key, "2024-02-29").expect(400).await;
        let fault = ("Idempotency-Key".to_owned(), "malformed".to_owned());
        assert_eq!(answer.faults(), [fault]);
    }
}

#[actix_web::test]
async fn the_diary_is_listed_by_period_and_film_page_by_page() {
    let (api, _, token) = scene().await;
    let films = ["A", "B"].map(|title| api.world.has(a_film().titled(title)).id.to_string());
    for (film, day) in [
        (0, Some("2024-02-29")),
        (1, Some("2023-12-31")),
        (0, None),
        (1, Some("2024-01-01")),
    ] {
        let body = json!({"film_id": films[film], "watched_on": day, "is_rewatch": day.is_none()});
        api.post(DIARY).by(&token).json(body).expect(201).await;
    }
    let list = async |query: &str| {
        let mut told = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("{DIARY}?limit=1{query}{cursor}");
            let page = api.get(path).by(&token).expect(200).await.json();
            for item in page["items"].as_array().unwrap() {
                let title = item["film"]["title"].as_str().unwrap();
                assert_eq!(item["film"]["id"], item["viewing"]["film_id"]);
                let day = item["viewing"]["watched_on"].as_str().unwrap_or("?");
                told.push(format!("{title} {day}"));
            }
            match &page["next"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => return told,
            }
        }
    };
    let all = ["A 2024-02-29", "B 2024-01-01", "B 2023-12-31", "A ?"];
    assert_eq!(list("").await, all);
    assert_eq!(list("&year=2024").await, all[..2]);
    assert_eq!(list("&year=2024&month=1").await, all[1..2]);
    let of_one = format!("&film_id={}", films[0]);
    assert_eq!(list(&of_one).await, [all[0], all[3]]);
    for (query, field) in [
        ("year=1887", "year"),
        ("year=10000", "year"),
        ("year=2024&month=13", "month"),
        ("month=1", "month"),
        ("film_id=x", "film_id"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
    ] {
        let path = format!("{DIARY}?{query}");
        let answer = api.get(path).by(&token).expect(400).await;
        assert_eq!(answer.faults()[0].0, field, "{query}");
    }
}
