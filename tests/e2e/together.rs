//! Companions, and films for several people at once.
use crate::app::{App, Caller, Database, id_of};
use serde_json::{Value, json};

stories![
    two_who_agree_are_advised_together_until_one_of_them_ends_it,
    nobody_learns_by_inviting_who_has_an_account,
];

async fn companions(user: &Caller) -> Vec<Value> {
    let page = user.get("/me/companions").await.json(200);
    page["items"].as_array().unwrap().clone()
}

async fn invite(user: &Caller, whom: &str) {
    let body = json!({ "invite": whom });
    user.post("/me/companions", &body).await.done();
}

async fn together(user: &Caller, companion: &str) -> crate::app::Answer {
    let body = json!({ "companions_ids": [companion], "n": 10 });
    user.post("/recommend/together", &body).await
}

async fn like(user: &Caller, title: &str) -> String {
    let films = user.query("/films/search", &[("title", title)]).await;
    let film = id_of(&films.array(200)[0]);
    let body = json!({ "film_id": film });
    user.put("/me/watchlists/liked/items/add", &body)
        .await
        .done();
    film
}

async fn two_who_agree_are_advised_together_until_one_of_them_ends_it(database: Database) {
    let app = App::with_films(database).await;
    let (anna, boris) = (app.somebody().await, app.somebody().await);
    let annas = like(&anna, "Bride of Frankenstein").await;
    let boriss = like(&boris, "Stagecoach").await;
    invite(&anna, &boris.email).await;
    let companion = id_of(&companions(&boris).await[0]);
    together(&anna, &companion)
        .await
        .problem(403, "recommendation.not_companions");
    let path = format!("/me/companions/{companion}");
    boris.post_nothing(&format!("{path}/accept")).await.done();
    for (user, others) in [(&anna, &boriss), (&boris, &annas)] {
        let answer = together(user, &companion).await;
        assert!(!answer.text().contains(others.as_str()));
        let found = answer.json(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(10));
        for film in found["items"].as_array().unwrap() {
            assert_eq!(film["reasons"][0]["code"], "suits_everybody");
            assert!(film["score"].as_f64().unwrap() >= 0.3333, "{film}");
        }
    }
    boris.delete(&path).await.done();
    assert!(companions(&anna).await.is_empty());
    together(&anna, &companion)
        .await
        .problem(403, "recommendation.not_companions");
}

async fn nobody_learns_by_inviting_who_has_an_account(database: Database) {
    let app = App::start(database).await;
    let (anna, boris) = (app.somebody().await, app.somebody().await);
    invite(&anna, "nobody@example.org").await;
    invite(&anna, &boris.email).await;
    let companion = id_of(&companions(&boris).await[0]);
    let decline = format!("/me/companions/{companion}/decline");
    boris.post_nothing(&decline).await.done();
    let waiting = companions(&anna).await;
    let states: Vec<&Value> = waiting.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["invited", "invited"]);
    let names: Vec<&Value> = waiting.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, [boris.email.as_str(), "nobody@example.org"]);
}
