//! Opening an account and signing in.
use crate::app::{Answer, App, Database, Setup, unique_email};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

stories![
    somebody_registers_signs_in_and_is_known,
    an_address_belongs_to_one_account_whatever_its_case,
    of_twenty_registrations_of_one_address_one_wins,
    bad_fields_of_a_registration_are_named_all_at_once,
    a_username_may_have_128_characters,
    a_wrong_password_and_an_unknown_address_get_one_answer,
    what_does_not_tell_who_asks_is_refused,
    tokens_that_this_service_did_not_make_are_refused,
    a_telegram_key_waits_for_its_person,
    what_is_no_telegram_key_is_refused,
];

const SECRET: &str = "a secret that only this test knows";

async fn somebody_registers_signs_in_and_is_known(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let written = format!("  {} ", unique_email().to_uppercase());
    let email = written.trim().to_lowercase();
    let body = json!({ "email": written, "password": "a long way home", "username": "Анна" });

    let answer = anyone.post("/auth/register", &body).await.expect(201);
    assert!(!answer.text().contains("a long way home"));
    assert!(!answer.text().contains("argon2"));
    let user = answer.json(201);
    assert_eq!(user["email"], email);
    assert_eq!(user["username"], "Анна");
    assert_eq!(user["telegram_id"], Value::Null);
    assert_eq!(user["role"], "user");

    let credentials = json!({ "email": email, "password": "a long way home" });
    let signed_in = anyone.post("/auth/login", &credentials).await.json(201);
    let token = signed_in["token"].as_str().unwrap();
    let expected = json!({
        "id": user["id"], "username": "Анна", "email": email, "telegram_id": null, "token": token,
    });
    assert_eq!(signed_in, expected);

    let anna = anyone.with_token(token);
    assert_eq!(anna.get("/me").await.json(200), user);
    for word in ["liked", "watched", "wish"] {
        let list = anna.get(&format!("/me/watchlists/{word}")).await.json(200);
        assert_eq!(list["type"], word);
        assert_eq!(list["user_id"], user["id"]);
    }
    assert_eq!(anna.get("/me/watchlists").await.json(200), json!([]));
}

async fn an_address_belongs_to_one_account_whatever_its_case(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let body =
        json!({ "email": anna.email.to_uppercase(), "password": "another", "username": "A" });
    let answer = app.anyone().post("/auth/register", &body).await;
    answer.refused(
        409,
        "identity.email_taken",
        "User with this email already exists",
    );
    let credentials = json!({ "email": anna.email.to_uppercase(), "password": anna.password });
    let signed_in = app
        .anyone()
        .post("/auth/login", &credentials)
        .await
        .json(201);
    assert_eq!(signed_in["id"], anna.id);
}

async fn of_twenty_registrations_of_one_address_one_wins(database: Database) {
    let app = App::start(database).await;
    let email = unique_email();
    let mut registrations = JoinSet::new();
    for n in 0..20 {
        let anyone = app.anyone();
        let body = json!({ "email": email, "password": format!("password {n}"), "username": "A" });
        registrations.spawn(async move { anyone.post("/auth/register", &body).await });
    }
    let mut created = 0;
    for answer in registrations.join_all().await {
        if answer.status == 201 {
            created += 1;
        } else {
            answer.refused(
                409,
                "identity.email_taken",
                "User with this email already exists",
            );
        }
    }
    assert_eq!(created, 1);
}

async fn bad_fields_of_a_registration_are_named_all_at_once(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let long = "я".repeat(129);
    let email = unique_email();
    let all: &[&str] = &["email", "password", "username"];
    for (body, fields) in [
        (json!({}), all),
        (json!({ "email": "", "password": "", "username": "" }), all),
        (
            json!({ "email": "nobody", "password": "", "username": long }),
            all,
        ),
        (
            json!({ "email": null, "password": null, "username": null }),
            all,
        ),
        (json!({ "email": 1, "password": [], "username": {} }), all),
        (
            json!({ "email": "anna@localhost", "password": "x", "username": "A" }),
            &["email"],
        ),
        (
            json!({ "email": email, "password": "", "username": "A" }),
            &["password"],
        ),
        (
            json!({ "email": email, "password": "x", "username": long }),
            &["username"],
        ),
        (
            json!({ "email": email, "password": "x", "username": "   " }),
            &["username"],
        ),
    ] {
        anyone
            .post("/auth/register", &body)
            .await
            .names("http.invalid_fields", fields);
    }
    // None of them has left an account behind.
    let body = json!({ "email": email, "password": "x", "username": "A" });
    anyone.post("/auth/register", &body).await.expect(201);
}

async fn a_username_may_have_128_characters(database: Database) {
    let app = App::start(database).await;
    let username = "я".repeat(128);
    let body = json!({ "email": unique_email(), "password": "x", "username": username });
    let user = app.anyone().post("/auth/register", &body).await.json(201);
    assert_eq!(user["username"], username);
}

