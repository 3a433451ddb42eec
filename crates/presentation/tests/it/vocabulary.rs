//! Genres, moods and mixes: the same for everybody, in two languages.
use crate::support::TestApi;
use application::fakes::{a_film, a_genre, a_mix, a_mood, a_user};
use chrono::Duration;
use domain::library::StandardList;
use serde_json::json;

const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

#[actix_web::test]
async fn names_come_in_the_language_of_the_client() {
    let api = TestApi::new().await;
    let genre = api
        .world
        .has(a_genre("comedy").in_russian("комедия"))
        .id
        .to_string();
    let mood = api
        .world
        .has(a_mood("cheerful").in_russian("весёлое"))
        .id
        .to_string();
    for (path, english, russian) in [
        (
            "/api/v1/genres".to_owned(),
            json!([{"id": genre, "name": "comedy"}]),
            json!([{"id": genre, "name": "комедия"}]),
        ),
        (
            format!("/api/v1/genres/{genre}"),
            json!({"id": genre, "name": "comedy"}),
            json!({"id": genre, "name": "комедия"}),
        ),
        (
            "/api/v1/moods".to_owned(),
            json!([{"id": mood, "name": "cheerful"}]),
            json!([{"id": mood, "name": "весёлое"}]),
        ),
        (
            format!("/api/v1/moods/{mood}"),
            json!({"id": mood, "name": "cheerful"}),
            json!({"id": mood, "name": "весёлое"}),
        ),
    ] {
        for (wish, language, expected) in [
            ("en-US,ru;q=0.3", "en", &english),
            ("ru;q=0.9,en;q=0.8", "ru", &russian),
            ("fr", "ru", &russian),
        ] {
            let answer = api
                .get(&path)
                .header("Accept-Language", wish)
                .expect(200)
                .await;
            assert_eq!(&answer.json(), expected, "{path} {wish}");
            assert_eq!(answer.header("content-language"), language);
            assert!(answer.varies_by("Accept-Language"));
            assert_eq!(answer.header("cache-control"), "public, max-age=60");
        }
        assert_eq!(
            api.get(&path).expect(200).await.json(),
            russian,
            "{path} without a wish"
        );
    }
}

#[actix_web::test]
async fn a_client_that_has_it_already_is_told_so() {
    let api = TestApi::new().await;
    api.world.has(a_genre("comedy").in_russian("комедия"));
    let answer = api.get("/api/v1/genres").expect(200).await;
    let etag = answer.header("etag").to_owned();
    let strong = etag.strip_prefix("W/").unwrap();
    for tag in [
        etag.clone(),
        strong.to_owned(),
        format!("\"x\", {etag}"),
        "*".to_owned(),
    ] {
        let answer = api
            .get("/api/v1/genres")
            .header("If-None-Match", &tag)
            .expect(304)
            .await;
        assert_eq!(answer.header("etag"), etag);
        assert!(answer.body.is_empty());
    }
    api.get("/api/v1/genres")
        .header("If-None-Match", "\"x\"")
        .expect(200)
        .await;
    let english = api.get("/api/v1/genres").header("Accept-Language", "en");
    english.header("If-None-Match", &etag).expect(200).await;
}

#[actix_web::test]
async fn a_compressed_answer_has_the_tag_of_the_plain_one_which_is_weak() {
    let api = TestApi::new().await;
    for number in 0..50 {
        api.world.has(a_genre(&format!("genre {number}")));
    }
    let plain = api.get("/api/v1/genres").expect(200).await;
    let packed = api
        .get("/api/v1/genres")
        .header("Accept-Encoding", "gzip")
        .expect(200)
        .await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!(packed.header("etag"), plain.header("etag"));
    assert!(plain.header("etag").starts_with("W/"));
    assert!(packed.body.len() < plain.body.len());
    for name in ["Accept-Language", "Accept-Encoding", "Origin"] {
        assert!(packed.varies_by(name), "{name}");
    }
}

