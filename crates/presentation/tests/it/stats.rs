//! Diaries in numbers, and what the viewer says of films on lists.
use crate::support::TestApi;
use application::fakes::{a_film, a_genre, a_mix, a_user};
use chrono::NaiveDate;
use domain::{
    catalogue::FilmId,
    identity::UserId,
    library::StandardList,
    shared::Id,
    taste::{Viewing, ViewingDay},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn saw(api: &TestApi, number: u128, user: UserId, film: FilmId, day: &str) {
    let day: NaiveDate = day.parse().unwrap();
    let id = Id::from_uuid(Uuid::from_u128(number));
    api.world.logs(Viewing {
        watched_on: ViewingDay::stored(day).ok(),
        ..Viewing::bare(id, user, film, api.world.now())
    });
}

async fn rate(api: &TestApi, token: &str, film: FilmId, value: u8) {
    let path = format!("/api/v1/me/ratings/{film}");
    let body = json!({ "value": value });
    api.put(path).by(token).json(body).expect(200).await;
}

#[actix_web::test]
async fn a_diary_is_told_in_numbers_in_the_language_of_the_client() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let drama = api.world.has(a_genre("drama").in_russian("драма"));
    let film = api.world.has(
        a_film()
            .titled("Stalker")
            .released_in(1979)
            .with_genre(drama.id)
            .lasting(162)
            .directed_by("Andrei Tarkovsky"),
    );
    saw(&api, 1, anna.id, film.id, "2026-11-20");
    rate(&api, &token, film.id, 9).await;
    let call = api.get("/api/v1/me/stats").by(&token);
    let answer = call.header("Accept-Language", "en").expect(200).await;
    assert_eq!(answer.header("content-language"), "en");
    let counts = json!({"films": 1, "viewings": 1, "ratings": 1, "mean_rating": 9.0});
    let with = |more: Value| {
        let mut all = counts.clone();
        let all_members = all.as_object_mut().unwrap();
        all_members.extend(more.as_object().unwrap().clone());
        all
    };
    let stats = answer.json();
    assert_eq!(stats["total"], counts);
    assert_eq!(
        (&stats["rewatches"], &stats["minutes"]),
        (&json!(0), &json!(162))
    );
    assert_eq!(stats["by_rating"], json!([{"value": 9, "films": 1}]));
    assert_eq!(stats["by_year"], json!([with(json!({"year": 2026}))]));
    assert_eq!(
        stats["by_month"],
        json!([with(json!({"month": "2026-11"}))])
    );
    assert_eq!(stats["by_decade"], json!([with(json!({"year": 1970}))]));
    let genre = json!({"id": drama.id.to_string(), "name": "drama"});
    assert_eq!(stats["by_genre"], json!([with(genre)]));
    assert_eq!(stats["by_director"][0]["name"], "Andrei Tarkovsky");
    assert_eq!(stats["best"][0]["title"], "Stalker");
    let year = api.get("/api/v1/me/stats/years/2026").by(&token);
    assert_eq!(year.expect(200).await.json()["total"], counts);
}

#[actix_web::test]
async fn a_year_without_films_is_empty_and_an_impossible_one_refused() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let year = api.get("/api/v1/me/stats/years/2025").by(&token);
    let stats = year.expect(200).await.json();
    let nothing = json!({"films": 0, "viewings": 0, "ratings": 0, "mean_rating": null});
    assert_eq!(stats["total"], nothing);
    assert_eq!(stats["best"], json!([]));
    for bad in ["1887", "10000", "last"] {
        let path = format!("/api/v1/me/stats/years/{bad}");
        let refused = api.get(path).by(&token).expect(400).await;
        assert_eq!(refused.json()["errors"][0]["field"], "year");
    }
}

