//! What people say of films comes back to them in numbers.
use crate::app::{App, Database};
use serde_json::json;

stories![what_somebody_rates_is_told_beside_films_and_in_numbers];

async fn what_somebody_rates_is_told_beside_films_and_in_numbers(database: Database) {
    let app = App::with_films(database).await;
    let (anna, ben) = (app.somebody().await, app.somebody().await);
    let found = anna
        .query("/films/search", &[("title", "The General")])
        .await;
    let film = found.array(200)[0].clone();
    let id = film["id"].as_str().unwrap().to_owned();
    assert_eq!(anna.get("/me/stats").await.json(200)["total"]["films"], 0);
    for (who, value) in [(&anna, 10), (&ben, 7)] {
        let path = format!("/me/ratings/{id}");
        who.put(&path, &json!({ "value": value })).await.expect(200);
    }
    let details = app
        .anyone()
        .get(&format!("/films/{id}/details"))
        .await
        .json(200);
    assert_eq!(details["rating"]["count"], 2);
    assert_eq!(details["rating"]["mean"], 8.5);
    let stats = anna.get("/me/stats").await.json(200);
    assert_eq!(stats["total"]["films"], 1);
    assert_eq!(stats["total"]["mean_rating"], 10.0);
    assert_eq!(stats["by_decade"][0]["year"], 1920);
    assert_eq!(stats["by_director"].as_array().unwrap().len(), 2);
    assert_eq!(stats["best"][0]["id"], id.as_str());
    // Nobody knows when she saw it.
    let year = anna.get("/me/stats/years/2026").await.json(200);
    assert_eq!(year["total"]["films"], 0);
    let rated = anna.get("/films?where=rated&include=me").await.json(200);
    assert_eq!(rated["items"].as_array().unwrap().len(), 1);
    assert_eq!(rated["items"][0]["me"]["rating"], 10);
    assert_eq!(rated["items"][0]["me"]["viewings"], 1);
}
