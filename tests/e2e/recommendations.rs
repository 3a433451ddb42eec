//! Films recommended to one user, films that are like one, and that what is said for them is true.
use crate::app::{App, Caller, Database, Setup, id_of};
use serde_json::{Value, json};
use std::collections::HashSet;

stories![
    what_is_said_for_a_film_is_true,
    what_a_user_does_counts_from_the_next_request_on,
    what_is_asked_for_narrows_the_choice,
    films_that_are_like_one_share_what_they_say,
    somebody_of_whom_nothing_is_known_is_recommended_films_too,
];

async fn recommendations(user: &Caller, query: &[(&str, &str)]) -> Vec<Value> {
    let found = user.query("/me/recommendations", query).await.json(200);
    found["items"].as_array().unwrap().clone()
}

fn ids(films: &[Value]) -> HashSet<String> {
    films.iter().map(id_of).collect()
}

async fn list(user: &Caller, word: &str, film: &str) {
    let path = format!("/me/watchlists/{word}/items/add");
    user.put(&path, &json!({ "film_id": film })).await.done();
}

async fn found(user: &Caller, title: &str) -> String {
    let films = user.query("/films/search", &[("title", title)]).await;
    id_of(&films.array(200)[0])
}

async fn named(user: &Caller, path: &str, name: &str) -> String {
    let things = user
        .get_with(path, "accept-language", "en")
        .await
        .array(200);
    let found = things.iter().find(|thing| thing["name"] == name);
    id_of(found.unwrap_or_else(|| panic!("no {name} in {things:?}")))
}

async fn details(user: &Caller, film: &str) -> Value {
    user.get(&format!("/films/{film}/details")).await.json(200)
}

fn has(things: &Value, id: &Value) -> bool {
    let things = things.as_array().unwrap();
    things.iter().any(|thing| thing["id"] == *id)
}

/// Follows what is said to be shared back to the details of both films.
async fn shares(user: &Caller, film: &Value, reason: &Value) -> bool {
    let other = details(user, &id_of(&reason["film"])).await;
    let film = details(user, &id_of(film)).await;
    assert_eq!(other["title"], reason["film"]["title"]);
    let part = match reason["code"].as_str().unwrap() {
        "shares_genre" => "genres",
        _ if reason["person"]["role"] == "director" => "directors",
        _ => "cast",
    };
    let shared = match part {
        "genres" => &reason["genre"]["id"],
        _ => &reason["person"]["id"],
    };
    has(&film[part], shared)
        && [&other["directors"], &other["cast"], &other["genres"]]
            .iter()
            .any(|part| has(part, shared))
}

async fn what_is_said_for_a_film_is_true(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let mood = named(&anna, "/moods", "Frightening").await;
    let tied = ids(&anna
        .query("/genres", &[("moods_ids", &mood)])
        .await
        .array(200));
    let liked = [
        found(&anna, "Bride of Frankenstein").await,
        found(&anna, "The Shining").await,
    ];
    for film in &liked {
        list(&anna, "liked", film).await;
    }
    let films = recommendations(&anna, &[("moods_ids", &mood), ("n", "10")]).await;
    assert_eq!(films.len(), 10);
    let mut told = HashSet::new();
    for film in &films {
        for reason in film["reasons"].as_array().unwrap() {
            let code = reason["code"].as_str().unwrap();
            let is_true = match code {
                "shares_person" | "shares_genre" => {
                    liked.contains(&id_of(&reason["film"])) && shares(&anna, film, reason).await
                }
                "you_liked" | "people_with_your_taste" => liked.contains(&id_of(&reason["film"])),
                "fits_mood" => {
                    let genres = details(&anna, &id_of(film)).await["genres"].clone();
                    reason["mood"]["id"] == mood.as_str()
                        && !ids(genres.as_array().unwrap()).is_disjoint(&tied)
                }
                // Nothing that users see says how popular a film is.
                "popular_now" => true,
                other => panic!("{other} is no reason for one user"),
            };
            assert!(is_true, "{film}: {reason}");
            told.insert(code.to_owned());
        }
    }
    assert!(told.contains("fits_mood"), "{told:?}");
    assert!(told.contains("shares_genre"), "{told:?}");
}