#[actix_web::test]
async fn lists_tell_what_the_viewer_says_only_where_that_is_asked_for() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let (seen, unseen) = (
        api.world.has(a_film().titled("Seen")),
        api.world.has(a_film().titled("Unseen")),
    );
    let mix = api.world.has(a_mix("Evening").with_film(seen.id));
    api.world.lists(seen.id, StandardList::Liked.of(anna.id));
    saw(&api, 1, anna.id, seen.id, "2026-11-20");
    rate(&api, &token, seen.id, 9).await;
    let lists = [
        "/api/v1/films?limit=10".to_owned(),
        "/api/v1/films/search?title=Seen".to_owned(),
        "/api/v1/me/watchlists/liked/items?limit=10".to_owned(),
        format!("/api/v1/mix/{}/items?a=b", mix.id),
    ];
    for path in lists {
        let plain = api.get(&path).by(&token).expect(200).await.json();
        assert!(first(&plain).get("me").is_none(), "{path}");
        let full = api.get(format!("{path}&include=me")).by(&token);
        let full = full.expect(200).await.json();
        let mut film = first(&full).clone();
        let mine = film.as_object_mut().unwrap().remove("me").unwrap();
        assert_eq!(&film, first(&plain), "{path}");
        assert_eq!(mine["rating"], 9, "{path}");
        assert_eq!(mine["last_seen_on"], "2026-11-20", "{path}");
        assert_eq!(mine["viewings"], 1, "{path}");
        let bad = api.get(format!("{path}&include=you")).by(&token);
        assert_eq!(
            bad.expect(400).await.json()["errors"][0]["field"],
            "include"
        );
    }
    let all = api.get("/api/v1/films?include=me").by(&token);
    let all = all.expect(200).await.json();
    let nothing = json!({"rating": null, "rated_at": null, "last_seen_on": null, "viewings": 0});
    assert_eq!(all["items"][1]["id"], unseen.id.to_string());
    assert_eq!(all["items"][1]["me"], nothing);
    let stranger = api.get("/api/v1/films?include=me").expect(200).await.json();
    assert!(first(&stranger).get("me").is_none());
}

/// The first film of a list, with whatever around it.
fn first(list: &Value) -> &Value {
    let films = list.get("items").unwrap_or(list);
    &films.as_array().unwrap()[0]
}

#[actix_web::test]
async fn films_are_listed_by_what_their_viewer_says() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let rated = api.world.has(a_film().titled("Rated"));
    api.world.has(a_film().titled("Other"));
    rate(&api, &token, rated.id, 4).await;
    let titles = async |query: &str| {
        let path = format!("/api/v1/films?{query}");
        let page = api.get(path).by(&token).expect(200).await.json();
        let films = page["items"].as_array().unwrap().clone();
        let titles = films
            .iter()
            .map(|film| film["title"].as_str().unwrap().to_owned());
        titles.collect::<Vec<_>>()
    };
    assert_eq!(titles("where=rated").await, ["Rated"]);
    assert_eq!(titles("where=not_watched").await, ["Other"]);
    assert_eq!(titles("where=not_rated&where=not_liked").await, ["Other"]);
    let bad = api.get("/api/v1/films?where=seen").expect(400).await;
    assert_eq!(bad.json()["errors"][0]["field"], "where");
}

#[actix_web::test]
async fn details_tell_what_everybody_thinks() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film());
    let path = format!("/api/v1/films/{}/details", film.id);
    let details = api.get(&path).expect(200).await.json();
    let nothing = json!({"count": 0, "mean": null, "shrunken_mean": 7.0});
    assert_eq!(details["rating"], nothing);
    assert_eq!(details["community_rating"], nothing);
    let token = api.world.token_of(&api.world.has(a_user()));
    rate(&api, &token, film.id, 10).await;
    let details = api.get(&path).expect(200).await.json();
    assert_eq!(details["rating"]["count"], 1);
    assert_eq!(details["rating"]["mean"], 10.0);
    let shrunken = details["rating"]["shrunken_mean"].as_f64().unwrap();
    assert!((7.2..7.3).contains(&shrunken), "{shrunken}");
}
