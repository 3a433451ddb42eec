//! What people tell of films.
use crate::{
    app::{Answer, App, Caller, Database, id_of},
    unknown_id,
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

stories![
    what_is_rated_was_seen_and_what_was_seen_stands_in_the_diary,
    the_diary_is_kept_and_walked,
    a_request_that_is_sent_again_doubles_nothing,
    two_devices_at_once_neither_lose_nor_double_anything,
    what_was_told_outlives_a_sudden_death_and_is_told_once,
    reviews_are_read_by_everybody_and_name_nobody,
    progress_and_what_is_hidden_are_kept,
    what_was_told_goes_with_its_user,
];

async fn rate(user: &Caller, film: &str, value: i64) -> Answer {
    let path = format!("/me/ratings/{film}");
    user.put(&path, &json!({ "value": value })).await
}

async fn log(user: &Caller, film: &str, day: &str, key: &str) -> Answer {
    let body = json!({ "film_id": film, "watched_on": day });
    let request = user.request(Method::POST, "/me/diary").json(&body);
    user.send(request.header("Idempotency-Key", key)).await
}

/// The diary as `title day`.
async fn diary(user: &Caller) -> Vec<String> {
    let mut told = Vec::new();
    let mut path = "/me/diary?limit=2".to_owned();
    loop {
        let page = user.get(&path).await.json(200);
        for item in page["items"].as_array().unwrap() {
            let title = item["film"]["title"].as_str().unwrap();
            let day = item["viewing"]["watched_on"].as_str().unwrap_or("?");
            told.push(format!("{title} {day}"));
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/me/diary?limit=2&cursor={next}"),
            None => return told,
        }
    }
}

async fn watched(user: &Caller) -> Vec<String> {
    let items = user.get("/me/watchlists/watched/items").await.array(200);
    let titles = items.iter().map(|film| film["title"].as_str().unwrap());
    titles.map(ToOwned::to_owned).collect()
}

async fn what_is_rated_was_seen_and_what_was_seen_stands_in_the_diary(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let (one, other) = (
        anna.add_film("Stalker").await,
        anna.add_film("Mirror").await,
    );
    let rated = rate(&anna, &one, 9).await.json(200);
    assert_eq!((&rated["value"], &rated["stars"]), (&json!(9), &json!(4.5)));
    assert_eq!(rate(&anna, &one, 9).await.json(200), rated);
    let path = format!("/me/ratings/{one}");
    assert_eq!(anna.get(&path).await.json(200), rated);
    let stars = anna.put(&path, &json!({ "stars": 3.5 })).await.json(200);
    assert_eq!(stars["value"], 7);
    let add = json!({ "film_id": other });
    anna.put("/me/watchlists/watched/items/add", &add)
        .await
        .done();
    assert_eq!(watched(&anna).await, ["Mirror", "Stalker"]);
    assert_eq!(diary(&anna).await, ["Mirror ?", "Stalker ?"]);
    rate(&anna, &other, 4).await.json(200);
    let ratings = async |query: &str| {
        let page = anna.get(&format!("/me/ratings?{query}")).await.json(200);
        let items = page["items"].as_array().unwrap().clone();
        let told = items.iter().map(|item| {
            let title = item["film"]["title"].as_str().unwrap();
            format!("{title} {}", item["value"])
        });
        told.collect::<Vec<_>>()
    };
    assert_eq!(ratings("sort=-value").await, ["Stalker 7", "Mirror 4"]);
    assert_eq!(ratings("sort=title&value_to=4").await, ["Mirror 4"]);
    // What nobody wrote goes with the entry; the opinion stays.
    for film in [&one, &other] {
        let entry = format!("/me/watchlists/watched/items/{film}");
        anna.delete(&entry).await.done();
    }
    assert!(diary(&anna).await.is_empty());
    assert_eq!(ratings("").await, ["Mirror 4", "Stalker 7"]);
    anna.delete(&path).await.done();
    anna.get(&path).await.problem(404, "taste.not_rated");
    let nowhere = unknown_id().to_string();
    rate(&anna, &nowhere, 5)
        .await
        .problem(404, "catalogue.film_not_found");
    rate(&anna, &one, 11)
        .await
        .names("http.invalid_fields", &["value"]);
}

async fn the_diary_is_kept_and_walked(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let mut viewings = Vec::new();
    for (day, rewatch) in [
        (Some("2023-12-31"), false),
        (Some("2024-02-29"), true),
        (None, true),
    ] {
        let body = json!({ "film_id": film, "watched_on": day, "is_rewatch": rewatch });
        let answer = anna.post("/me/diary", &body).await.expect(201);
        let location = answer.header("location").to_owned();
        let viewing = answer.json(201);
        assert_eq!(anna.get(&format!("/{location}")).await.json(200), viewing);
        assert_eq!(anna.post("/me/diary", &body).await.json(200), viewing);
        viewings.push(viewing);
    }
    let all = ["Stalker 2024-02-29", "Stalker 2023-12-31", "Stalker ?"];
    assert_eq!(diary(&anna).await, all);
    let of_month = anna.get("/me/diary?year=2024&month=2").await.json(200);
    assert_eq!(of_month["items"].as_array().unwrap().len(), 1);
    assert_eq!(of_month["items"][0]["viewing"], viewings[1]);
    let path = format!("/me/diary/{}", id_of(&viewings[2]));
    let change = json!({ "watched_on": "1979-05-25", "note": "In Moscow" });
    let revised = anna.patch(&path, &change).await.json(200);
    assert_eq!(revised["note"], "In Moscow");
    let taken = json!({ "watched_on": "2024-02-29" });
    anna.patch(&path, &taken)
        .await
        .problem(409, "taste.day_taken");
    let ben = app.somebody().await;
    ben.get(&path).await.problem(404, "taste.viewing_not_found");
    ben.delete(&path)
        .await
        .problem(404, "taste.viewing_not_found");
    for viewing in &viewings {
        assert_eq!(watched(&anna).await, ["Stalker"]);
        let path = format!("/me/diary/{}", id_of(viewing));
        anna.delete(&path).await.done();
    }
    assert!(watched(&anna).await.is_empty());
    let body = json!({ "film_id": film, "watched_on": "2999-01-01" });
    anna.post("/me/diary", &body)
        .await
        .problem(400, "taste.no_such_day");
}

async fn a_request_that_is_sent_again_doubles_nothing(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    let mut tries = JoinSet::new();
    for _ in 0..8 {
        let (anna, film) = (anna.clone(), film.clone());
        tries.spawn(async move { log(&anna, &film, "2024-02-29", "one").await.json(201) });
    }
    let answers = tries.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(diary(&anna).await, ["Stalker 2024-02-29"]);
    log(&anna, &film, "2024-03-01", "one")
        .await
        .problem(409, "taste.key_reused");
    // The day alone tells as much, without saying that it was this very request.
    log(&anna, &film, "2024-02-29", "two").await.json(200);
    assert_eq!(diary(&anna).await, ["Stalker 2024-02-29"]);
}

async fn two_devices_at_once_neither_lose_nor_double_anything(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let phone = anna.signed_in().await;
    let mut films = Vec::new();
    for n in 0..6 {
        films.push(anna.add_film(&format!("Film {n}")).await);
    }
    let mut telling = JoinSet::new();
    for device in [&anna, &phone] {
        for film in &films {
            let (device, film) = (device.clone(), film.clone());
            telling.spawn(async move {
                rate(&device, &film, 8).await.json(200);
                log(&device, &film, "2024-02-29", &film).await.json(201);
                let add = json!({ "film_id": film });
                let path = "/me/watchlists/watched/items/add";
                device.put(path, &add).await.done();
            });
        }
    }
    telling.join_all().await;
    assert_eq!(watched(&anna).await.len(), films.len());
    // The rating's viewing of unknown date has become the one with a day.
    let mut seen = diary(&anna).await;
    seen.sort_unstable();
    let expected: Vec<String> = (0..6).map(|n| format!("Film {n} 2024-02-29")).collect();
    assert_eq!(seen, expected);
    let ratings = anna.get("/me/ratings").await.json(200);
    assert_eq!(ratings["items"].as_array().unwrap().len(), films.len());
}

async fn what_was_told_outlives_a_sudden_death_and_is_told_once(database: Database) {
    let mut app = App::start(database).await;
    let anna = app.somebody().await;
    let mut films = Vec::new();
    for n in 0..30 {
        films.push(anna.add_film(&format!("Film {n:02}")).await);
    }
    // Killed while it is told: what was answered is there, and the rest may be sent again.
    let telling = {
        let (anna, films) = (anna.clone(), films.clone());
        tokio::spawn(async move {
            let mut answered = Vec::new();
            for film in films {
                let body = json!({ "film_id": film, "watched_on": "2024-02-29" });
                let request = anna.request(Method::POST, "/me/diary").json(&body);
                let request = request.header("Idempotency-Key", &film);
                match anna.try_send(request).await {
                    Ok(answer) => answered.push(answer.json(201)),
                    Err(_gone) => break,
                }
            }
            answered
        })
    };
    crate::app::eventually(
        "some is told",
        std::time::Duration::from_secs(20),
        async || (diary(&anna).await.len() > 3).then_some(()),
    )
    .await;
    app.kill9();
    let answered = telling.await.unwrap();
    app.start_again().await;
    let kept = diary(&anna).await;
    assert!((answered.len()..=answered.len() + 1).contains(&kept.len()));
    for viewing in &answered {
        let path = format!("/me/diary/{}", id_of(viewing));
        assert_eq!(anna.get(&path).await.json(200), *viewing);
    }
    let mut again: Vec<Value> = Vec::new();
    for film in &films {
        again.push(log(&anna, film, "2024-02-29", film).await.json(201));
    }
    assert_eq!(again[..answered.len()], answered);
    assert_eq!(diary(&anna).await.len(), films.len());
    assert_eq!(watched(&anna).await.len(), films.len());
}

async fn reviews_are_read_by_everybody_and_name_nobody(database: Database) {
    let app = App::start(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let film = anna.add_film("Stalker").await;
    let path = format!("/me/reviews/{film}");
    let body = json!({ "text": "Slow.", "stance": "positive", "has_spoilers": true });
    anna.put(&path, &body).await.json(200);
    let public = format!("/films/{film}/reviews");
    let nobody = app.anyone().get(&public).await.json(200);
    assert_eq!(nobody["items"], json!([]));
    for user in [&anna, &ben] {
        let mut body = body.clone();
        body["is_public"] = json!(true);
        user.put(&path, &body).await.json(200);
    }
    let read = app.anyone().get(&public).await.expect(200);
    for user in [&anna, &ben] {
        assert!(!read.text().contains(&user.id) && !read.text().contains(&user.email));
    }
    let tag = read.header("etag").to_owned();
    let same = app.anyone().get_with(&public, "If-None-Match", &tag).await;
    same.expect(304);
    let read = read.json(200);
    assert_eq!(read["items"].as_array().unwrap().len(), 2);
    assert_eq!(read["items"][0]["author"], "Anna");
    assert_eq!(read["items"][0]["has_spoilers"], true);
    let own = anna.get("/me/reviews").await.json(200);
    assert_eq!(own["items"][0]["film"]["title"], "Stalker");
    anna.delete(&path).await.done();
    anna.get(&path).await.problem(404, "taste.review_not_found");
    ben.get(&path).await.json(200);
}

async fn progress_and_what_is_hidden_are_kept(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let page = anna.get("/films?limit=2&sort=-year").await.json(200);
    let film = id_of(&page["items"][0]);
    let path = format!("/me/progress/{film}");
    for state in ["planned", "watching", "completed"] {
        let told = anna.put(&path, &json!({ "state": state })).await.json(200);
        assert_eq!(told["state"], state);
        let listed = anna.get(&format!("/me/progress?state={state}")).await;
        let listed = listed.json(200);
        assert_eq!(id_of(&listed["items"][0]["film"]), film);
    }
    let shown = anna.get(&format!("/films/{film}")).await.json(200);
    assert_eq!(
        (&shown["is_wish"], &shown["is_watched"]),
        (&json!(true), &json!(true))
    );
    // What is no longer watched is no longer completed.
    let entry = format!("/me/watchlists/watched/items/{film}");
    anna.delete(&entry).await.done();
    anna.delete(&path).await.problem(404, "taste.no_progress");

    let genre = id_of(&anna.get("/genres").await.array(200)[0]);
    let details = anna.get("/films?person=keanu%20reeves").await.json(200);
    let with_keanu = id_of(&details["items"][0]);
    let details = anna.get(&format!("/films/{with_keanu}/details")).await;
    let person = id_of(&details.json(200)["cast"][0]);
    for (kind, id) in [("films", &film), ("genres", &genre), ("people", &person)] {
        let path = format!("/me/hidden/{kind}/{id}");
        let hidden = anna.put(&path, &json!({ "how": "hide" })).await.json(200);
        assert_eq!(id_of(&hidden), *id);
        let list = anna.get(&format!("/me/hidden/{kind}")).await.json(200);
        assert_eq!(id_of(&list["items"][0]), *id);
        assert!(!list["items"][0]["name"].as_str().unwrap().is_empty());
        anna.delete(&path).await.done();
        anna.delete(&path).await.problem(404, "taste.not_hidden");
        let nowhere = format!("/me/hidden/{kind}/{}", unknown_id());
        anna.put(&nowhere, &json!({ "how": "hide" }))
            .await
            .problem(404, "taste.nothing_to_hide");
    }
}

async fn what_was_told_goes_with_its_user(database: Database) {
    let app = App::start(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let film = ben.add_film("Stalker").await;
    let review = json!({ "text": "Slow.", "stance": "positive", "is_public": true });
    for user in [&anna, &ben] {
        user.put(&format!("/me/reviews/{film}"), &review)
            .await
            .json(200);
        rate(user, &film, 9).await.json(200);
        log(user, &film, "2024-02-29", "k").await.json(201);
    }
    anna.delete("/me").await.done();
    let public = format!("/films/{film}/reviews");
    let read = app.anyone().get(&public).await.json(200);
    assert_eq!(read["items"].as_array().unwrap().len(), 1);
    assert_eq!(diary(&ben).await, ["Stalker 2024-02-29"]);
    let path = format!("/me/ratings/{film}");
    assert_eq!(ben.get(&path).await.json(200)["value"], 9);
}
