//! Registering and signing in.
use crate::support::{Answer, TestApi};
use application::{
    fakes::{UserBuilder, a_user},
    identity::telegram::{ConfirmTelegramSignIn, DeclineTelegramSignIn},
    shared::actor::Actor,
};
use chrono::Duration;
use domain::{
    identity::{TelegramId, Username},
    library::StandardList,
    shared::Language,
};
use serde_json::{Value, json};

fn anna() -> Value {
    json!({"email": " Anna@Example.org ", "password": "open sesame", "username": "Anna"})
}

#[actix_web::test]
async fn registering_gives_the_account_without_the_password() {
    let api = TestApi::new().await;
    let answer = api
        .post("/api/v1/auth/register")
        .json(anna())
        .expect(201)
        .await;
    let user = answer.json();
    assert_eq!(user["email"], "anna@example.org");
    assert_eq!(user["username"], "Anna");
    assert_eq!(user["telegram_id"], Value::Null);
    assert!(user["id"].is_string());
    assert!(!answer.text().contains("password"));
    let stored = api.world.stored();
    let id = user["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(stored.watchlists_of(id).len(), 3);
}

#[actix_web::test]
async fn the_standard_lists_are_named_in_the_language_of_the_client() {
    let api = TestApi::new().await;
    let register = api
        .post("/api/v1/auth/register")
        .header("Accept-Language", "en-GB");
    let user = register.json(anna()).expect(201).await.json();
    let id = user["id"].as_str().unwrap().parse().unwrap();
    let stored = api.world.stored();
    let titles: Vec<&str> = stored
        .watchlists_of(id)
        .iter()
        .map(|list| list.title.as_str())
        .collect();
    assert!(
        titles.contains(&StandardList::Wish.title(Language::English)),
        "{titles:?}"
    );
}

#[actix_web::test]
async fn an_address_has_one_account() {
    let api = TestApi::new().await;
    api.post("/api/v1/auth/register")
        .json(anna())
        .expect(201)
        .await;
    let again = api
        .post("/api/v1/auth/register")
        .json(anna())
        .expect(409)
        .await;
    assert_eq!(again.detail(), "User with this email already exists");
    assert_eq!(again.code(), "identity.email_taken");
}

#[actix_web::test]
async fn registering_names_every_field_at_fault_at_once() {
    let api = TestApi::new().await;
    let body = json!({"email": "nowhere", "password": "", "username": null});
    let answer = api
        .post("/api/v1/auth/register")
        .json(body)
        .expect(400)
        .await;
    assert_eq!(
        answer.json()["errors"],
        json!([
            {"field": "email", "pointer": "/email", "code": "malformed", "message": "must be an e-mail address such as `name@example.org`"},
            {"field": "password", "pointer": "/password", "code": "empty", "message": "must not be empty"},
            {"field": "username", "pointer": "/username", "code": "null", "message": "must not be null"},
        ])
    );
    let body = json!({"email": 5, "username": "a".repeat(129)});
    let answer = api
        .post("/api/v1/auth/register")
        .json(body)
        .expect(400)
        .await;
    let faults = [
        ("email", "wrong_type"),
        ("password", "missing"),
        ("username", "too_long"),
    ];
    assert_eq!(
        answer.faults(),
        faults.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
}

#[actix_web::test]
async fn a_busy_hasher_asks_to_come_again() {
    let api = TestApi::new().await;
    api.world.hasher.set_busy(true);
    let answer = api
        .post("/api/v1/auth/register")
        .json(anna())
        .expect(503)
        .await;
    assert_eq!(answer.code(), "identity.hashing_busy");
    assert_eq!(answer.header("retry-after"), "5");
    api.world.has(a_user().with_email("b@example.org"));
    let body = json!({"email": "b@example.org", "password": "x"});
    api.post("/api/v1/auth/login")
        .json(body.clone())
        .expect(503)
        .await;
    let grant = json!({"grant_type": "password", "username": "b@example.org", "password": "x"});
    api.post("/api/v1/auth/token").json(grant).expect(503).await;
}

#[actix_web::test]
async fn signing_in_gives_a_token_that_lets_in() {
    let api = TestApi::new().await;
    let user = api.world.has(a_user().with_email("anna@example.org"));
    let body = json!({"email": "ANNA@example.org", "password": UserBuilder::PASSWORD});
    let login = api
        .post("/api/v1/auth/login")
        .header("User-Agent", "Filmhub/1 (phone)")
        .json(body);
    let answer = login.expect(201).await.json();
    assert_eq!(answer["id"], user.id.to_string());
    assert_eq!(answer["username"], "Anna");
    assert_eq!(answer["email"], "anna@example.org");
    assert_eq!(answer["telegram_id"], Value::Null);
    let me = api
        .get("/api/v1/me")
        .by(answer["token"].as_str().unwrap())
        .expect(200)
        .await;
    assert_eq!(me.json()["id"], user.id.to_string());
    let stored = api.world.stored();
    let device = stored.sessions_of(user.id)[0].device.clone();
    assert_eq!(device.unwrap().as_str(), "Filmhub/1 (phone)");
}

#[actix_web::test]
async fn every_way_of_failing_to_sign_in_looks_alike_and_takes_one_comparison() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let long = "p".repeat(2000);
    let mut answers: Vec<Value> = Vec::new();
    for (email, password) in [
        ("anna@example.org", "wrong"),
        ("anna@example.org", ""),
        ("anna@example.org", long.as_str()),
        ("nobody@example.org", UserBuilder::PASSWORD),
        ("no address", "x"),
        ("", "x"),
    ] {
        let before = api.world.hasher.verifications();
        let body = json!({"email": email, "password": password});
        let answer = api.post("/api/v1/auth/login").json(body).expect(401).await;
        assert_eq!(api.world.hasher.verifications(), before + 1, "{email}");
        let mut answer = answer.json();
        answer.as_object_mut().unwrap().remove("instance");
        answers.push(answer);
    }
    assert!(
        answers.windows(2).all(|pair| pair[0] == pair[1]),
        "{answers:?}"
    );
}

#[actix_web::test]
async fn signing_in_without_fields_is_no_sign_in() {
    let api = TestApi::new().await;
    let answer = api
        .post("/api/v1/auth/login")
        .json(json!({"email": ["a"]}))
        .expect(400)
        .await;
    let faults = [("email", "wrong_type"), ("password", "missing")];
    assert_eq!(
        answer.faults(),
        faults.map(|(field, code)| (field.to_owned(), code.to_owned()))
    );
}

#[actix_web::test]
async fn a_device_name_that_cannot_be_kept_is_left_out() {
    let api = TestApi::new().await;
    let user = api.world.has(a_user().with_email("anna@example.org"));
    let body = json!({"email": "anna@example.org", "password": UserBuilder::PASSWORD});
    for agent in ["  ".to_owned(), "x".repeat(400)] {
        let login = api.post("/api/v1/auth/login").header("User-Agent", &agent);
        login.json(body.clone()).expect(201).await;
    }
    let stored = api.world.stored();
    let mut lengths: Vec<usize> = stored
        .sessions_of(user.id)
        .iter()
        .map(|session| {
            session
                .device
                .as_ref()
                .map_or(0, |name| name.as_str().len())
        })
        .collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [0, 256]);
}

