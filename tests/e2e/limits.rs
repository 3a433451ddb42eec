//! Clients that ask too often, as they meet it.
use crate::app::{Answer, App, Caller, Database, Setup};
use reqwest::Method;
use serde_json::{Value, json};
use test_servers::RedisServer;

stories![
    whoever_tries_too_often_is_told_when_to_come_back,
    clients_behind_a_proxy_do_not_stand_in_each_others_way,
];

async fn limited(database: Database) -> Setup {
    let setup = Setup::without_films(database).await;
    setup
        .set("FILMHUB_TRUSTED_PROXIES", "127.0.0.1")
        .set("FILMHUB_RATE_SIGN_IN", "3/h")
        .set("FILMHUB_RATE_SIGN_UP", "2/d")
}

async fn post_from(caller: &Caller, address: &str, path: &str, body: &Value) -> Answer {
    let request = caller.request(Method::POST, path).json(body);
    caller
        .send(request.header("X-Forwarded-For", address))
        .await
}

async fn sign_in_from(caller: &Caller, address: &str) -> Answer {
    post_from(caller, address, "/auth/login", &caller.credentials()).await
}

async fn whoever_tries_too_often_is_told_when_to_come_back(database: Database) {
    let app = limited(database).await.start().await;
    let anna = app.somebody().await;
    for left in ["2", "1", "0"] {
        let answer = sign_in_from(&anna, "203.0.113.7").await.expect(201);
        assert_eq!(answer.header("ratelimit-remaining"), left);
        assert_eq!(answer.header("ratelimit-limit"), "3");
    }
    let refused = sign_in_from(&anna, "203.0.113.7").await;
    let wait: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=1200).contains(&wait), "{wait}");
    refused.problem(429, "http.too_many_requests");
    // The token endpoint is the same door.
    let body = json!({ "grant_type": "refresh_token", "refresh_token": "x" });
    let refused = post_from(&anna, "203.0.113.7", "/auth/token", &body).await;
    refused.problem(429, "http.too_many_requests");
    anna.get("/me").await.expect(200);
}

async fn clients_behind_a_proxy_do_not_stand_in_each_others_way(database: Database) {
    let app = limited(database).await.start().await;
    let anyone = app.anyone();
    let newcomer = |name: &str| json!({ "email": format!("{name}@example.org"), "password": "secret words", "username": name });
    for name in ["one", "two"] {
        let answer = post_from(&anyone, "2001:db8::1", "/auth/register", &newcomer(name)).await;
        answer.expect(201);
    }
    let answer = post_from(&anyone, "2001:db8::2", "/auth/register", &newcomer("three")).await;
    answer.problem(429, "http.too_many_requests");
    // What a client writes itself stands left of what the proxy adds.
    let spoofed = "198.51.100.1, 2001:db8::1";
    let answer = post_from(&anyone, spoofed, "/auth/register", &newcomer("three")).await;
    answer.problem(429, "http.too_many_requests");
    let answer = post_from(
        &anyone,
        "198.51.100.1",
        "/auth/register",
        &newcomer("three"),
    )
    .await;
    answer.expect(201);
    // Those who come from this machine itself are not counted.
    for _ in 0..3 {
        app.somebody().await;
    }
}

#[tokio::test]
async fn two_instances_count_together_by_redis_and_go_on_without_it() {
    let mut redis = RedisServer::start();
    let setup = limited(Database::Postgres)
        .await
        .set("REDIS_URL", &redis.url());
    let sibling = setup.sibling();
    let (one, other) = (setup.start().await, sibling.start().await);
    let anna = one.somebody().await;
    let there = other.anyone().with_credentials(&anna.email, &anna.password);
    sign_in_from(&anna, "203.0.113.7").await.expect(201);
    sign_in_from(&there, "203.0.113.7").await.expect(201);
    sign_in_from(&anna, "203.0.113.7").await.expect(201);
    let refused = sign_in_from(&there, "203.0.113.7").await;
    refused.problem(429, "http.too_many_requests");
    redis.kill();
    sign_in_from(&there, "203.0.113.7").await.expect(201);
}

#[tokio::test]
async fn limits_can_be_switched_off_and_put_on_inner_networks_too() {
    let setup = limited(Database::Sqlite).await;
    let app = setup.set("FILMHUB_RATE_LIMITS", "off").start().await;
    let anna = app.somebody().await;
    for _ in 0..4 {
        let answer = sign_in_from(&anna, "203.0.113.7").await.expect(201);
        assert!(answer.find_header("ratelimit-limit").is_none());
    }
    let setup = limited(Database::Sqlite).await;
    let app: App = setup.set("FILMHUB_RATE_LIMITS", "all").start().await;
    app.somebody().await;
    app.somebody().await;
    let anyone = app.anyone();
    let answer = anyone.post("/auth/register", &json!({})).await;
    answer.problem(429, "http.too_many_requests");
}

#[tokio::test]
async fn nobody_shuts_somebody_else_out_by_guessing_their_password() {
    let setup = Setup::without_films(Database::Sqlite).await;
    let setup = setup.set("FILMHUB_TRUSTED_PROXIES", "127.0.0.1");
    let app = setup.set("FILMHUB_RATE_SIGN_IN", "off").start().await;
    let anna = app.somebody().await;
    let guesser = anna.with_credentials(&anna.email, "a guess");
    for _ in 0..11 {
        let answer = sign_in_from(&guesser, "198.51.100.1").await;
        answer.problem(401, "identity.wrong_credentials");
    }
    let refused = sign_in_from(&anna, "198.51.100.1").await;
    assert_eq!(refused.header("retry-after"), "1");
    refused.problem(429, "identity.too_many_failures");
    sign_in_from(&anna, "203.0.113.7").await.expect(201);
    anna.get("/me").await.expect(200);
}