async fn what_a_user_does_counts_from_the_next_request_on(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let western = found(&anna, "Stagecoach").await;
    list(&anna, "liked", &western).await;
    let before = recommendations(&anna, &[]).await;
    assert!(!ids(&before).contains(&western));
    let first = id_of(&before[0]);
    list(&anna, "watched", &first).await;
    let second = id_of(&before[1]);
    list(&anna, "liked", &second).await;
    let third = id_of(&before[2]);
    let rating = json!({ "value": 9 });
    anna.put(&format!("/me/ratings/{third}"), &rating)
        .await
        .expect(200);
    let fourth = id_of(&before[3]);
    let hide = json!({ "how": "hide" });
    anna.put(&format!("/me/hidden/films/{fourth}"), &hide)
        .await
        .expect(200);
    let horror = named(&anna, "/genres", "Horror").await;
    anna.put(&format!("/me/hidden/genres/{horror}"), &hide)
        .await
        .expect(200);
    let after = recommendations(&anna, &[("n", "100")]).await;
    let settled = HashSet::from([first, second, third, fourth]);
    assert!(ids(&after).is_disjoint(&settled));
    for film in &after[..10] {
        let genres = details(&anna, &id_of(film)).await["genres"].clone();
        assert!(!has(&genres, &json!(horror)), "{film}");
    }
}

#[tokio::test]
async fn what_is_liked_at_one_instance_counts_at_the_other_at_once() {
    let secret = "one secret for all instances of a deployment";
    let setup = Setup::with_films(Database::Postgres)
        .await
        .set("JWT_SECRET", secret);
    let other = setup.sibling().start().await;
    let app = setup.start().await;
    let here = app.somebody().await;
    let there = other.anyone().with_token(here.token());
    let before = recommendations(&there, &[]).await;
    let first = id_of(&before[0]);
    list(&here, "liked", &first).await;
    let after = recommendations(&there, &[]).await;
    assert!(!ids(&after).contains(&first));
    let refers = |film: &Value| {
        let reasons = film["reasons"].as_array().unwrap();
        reasons
            .iter()
            .any(|reason| reason["film"]["id"] == first.as_str())
    };
    assert!(after.iter().any(refers), "{after:?}");
}

async fn what_is_asked_for_narrows_the_choice(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let western = named(&anna, "/genres", "Western").await;
    let query = [
        ("genres_ids", western.as_str()),
        ("year_from", "1960"),
        ("year_to", "1975"),
        ("n", "5"),
    ];
    let films = recommendations(&anna, &query).await;
    assert_eq!(films.len(), 5);
    for film in &films {
        let year = film["release_year"].as_i64().unwrap();
        assert!((1960..=1975).contains(&year), "{film}");
        let western = json!(western);
        assert!(has(&details(&anna, &id_of(film)).await["genres"], &western));
    }
    for film in &films {
        list(&anna, "wish", &id_of(film)).await;
    }
    let without = [&query[..], &[("without_lists", "wish")]].concat();
    let others = recommendations(&anna, &without).await;
    assert!(ids(&others).is_disjoint(&ids(&films)));
    let unwanted = id_of(&others[0]);
    let without = [&without[..], &[("without_films_ids", &unwanted)]].concat();
    assert!(!ids(&recommendations(&anna, &without).await).contains(&unwanted));
}

async fn films_that_are_like_one_share_what_they_say(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let seed = found(&anna, "Bride of Frankenstein").await;
    let path = format!("/films/{seed}/similar");
    let similar = app.anyone().get(&path).await.json(200);
    let films = similar["items"].as_array().unwrap();
    assert_eq!(films.len(), 20);
    let mut told = 0;
    for film in &films[..5] {
        assert_ne!(id_of(film), seed);
        for reason in film["reasons"].as_array().unwrap() {
            assert_eq!(id_of(&reason["film"]), seed);
            assert!(shares(&anna, film, reason).await, "{film}: {reason}");
            told += 1;
        }
    }
    assert!(told > 0);
    list(&anna, "wish", &id_of(&films[0])).await;
    let seen = anna.get(&path).await.json(200);
    assert_eq!(seen["items"][0]["is_wish"], true);
    let own = anna.add_film("Something of my own").await;
    anna.get(&format!("/films/{own}/similar")).await.expect(200);
}

async fn somebody_of_whom_nothing_is_known_is_recommended_films_too(database: Database) {
    let app = App::with_films(database).await;
    let anna = app.somebody().await;
    let films = recommendations(&anna, &[("n", "7")]).await;
    assert_eq!(ids(&films).len(), 7);
    for film in &films {
        let score = film["score"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&score), "{film}");
    }
    app.anyone()
        .get("/me/recommendations")
        .await
        .problem(401, "identity.not_signed_in");
}