async fn key(api: &TestApi) -> String {
    let answer = api
        .post("/api/v1/auth/telegram/get_auth_key")
        .expect(201)
        .await;
    answer.json()["auth_key"].as_str().unwrap().to_owned()
}

async fn check(api: &TestApi, key: &str, status: u16) -> Answer {
    let call = api
        .post("/api/v1/auth/telegram/check_auth_key")
        .json(json!({"tg_code": key}));
    call.expect(status).await
}

async fn exchange(api: &TestApi, key: &str, status: u16) -> Answer {
    let call = api
        .post("/api/v1/auth/telegram/login")
        .json(json!({"tg_code": key}));
    call.expect(status).await
}

async fn confirm(api: &TestApi, key: &str) {
    let request = ConfirmTelegramSignIn {
        key: key.to_owned(),
        telegram: TelegramId(42),
        username: Username::parse("tg_anna").unwrap(),
        language: Language::Russian,
    };
    api.world.run(&Actor::System, request).await.unwrap();
}

#[actix_web::test]
async fn a_telegram_key_is_confirmed_and_exchanged_once() {
    let api = TestApi::new().await;
    let key = key(&api).await;
    assert_eq!(
        check(&api, &key, 200).await.json(),
        json!({"is_confirmed": false})
    );
    assert_eq!(
        exchange(&api, &key, 401).await.code(),
        "identity.auth_key_refused"
    );
    confirm(&api, &key).await;
    assert_eq!(
        check(&api, &key, 200).await.json(),
        json!({"is_confirmed": true})
    );
    let answer = exchange(&api, &key, 201).await.json();
    assert_eq!(answer["telegram_id"], 42);
    assert_eq!(answer["email"], Value::Null);
    api.get("/api/v1/me")
        .by(answer["token"].as_str().unwrap())
        .expect(200)
        .await;
    exchange(&api, &key, 401).await;
    check(&api, &key, 400).await;
}

#[actix_web::test]
async fn telegram_keys_that_are_of_no_use_are_named_incorrect() {
    let api = TestApi::new().await;
    let (declined, late) = (key(&api).await, key(&api).await);
    let decline = DeclineTelegramSignIn {
        key: declined.clone(),
        telegram: TelegramId(42),
    };
    api.world.run(&Actor::System, decline).await.unwrap();
    let answer = check(&api, &declined, 400).await;
    assert_eq!(answer.json()["error"], "incorrect_auth_key");
    assert_eq!(answer.code(), "identity.incorrect_auth_key");
    api.world.clock.advance(Duration::minutes(11));
    for key in [&declined, &late, "unknown", ""] {
        assert_eq!(
            check(&api, key, 400).await.json()["error"],
            "incorrect_auth_key"
        );
        exchange(&api, key, 401).await;
    }
    let missing = api
        .post("/api/v1/auth/telegram/check_auth_key")
        .json(json!({}))
        .expect(400)
        .await;
    assert_eq!(missing.json().get("error"), None);
}

