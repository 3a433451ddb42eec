//! Where somebody is signed in, and signing out.
use crate::app::{App, Caller, Database, Setup, eventually, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

stories![
    who_signs_out_is_out_at_once,
    a_refresh_token_is_good_once_and_a_second_use_ends_the_session,
    refreshed_tokens_belong_to_one_session,
    the_token_endpoint_refuses_as_the_standard_says,
    sessions_are_listed_and_ended_one_by_one,
    all_other_sessions_are_ended_together,
    sessions_outlive_a_restart_and_so_does_their_end,
];

async fn who_signs_out_is_out_at_once(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let elsewhere = anna.signed_in().await;
    anna.post_nothing("/auth/logout").await.done();
    anna.get("/me").await.problem(401, "identity.invalid_token");
    anna.post_nothing("/auth/logout")
        .await
        .problem(401, "identity.invalid_token");
    elsewhere.get("/me").await.expect(200);
}

#[tokio::test]
async fn another_instance_refuses_an_ended_session_within_ten_seconds() {
    let secret = "one secret for all instances of a deployment";
    let setup = Setup::without_films(Database::Postgres)
        .await
        .set("JWT_SECRET", secret);
    let other = setup.sibling().start().await;
    let app = setup.start().await;
    let anna = app.somebody().await;
    let there = other.anyone().with_token(anna.token());
    there.get("/me").await.expect(200);
    anna.post_nothing("/auth/logout").await.done();
    let refused = eventually(
        "the other instance refuses",
        Duration::from_secs(10),
        async || {
            let answer = there.get("/me").await;
            (answer.status != 200).then_some(answer)
        },
    );
    refused.await.problem(401, "identity.invalid_token");
}

struct Pair {
    access: String,
    refresh: String,
}

fn pair(answer: &Value) -> Pair {
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 15 * 60);
    Pair {
        access: answer["access_token"].as_str().unwrap().to_owned(),
        refresh: answer["refresh_token"].as_str().unwrap().to_owned(),
    }
}

async fn first_pair(user: &Caller) -> Pair {
    let fields = [
        ("grant_type", "password"),
        ("username", &user.email),
        ("password", &user.password),
    ];
    let answer = user.post_form("/auth/token", &fields).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    pair(&answer.json(200))
}

async fn next_pair(user: &Caller, refresh: &str) -> Pair {
    let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh });
    pair(&user.post("/auth/token", &body).await.json(200))
}

async fn assert_not_good(user: &Caller, refresh: &str) {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let answer = user.post_form("/auth/token", &fields).await;
    let problem = answer.problem(400, "identity.invalid_refresh_token");
    assert_eq!(problem["error"], "invalid_grant");
}

async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_session(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let other = first_pair(&anna).await;
    let first = first_pair(&anna).await;
    let second = next_pair(&anna, &first.refresh).await;
    assert_ne!(first.refresh, second.refresh);
    for token in [&first.access, &second.access] {
        assert_eq!(
            anna.with_token(token).get("/me").await.json(200)["id"],
            anna.id
        );
    }
    // Somebody has a copy; nobody can tell who is the thief, so both are out.
    assert_not_good(&anna, &first.refresh).await;
    assert_not_good(&anna, &second.refresh).await;
    for token in [&first.access, &second.access] {
        anna.with_token(token)
            .get("/me")
            .await
            .problem(401, "identity.invalid_token");
    }
    // Other sessions have nothing to do with it.
    anna.with_token(&other.access).get("/me").await.expect(200);
    next_pair(&anna, &other.refresh).await;
    anna.get("/me").await.expect(200);
}

async fn refreshed_tokens_belong_to_one_session(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let first = first_pair(&anna).await;
    let second = next_pair(&anna, &first.refresh).await;
    anna.with_token(&second.access)
        .post_nothing("/auth/logout")
        .await
        .done();
    for token in [&first.access, &second.access] {
        anna.with_token(token)
            .get("/me")
            .await
            .problem(401, "identity.invalid_token");
    }
    assert_not_good(&anna, &second.refresh).await;
}

async fn the_token_endpoint_refuses_as_the_standard_says(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let anyone = app.anyone();
    let fields = [
        ("grant_type", "password"),
        ("username", &anna.email),
        ("password", "wrong"),
    ];
    let answer = anyone.post_form("/auth/token", &fields).await;
    assert_eq!(
        answer.problem(400, "identity.wrong_credentials")["error"],
        "invalid_grant"
    );
    assert_not_good(&anyone, "nobody-made-this").await;
    for (fields, error) in [
        (
            &[("grant_type", "client_credentials")][..],
            "unsupported_grant_type",
        ),
        (&[("grant_type", "password")], "invalid_request"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[], "invalid_request"),
    ] {
        let answer = anyone.post_form("/auth/token", fields).await;
        assert_eq!(
            answer.problem(400, "http.invalid_fields")["error"],
            error,
            "{fields:?}"
        );
    }
}

/// Signs in as a client that says what it is.
async fn on_device(user: &Caller, device: &str) -> Caller {
    let request = user
        .request(Method::POST, "/auth/login")
        .json(&user.credentials());
    let signed_in = user
        .send(request.header("user-agent", device))
        .await
        .json(201);
    user.with_token(signed_in["token"].as_str().unwrap())
}

async fn sessions_are_listed_and_ended_one_by_one(database: Database) {
    let app = App::start(database).await;
    let anna = on_device(&app.somebody().await, "Laptop").await;
    let phone = on_device(&anna, "Phone").await;
    let sessions = phone.get("/me/sessions").await.array(200);
    let devices: Vec<_> = sessions
        .iter()
        .map(|session| session["device"].as_str())
        .collect();
    assert_eq!(devices, [Some("Phone"), Some("Laptop"), None]);
    let current: Vec<_> = sessions
        .iter()
        .map(|session| session["is_current"].clone())
        .collect();
    assert_eq!(current, [true, false, false]);
    let laptop = format!("/me/sessions/{}", id_of(&sessions[1]));

    let stranger = app.somebody().await;
    stranger
        .delete(&laptop)
        .await
        .refused(404, "identity.session_not_found", "Session not found");
    anna.get("/me").await.expect(200);

    phone.delete(&laptop).await.done();
    anna.get("/me").await.problem(401, "identity.invalid_token");
    phone
        .delete(&laptop)
        .await
        .refused(404, "identity.session_not_found", "Session not found");
    assert_eq!(phone.get("/me/sessions").await.array(200).len(), 2);
}

async fn all_other_sessions_are_ended_together(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let (second, third) = (anna.signed_in().await, anna.signed_in().await);
    third.delete("/me/sessions").await.done();
    third.get("/me").await.expect(200);
    for ended in [&anna, &second] {
        ended
            .get("/me")
            .await
            .problem(401, "identity.invalid_token");
    }
    third
        .delete("/me/sessions?including_current=true")
        .await
        .done();
    third
        .get("/me")
        .await
        .problem(401, "identity.invalid_token");
    anna.signed_in().await.get("/me").await.expect(200);
}

async fn sessions_outlive_a_restart_and_so_does_their_end(database: Database) {
    let mut app = App::start(database).await;
    let anna = app.somebody().await;
    let ended = anna.signed_in().await;
    ended.post_nothing("/auth/logout").await.done();
    app.restart().await;
    anna.get("/me").await.expect(200);
    ended
        .get("/me")
        .await
        .problem(401, "identity.invalid_token");
}