async fn a_wrong_password_and_an_unknown_address_get_one_answer(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let unknown = unique_email();
    let refused = async |email: &str, password: &str| -> Duration {
        let body = json!({ "email": email, "password": password });
        let start = Instant::now();
        let answer: Answer = app.anyone().post("/auth/login", &body).await;
        let took = start.elapsed();
        answer.refused(401, "identity.wrong_credentials", "wrong email or password");
        took
    };
    let (mut of_wrong, mut of_unknown) = (Duration::MAX, Duration::MAX);
    for _ in 0..8 {
        of_wrong = of_wrong.min(refused(&anna.email, "wrong").await);
        of_unknown = of_unknown.min(refused(&unknown, "wrong").await);
    }
    // Without hashing, an answer takes a small part of the time.
    assert!(of_unknown > of_wrong / 2, "{of_unknown:?} and {of_wrong:?}");
    assert!(of_wrong > of_unknown / 2, "{of_wrong:?} and {of_unknown:?}");
    // What nobody can have is treated as what nobody has.
    refused("not an address", "wrong").await;
    refused(&anna.email, "").await;
    refused("", "").await;
}

async fn what_does_not_tell_who_asks_is_refused(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    anyone
        .get("/me")
        .await
        .refused(401, "identity.not_signed_in", "sign in first");
    for credentials in [
        "Basic YW5uYTpzZWNyZXQ=",
        "Bearer",
        "Bearer ",
        "Token abc",
        "abc",
    ] {
        let answer = anyone.get_with("/me", "authorization", credentials).await;
        answer.problem(401, "identity.invalid_token");
    }
    // What may be seen by anybody is not shown for a bad token either: the client should know.
    let answer = anyone.with_token("abc").get("/films").await;
    answer.problem(401, "identity.invalid_token");
    anyone.get("/films").await.expect(200);
}

async fn tokens_that_this_service_did_not_make_are_refused(database: Database) {
    let setup = Setup::without_films(database)
        .await
        .set("JWT_SECRET", SECRET);
    let app = setup.start().await;
    let anna = app.somebody().await;
    let claims = claims_of(anna.token());
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let own = signed(&claims, SECRET, Algorithm::HS256);
    // The same by another hand is as good: the refusals below are for what differs.
    anna.with_token(&own).get("/me").await.expect(200);

    let an_hour_ago = claims["iat"].as_i64().unwrap() - 3600;
    let mut without_exp = claims.clone();
    without_exp.as_object_mut().unwrap().remove("exp");
    for (what, token) in [
        (
            "another secret",
            signed(
                &claims,
                "a secret that somebody made up by guessing",
                Algorithm::HS256,
            ),
        ),
        (
            "another algorithm",
            signed(&claims, SECRET, Algorithm::HS384),
        ),
        ("no algorithm", unsigned(&own)),
        (
            "no signature",
            format!("{}.", own.rsplit_once('.').unwrap().0),
        ),
        (
            "over",
            signed(&with("exp", json!(an_hour_ago)), SECRET, Algorithm::HS256),
        ),
        (
            "without an end",
            signed(&without_exp, SECRET, Algorithm::HS256),
        ),
        (
            "another issuer",
            signed(&with("iss", json!("other")), SECRET, Algorithm::HS256),
        ),
        (
            "another audience",
            signed(&with("aud", json!("other")), SECRET, Algorithm::HS256),
        ),
        ("no token", "abc.def.ghi".to_owned()),
    ] {
        let answer = anna.with_token(&token).get("/me").await;
        assert_eq!(answer.status, 401, "{what}");
        answer.problem(401, "identity.invalid_token");
    }
}

fn claims_of(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode::<Value>(token)
        .unwrap()
        .claims
}

fn signed(claims: &Value, secret: &str, algorithm: Algorithm) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap()
}

/// The token with a header that says that it needs no signature, and without one.
fn unsigned(token: &str) -> String {
    let claims = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

async fn a_telegram_key_waits_for_its_person(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let opened = anyone
        .post_nothing("/auth/telegram/get_auth_key")
        .await
        .json(201);
    let key = opened["auth_key"].as_str().unwrap();
    assert!(!key.is_empty());
    let body = json!({ "tg_code": key });
    for _ in 0..3 {
        let checked = anyone
            .post("/auth/telegram/check_auth_key", &body)
            .await
            .json(200);
        assert_eq!(checked, json!({ "is_confirmed": false }));
        let answer = anyone.post("/auth/telegram/login", &body).await;
        answer.problem(401, "identity.auth_key_refused");
    }
    let other = anyone
        .post_nothing("/auth/telegram/get_auth_key")
        .await
        .json(201);
    assert_ne!(other["auth_key"], opened["auth_key"]);
}

async fn what_is_no_telegram_key_is_refused(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    for key in ["nobody-made-this", ""] {
        let body = json!({ "tg_code": key });
        let answer = anyone.post("/auth/telegram/check_auth_key", &body).await;
        let problem = answer.problem(400, "identity.incorrect_auth_key");
        assert_eq!(problem["error"], "incorrect_auth_key");
        let answer = anyone.post("/auth/telegram/login", &body).await;
        answer.problem(401, "identity.auth_key_refused");
    }
    for path in ["/auth/telegram/check_auth_key", "/auth/telegram/login"] {
        anyone
            .post(path, &json!({}))
            .await
            .names("http.invalid_fields", &["tg_code"]);
    }
}