async fn token(api: &TestApi, form: &str, status: u16) -> Answer {
    let kind = "application/x-www-form-urlencoded";
    let answer = api
        .post("/api/v1/auth/token")
        .body(kind, form)
        .expect(status)
        .await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

#[actix_web::test]
async fn the_password_grant_gives_a_pair_and_the_refresh_grant_the_next() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let password = UserBuilder::PASSWORD.replace(' ', "+");
    let form = format!("grant_type=password&username=anna%40example.org&password={password}");
    let pair = token(&api, &form, 200).await.json();
    assert_eq!(pair["token_type"], "Bearer");
    assert_eq!(pair["expires_in"], 900);
    api.get("/api/v1/me")
        .by(pair["access_token"].as_str().unwrap())
        .expect(200)
        .await;
    let old = pair["refresh_token"].as_str().unwrap();
    let refresh = format!("grant_type=refresh_token&refresh_token={old}");
    let next = token(&api, &refresh, 200).await.json();
    assert_ne!(next["refresh_token"], pair["refresh_token"]);
    assert_eq!(
        token(&api, &refresh, 400).await.json()["error"],
        "invalid_grant"
    );
    let stolen = format!(
        "grant_type=refresh_token&refresh_token={}",
        next["refresh_token"].as_str().unwrap()
    );
    assert_eq!(
        token(&api, &stolen, 400).await.code(),
        "identity.invalid_refresh_token"
    );
    api.get("/api/v1/me")
        .by(next["access_token"].as_str().unwrap())
        .expect(401)
        .await;
}

#[actix_web::test]
async fn the_token_endpoint_speaks_json_too() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let body = json!({"grant_type": "password", "username": "anna@example.org", "password": UserBuilder::PASSWORD});
    api.post("/api/v1/auth/token").json(body).expect(200).await;
}

#[actix_web::test]
async fn the_token_endpoint_names_errors_as_oauth_does() {
    let api = TestApi::new().await;
    for (form, error, code) in [
        ("", "invalid_request", "http.invalid_fields"),
        (
            "grant_type=password",
            "invalid_request",
            "http.invalid_fields",
        ),
        (
            "grant_type=refresh_token",
            "invalid_request",
            "http.invalid_fields",
        ),
        (
            "grant_type=magic",
            "unsupported_grant_type",
            "http.invalid_fields",
        ),
        (
            "grant_type=password&username=a%40b.cc&password=x",
            "invalid_grant",
            "identity.wrong_credentials",
        ),
        (
            "grant_type=password&username=&password=",
            "invalid_request",
            "http.invalid_fields",
        ),
        (
            "grant_type=password&username=a&username=b&password=x",
            "invalid_request",
            "http.invalid_fields",
        ),
        (
            "grant_type=refresh_token&refresh_token=x",
            "invalid_grant",
            "identity.invalid_refresh_token",
        ),
    ] {
        let answer = token(&api, form, 400).await;
        assert_eq!(answer.json()["error"], error, "{form}");
        assert_eq!(answer.code(), code, "{form}");
    }
    for (kind, body, status) in [
        ("text/plain", "grant_type=password", 415),
        ("application/json", "{", 400),
        ("application/json", "[]", 400),
    ] {
        let call = api.post("/api/v1/auth/token").body(kind, body);
        let answer = call.expect(status).await;
        assert_eq!(answer.json()["error"], "invalid_request", "{body}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn members_of_another_grant_may_be_there_but_not_of_another_type() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let ask = |grant: &str, members: Value| {
        let mut body = json!({"grant_type": grant, "username": "anna@example.org",
            "password": UserBuilder::PASSWORD, "refresh_token": "x"});
        let given = members.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(given);
        api.post("/api/v1/auth/token").json(body)
    };
    ask("password", json!({})).expect(200).await;
    ask("password", json!({"refresh_token": null, "scope": 7}))
        .expect(200)
        .await;
    for (grant, members, faulty) in [
        (
            "password",
            json!({"refresh_token": 5}),
            vec!["refresh_token"],
        ),
        (
            "refresh_token",
            json!({"username": [], "password": {}}),
            vec!["username", "password"],
        ),
    ] {
        let answer = ask(grant, members).expect(400).await;
        assert_eq!(answer.json()["error"], "invalid_request");
        let faults = answer.faults();
        let named: Vec<&str> = faults.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(named, faulty);
    }
}
