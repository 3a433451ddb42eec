//! What happens is told, whichever processes come and go meanwhile.
use crate::{
    app::{App, Caller, Database, Setup, eventually},
    jobs::{Queue, Worker},
};
use serde_json::json;
use std::time::Duration;

stories![
    what_happened_is_told_although_processes_are_killed,
    whoever_serves_tells_what_happens,
    a_deleted_account_leaves_identifiers_only,
];

const PATIENCE: Duration = Duration::from_secs(30);
const WAITING: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'waiting'";
const TRAININGS: &str = "SELECT COUNT(*) FROM jobs WHERE kind = 'train_recommender'";

async fn a_setup(database: Database) -> Setup {
    Setup::without_films(database)
        .await
        .set("FILMHUB_TRAINING_ACTS", "4")
        .set("FILMHUB_SCHEDULE_TRAINING", "off")
        .set("FILMHUB_SCHEDULE_TIDY_UP", "off")
}

/// Four acts: three entries, and a rating of what stands on `watched` already.
async fn act(anna: &Caller) {
    let film = anna.add_film("Stalker").await;
    for list in ["wish", "liked", "watched"] {
        let path = format!("/me/watchlists/{list}/items/add");
        anna.put(&path, &json!({ "film_id": film })).await.done();
    }
    let path = format!("/me/ratings/{film}");
    anna.put(&path, &json!({ "value": 9 })).await.json(200);
}

async fn all_is_told(database: &Queue) {
    eventually("all is told", PATIENCE, async || {
        (database.count(WAITING).await == 0).then_some(())
    })
    .await;
}

async fn what_happened_is_told_although_processes_are_killed(database: Database) {
    let setup = a_setup(database).await;
    let mut app = setup.set("FILMHUB_JOBS", "off").start().await;
    let anna = app.somebody().await;
    act(&anna).await;
    app.kill9();
    let kept = Queue::of(&app.setup, database).await;
    // Registered, signed in, a film, three entries, a viewing, a rating.
    assert_eq!(kept.count(WAITING).await, 8);
    assert_eq!(kept.count(TRAININGS).await, 0);
    // Killed in the middle of something, or before.
    Worker::start(&app.setup, &[]).kill9();
    let worker = Worker::start(&app.setup, &[]);
    all_is_told(&kept).await;
    assert_eq!(kept.count(TRAININGS).await, 1);
    let acts = "SELECT acts FROM new_acts";
    assert_eq!(kept.count(acts).await, 4);
    worker.stop();
}

async fn whoever_serves_tells_what_happens(database: Database) {
    let app: App = a_setup(database).await.start().await;
    let anna = app.somebody().await;
    act(&anna).await;
    let kept = Queue::of(&app.setup, database).await;
    all_is_told(&kept).await;
    assert_eq!(kept.count(TRAININGS).await, 1);
    assert_eq!(
        kept.count("SELECT COUNT(*) FROM handled_events WHERE consumer = 'recommender'")
            .await,
        4
    );
}

async fn a_deleted_account_leaves_identifiers_only(database: Database) {
    let app: App = a_setup(database).await.start().await;
    let anna = app.somebody().await;
    act(&anna).await;
    anna.delete("/me").await.done();
    let kept = Queue::of(&app.setup, database).await;
    all_is_told(&kept).await;
    let told = "SELECT COUNT(*) FROM outbox WHERE kind = 'filmhub.user.deleted.v1'";
    assert_eq!(kept.count(told).await, 1);
    let personal = "SELECT COUNT(*) FROM outbox WHERE data LIKE '%@%' OR data LIKE '%Stalker%'";
    assert_eq!(kept.count(personal).await, 0);
}
