//! A user rates films.
use super::{NOWHERE, scene};
use application::fakes::a_film;
use serde_json::{Value, json};

#[actix_web::test]
async fn a_film_is_rated_from_one_to_ten_or_in_half_stars() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id;
    let path = format!("/api/v1/me/ratings/{film}");
    let rated_at = serde_json::to_value(api.world.now()).unwrap();
    for (body, value, stars) in [
        (json!({"value": 1}), 1, 0.5),
        (json!({"value": 10}), 10, 5.0),
        (json!({"stars": 4.5}), 9, 4.5),
        (json!({"stars": 4}), 8, 4.0),
        (json!({"value": 7, "stars": 3.5}), 7, 3.5),
        (json!({"value": null, "stars": 0.5}), 1, 0.5),
    ] {
        let answer = api.put(&path).by(&token).json(body).expect(200).await;
        let expected = json!({
            "film_id": film.to_string(), "value": value, "stars": stars, "rated_at": rated_at,
        });
        assert_eq!(answer.json(), expected);
        let shown = api.get(&path).by(&token).expect(200).await;
        assert_eq!(shown.json(), expected);
    }
    api.delete(&path).by(&token).expect(204).await;
    for call in [api.get(&path), api.delete(&path)] {
        let answer = call.by(&token).expect(404).await;
        assert_eq!(answer.code(), "taste.not_rated");
    }
}

#[actix_web::test]
async fn what_is_no_rating_is_refused_by_name() {
    let (api, _, token) = scene().await;
    let film = api.world.has(a_film()).id;
    let path = format!("/api/v1/me/ratings/{film}");
    for (body, field, code) in [
        (json!({}), "value", "missing"),
        (json!({"value": null}), "value", "null"),
        (json!({"value": 0}), "value", "out_of_range"),
        (json!({"value": 11}), "value", "out_of_range"),
        (json!({"value": 7.5}), "value", "wrong_type"),
        (json!({"value": "7"}), "value", "wrong_type"),
        (json!({"stars": 0}), "stars", "out_of_range"),
        (json!({"stars": 4.25}), "stars", "out_of_range"),
        (json!({"stars": "4.5"}), "stars", "wrong_type"),
        (json!({"value": 7, "stars": 4.5}), "stars", "malformed"),
    ] {
        let answer = api.put(&path).by(&token).json(body).expect(400).await;
        assert_eq!(answer.faults(), [(field.to_owned(), code.to_owned())]);
    }
    let nowhere = format!("/api/v1/me/ratings/{NOWHERE}");
    let put = api.put(nowhere).by(&token).json(json!({"value": 7}));
    assert_eq!(put.expect(404).await.code(), "catalogue.film_not_found");
}

#[actix_web::test]
async fn ratings_are_listed_with_their_films_page_by_page() {
    let (api, _, token) = scene().await;
    for (title, value) in [("A", 3), ("B", 9), ("C", 6)] {
        let film = api.world.has(a_film().titled(title)).id;
        api.world.clock.advance(chrono::Duration::seconds(1));
        let put = api.put(format!("/api/v1/me/ratings/{film}")).by(&token);
        put.json(json!({"value": value})).expect(200).await;
    }
    let list = async |query: &str| {
        let mut titles = String::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/me/ratings?{query}{cursor}");
            let page = api.get(path).by(&token).expect(200).await.json();
            for item in page["items"].as_array().unwrap() {
                titles.push_str(item["film"]["title"].as_str().unwrap());
                assert_eq!(item["film"]["is_watched"], true);
                let stars = item["value"].as_f64().unwrap() / 2.0;
                assert_eq!(item["stars"], stars);
            }
            match &page["next"] {
                Value::String(next) => cursor = format!("&cursor={next}"),
                _ => return titles,
            }
        }
    };
    assert_eq!(list("").await, "CBA");
    assert_eq!(list("limit=1&sort=rated").await, "ABC");
    assert_eq!(list("limit=2&sort=-value").await, "BCA");
    assert_eq!(list("limit=1&sort=value&value_from=4").await, "CB");
    assert_eq!(list("sort=-title&value_to=6").await, "CA");
    for (query, field) in [
        ("sort=best", "sort"),
        ("value_from=0", "value_from"),
        ("value_to=x", "value_to"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
    ] {
        let path = format!("/api/v1/me/ratings?{query}");
        let answer = api.get(path).by(&token).expect(400).await;
        assert_eq!(answer.faults()[0].0, field);
    }
}
