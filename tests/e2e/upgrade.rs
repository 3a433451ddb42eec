//! Data of older versions, under this one.
use crate::app::{App, Caller, Database, Setup};
use serde_json::{Value, json};

stories![what_the_first_release_kept_is_there_in_this_one];

/// How the steps of the schema are called that the first release had.
const OF_FIRST_RELEASE: &str = "m20261121_";

async fn put_on(user: &Caller, list: &str, film: &str) {
    let path = format!("/me/watchlists/{list}/items/add");
    let body = json!({ "film_id": film });
    user.put(&path, &body).await.done();
}

async fn titles_on(user: &Caller, list: &str) -> Vec<Value> {
    let path = format!("/me/watchlists/{list}/items");
    let films = user.get(&path).await.array(200);
    films.iter().map(|film| film["title"].clone()).collect()
}

/// Takes back every step that the first release did not have, with all that is kept there.
fn back_to_first_release(setup: &Setup) {
    let steps = setup.run(&["migrate", "status"]).succeeded();
    let later = steps
        .lines()
        .filter(|step| !step.contains(OF_FIRST_RELEASE));
    let later = later.count().to_string();
    let status = setup.run(&["migrate", "down", "--steps", &later]);
    let status = status.succeeded();
    let taken = status.lines().filter(|step| step.starts_with("applied"));
    assert!(taken.clone().all(|step| step.contains(OF_FIRST_RELEASE)));
    assert_eq!(taken.count(), 5);
}

async fn what_the_first_release_kept_is_there_in_this_one(database: Database) {
    let mut app = App::start(database).await;
    let anna = app.somebody().await;
    let (stalker, solaris) = (
        anna.add_film("Stalker").await,
        anna.add_film("Solaris").await,
    );
    put_on(&anna, "watched", &stalker).await;
    put_on(&anna, "wish", &stalker).await;
    put_on(&anna, "wish", &solaris).await;
    let cosy = json!({ "title": "Cosy evenings" });
    anna.post("/me/watchlists", &cosy).await.json(201);
    app.stop();

    back_to_first_release(&app.setup);
    if database == Database::Postgres {
        app.setup.run(&["migrate", "up"]).succeeded();
    }
    app.start_again().await;

    // The session of before goes on, and the password is still known.
    let me = anna.get("/me").await.json(200);
    assert_eq!(me["id"], anna.id.as_str());
    let anna = anna.signed_in().await;
    assert_eq!(titles_on(&anna, "wish").await, ["Solaris", "Stalker"]);
    let lists = anna.get("/me/watchlists").await.array(200);
    let is_cosy = |list: &&Value| list["title"] == "Cosy evenings";
    assert_eq!(lists.iter().filter(is_cosy).count(), 1);
    // What was watched before there was a diary stands in it.
    let diary = anna.get("/me/diary").await.json(200);
    assert_eq!(diary["items"].as_array().unwrap().len(), 1);
    assert_eq!(diary["items"][0]["viewing"]["watched_on"], Value::Null);
    // And it is found, rated and recommended from.
    let rating = json!({ "value": 9 });
    anna.put(&format!("/me/ratings/{stalker}"), &rating)
        .await
        .expect(200);
    anna.get("/me/recommendations").await.expect(200);
}