#[actix_web::test]
async fn a_change_shows_after_a_few_seconds() {
    let api = TestApi::new().await;
    api.world.has(a_genre("comedy"));
    let count = async || {
        api.get("/api/v1/genres")
            .expect(200)
            .await
            .json()
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count().await, 1);
    api.world.has(a_genre("drama"));
    assert_eq!(count().await, 1);
    api.world.clock.advance(Duration::seconds(5));
    assert_eq!(count().await, 2);
}

#[actix_web::test]
async fn genres_are_those_of_the_moods_asked_for() {
    let api = TestApi::new().await;
    let [comedy, drama] = ["comedy", "drama"].map(|name| api.world.has(a_genre(name)).id);
    api.world.has(a_genre("horror"));
    let cheerful = api.world.has(a_mood("cheerful").with_genre(comedy)).id;
    let serious = api.world.has(a_mood("serious").with_genre(drama)).id;
    let path = format!("/api/v1/genres?moods_ids={cheerful}&moods_ids={serious}");
    let answer = api
        .get(path)
        .header("Accept-Language", "en")
        .expect(200)
        .await;
    assert_eq!(answer.header("content-language"), "en");
    let names = answer.json();
    let names: Vec<&str> = names
        .as_array()
        .unwrap()
        .iter()
        .map(|genre| genre["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["comedy", "drama"]);
    let unknown = api
        .get(format!("/api/v1/genres?moods_ids={NOWHERE}"))
        .expect(200)
        .await;
    assert_eq!(unknown.json(), json!([]));
    let broken = api
        .get("/api/v1/genres?moods_ids=x&moods_ids=")
        .expect(400)
        .await;
    assert_eq!(broken.faults().len(), 2);
}

#[actix_web::test]
async fn mixes_are_listed_and_shown() {
    let api = TestApi::new().await;
    let mix = api.world.has(a_mix("Silent comedies"));
    let list = api
        .get("/api/v1/mix")
        .header("Accept-Language", "en")
        .expect(200)
        .await
        .json();
    assert_eq!(list[0]["id"], mix.id.to_string());
    assert_eq!(list[0]["title"], "Silent comedies");
    assert_eq!(list[0]["color1"], mix.gradient.first().as_str());
    let shown = api
        .get(format!("/api/v1/mix/{}", mix.id))
        .header("Accept-Language", "en")
        .expect(200)
        .await;
    assert_eq!(shown.json(), list[0]);
    let etag = shown.header("etag").to_owned();
    let again = api
        .get(format!("/api/v1/mix/{}", mix.id))
        .header("Accept-Language", "en");
    again.header("If-None-Match", &etag).expect(304).await;
}

#[actix_web::test]
async fn the_films_of_a_mix_have_the_viewers_flags() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = api.world.has(a_film().titled("Playtime"));
    let mix = api.world.has(a_mix("Comedies").with_film(film.id));
    api.world.lists(film.id, StandardList::Watched.of(anna.id));
    let path = format!("/api/v1/mix/{}/items", mix.id);
    let anonymous = api.get(&path).expect(200).await.json();
    assert_eq!(
        (&anonymous[0]["title"], &anonymous[0]["is_watched"]),
        (&json!("Playtime"), &json!(false))
    );
    let token = api.world.token_of(&anna);
    assert_eq!(
        api.get(&path).by(&token).expect(200).await.json()[0]["is_watched"],
        true
    );
}

#[actix_web::test]
async fn what_there_is_not_is_told_in_the_contracts_words() {
    let api = TestApi::new().await;
    for (path, detail) in [
        ("genres/", "Genre not found"),
        ("moods/", "Mood not found"),
        ("mix/", "Mix not found"),
    ] {
        let answer = api
            .get(format!("/api/v1/{path}{NOWHERE}"))
            .expect(404)
            .await;
        assert_eq!(answer.detail(), detail);
        api.get(format!("/api/v1/{path}x")).expect(400).await;
    }
    let answer = api
        .get(format!("/api/v1/mix/{NOWHERE}/items"))
        .expect(404)
        .await;
    assert_eq!(answer.detail(), "Mix not found");
}
