//! More requests at once than can be worked on, and the time before the end.
use crate::support::{TestApi, settings};
use application::{
    fakes::{World, a_user},
    shared::store::Store,
};
use futures_util::future::join_all;
use presentation::{Api, CrowdLimits};
use serde_json::json;
use std::time::Duration;

async fn of_one(waiting: usize) -> TestApi {
    let mut settings = settings();
    settings.limits.crowd = CrowdLimits {
        at_once: 1,
        waiting,
        patience: Duration::from_millis(20),
    };
    TestApi::with(World::new(), settings).await
}

#[actix_web::test]
async fn who_finds_no_place_is_sent_away_and_health_is_told_all_the_same() {
    let api = of_one(1).await;
    let token = api.world.token_of(&api.world.has(a_user()));
    // A unit of work that is open keeps whoever changes something waiting, in their place.
    let open = api.world.store.begin().await.unwrap();
    let change = || api.post("/api/v1/me/watchlists").by(&token);
    let changes = join_all((0..4).map(|_| change().json(json!({ "title": "A" })).send()));
    let looks = async {
        api.get("/healthz").expect(200).await;
        let read = api.get("/api/v1/genres").expect(503).await;
        assert_eq!(read.code(), "http.overloaded");
        assert_eq!(read.header("retry-after"), "1");
        drop(open);
    };
    let (answers, ()) = futures_util::join!(changes, looks);
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(made >= 1);
    let refused = answers.iter().filter(|answer| answer.status == 503);
    assert_eq!(refused.count(), 4 - made);
    api.get("/api/v1/genres").expect(200).await;
}

#[actix_web::test]
async fn before_the_end_it_is_not_ready_and_still_answers() {
    let world = World::new();
    let api = Api::new(world.application(), settings());
    let test = TestApi::serve(world, &api).await;
    test.get("/readyz").expect(200).await;
    api.leave();
    let answer = test.get("/readyz").expect(503).await;
    assert_eq!(answer.code(), "upkeep.leaving");
    test.get("/healthz").expect(200).await;
    test.get("/api/v1/genres").expect(200).await;
}
