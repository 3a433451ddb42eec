//! What cannot be understood is answered with problem details, whatever it is.
use crate::support::TestApi;
use application::fakes::a_user;
use serde_json::json;

const JSON_PATHS: [(&str, &str); 16] = [
    ("POST", "/api/v1/auth/register"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/token"),
    ("POST", "/api/v1/auth/telegram/check_auth_key"),
    ("POST", "/api/v1/auth/telegram/login"),
    ("POST", "/api/v1/films"),
    ("PUT", "/api/v1/me/password"),
    ("PATCH", "/api/v1/me"),
    ("POST", "/api/v1/me/watchlists"),
    ("PUT", "/api/v1/me/watchlists/liked/items/add"),
    ("POST", "/api/v1/me/diary"),
    (
        "PATCH",
        "/api/v1/me/diary/00000000-0000-4000-8000-000000000000",
    ),
    (
        "PUT",
        "/api/v1/me/ratings/00000000-0000-4000-8000-000000000000",
    ),
    (
        "PUT",
        "/api/v1/me/reviews/00000000-0000-4000-8000-000000000000",
    ),
    (
        "PUT",
        "/api/v1/me/progress/00000000-0000-4000-8000-000000000000",
    ),
    (
        "PUT",
        "/api/v1/me/hidden/films/00000000-0000-4000-8000-000000000000",
    ),
];

async fn each(body: &[u8], kind: Option<&str>, status: u16, code: &str) {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    for (method, path) in JSON_PATHS {
        let call = api.call(method.parse().unwrap(), path).by(&token);
        let call = match kind {
            Some(kind) => call.body(kind, body),
            None => call.bare_body(body),
        };
        assert_eq!(call.expect(status).await.code(), code, "{path}");
    }
}

#[actix_web::test]
async fn a_body_that_is_not_json() {
    let bodies: [&[u8]; 7] = [
        b"",
        b"{",
        b"nonsense",
        b"{\"a\":1}x",
        b"\xff\xfe",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":1e999}",
    ];
    for body in bodies {
        each(body, Some("application/json"), 400, "http.not_json").await;
    }
    each(b"{", None, 400, "http.not_json").await;
    let deep = "[".repeat(5000);
    each(
        deep.as_bytes(),
        Some("application/json"),
        400,
        "http.not_json",
    )
    .await;
}

#[actix_web::test]
async fn a_body_that_is_no_object() {
    let bodies: [&[u8]; 4] = [b"null", b"[]", b"\"text\"", b"5"];
    for body in bodies {
        each(
            body,
            Some("application/json; charset=utf-8"),
            400,
            "http.not_an_object",
        )
        .await;
    }
}

#[actix_web::test]
async fn a_body_of_another_type() {
    for kind in [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "json",
        "",
    ] {
        each(b"{}", Some(kind), 415, "http.unsupported_media_type").await;
    }
}

#[actix_web::test]
async fn a_body_that_is_compressed() {
    let api = TestApi::new().await;
    let login = |encoding| {
        let call = api.post("/api/v1/auth/login").json(json!({}));
        call.header("Content-Encoding", encoding)
    };
    for encoding in ["gzip", "identity, br"] {
        let refused = login(encoding).expect(415).await;
        assert_eq!(refused.code(), "http.unsupported_media_type");
    }
    login("Identity").expect(400).await;
}

#[actix_web::test]
async fn a_body_that_is_too_large() {
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(128 * 1024));
    each(
        body.as_bytes(),
        Some("application/json"),
        413,
        "http.body_too_large",
    )
    .await;
}

#[actix_web::test]
async fn a_declared_length_beyond_the_limit_is_enough() {
    let api = TestApi::new().await;
    let call = api.post("/api/v1/auth/login").json(json!({}));
    call.header("Content-Length", "140000").expect(413).await;
}

#[actix_web::test]
async fn a_body_without_a_type_is_taken_for_json() {
    let api = TestApi::new().await;
    let body = json!({"email": "a@example.org", "password": "x", "username": "A"}).to_string();
    api.post("/api/v1/auth/register")
        .bare_body(body)
        .expect(201)
        .await;
}

#[actix_web::test]
async fn members_that_are_unknown_or_given_twice_are_no_fault() {
    let api = TestApi::new().await;
    let body = r#"{"email":"x","email":"a@example.org","password":"x","username":"A","age":7}"#;
    api.post("/api/v1/auth/register")
        .body("application/json", body)
        .expect(201)
        .await;
}

#[actix_web::test]
async fn a_path_with_a_bad_identifier_names_it() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    for (path, parameter) in [
        ("/api/v1/films/x", "film_id"),
        ("/api/v1/films/%00", "film_id"),
        ("/api/v1/films/%ff%fe", "film_id"),
        ("/api/v1/films/..%2fx", "film_id"),
        ("/api/v1/films/x/details", "film_id"),
        ("/api/v1/genres/1", "genre_id"),
        ("/api/v1/moods/1", "mood_id"),
        ("/api/v1/mix/1", "mix_id"),
        ("/api/v1/mix/1/items", "mix_id"),
        ("/api/v1/me/watchlists/x/items", "watchlist"),
    ] {
        let answer = api.get(path).by(&token).expect(400).await;
        assert_eq!(answer.code(), "http.invalid_parameters");
        assert_eq!(
            answer.faults(),
            [(parameter.to_owned(), "malformed".to_owned())],
            "{path}"
        );
    }
    let path = "/api/v1/me/watchlists/liked/items/x";
    assert_eq!(
        api.delete(path).by(&token).expect(400).await.faults()[0].0,
        "film_id"
    );
    let path = "/api/v1/me/sessions/x";
    assert_eq!(
        api.delete(path).by(&token).expect(400).await.faults()[0].0,
        "session_id"
    );
}

#[actix_web::test]
async fn an_address_where_nothing_is() {
    let api = TestApi::new().await;
    for path in [
        "/nowhere",
        "/api/v1",
        "/api/v1/",
        "/api/v1/films/",
        "/api/v1/films//details",
        "/api/v2/films",
        "/%00",
        "/api/v1/mix/a/b",
    ] {
        assert_eq!(
            api.get(path).expect(404).await.code(),
            "http.not_found",
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_method_that_there_is_not_is_told_those_that_there_are() {
    let api = TestApi::new().await;
    for (method, path, allow) in [
        ("DELETE", "/api/v1/films", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/api/v1/films/x", "GET, HEAD, PUT, OPTIONS"),
        ("GET", "/api/v1/auth/login", "POST, OPTIONS"),
        ("PUT", "/api/v1/me", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("TRACE", "/api/v1/genres", "GET, HEAD, OPTIONS"),
        ("BREW", "/healthz", "GET, HEAD, OPTIONS"),
        ("POST", "/api/schema/openapi.json", "GET, HEAD, OPTIONS"),
    ] {
        let answer = api.call(method.parse().unwrap(), path).send().await;
        assert_eq!(answer.status, 405, "{method} {path}");
        assert_eq!(answer.code(), "http.method_not_allowed");
        assert_eq!(answer.header("allow"), allow);
    }
    let options = api
        .call("OPTIONS".parse().unwrap(), "/api/v1/films")
        .send()
        .await;
    assert_eq!(
        (options.status.as_u16(), options.header("allow")),
        (204, "GET, HEAD, POST, OPTIONS")
    );
}

#[actix_web::test]
async fn credentials_that_are_no_valid_token() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let forged = format!("{token}x");
    for credentials in [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        token.as_str(),
        &format!("Bearer {forged}"),
        "Bearer a b",
    ] {
        for path in [
            "/api/v1/me",
            "/api/v1/films",
            "/api/v1/films/search?title=a",
        ] {
            let answer = api
                .get(path)
                .header("Authorization", credentials)
                .expect(401)
                .await;
            assert_eq!(answer.code(), "identity.invalid_token", "{credentials}");
        }
    }
    api.get("/api/v1/me")
        .header("Authorization", &format!("bearer {token}"))
        .expect(200)
        .await;
    let none = api.get("/api/v1/me").expect(401).await;
    assert_eq!(
        (none.code().as_str(), none.header("www-authenticate")),
        ("identity.not_signed_in", "Bearer")
    );
}

#[actix_web::test]
async fn a_token_whose_time_is_over_and_a_user_who_is_shut_out() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    api.world.clock.advance(chrono::Duration::days(40));
    api.get("/api/v1/me").by(&token).expect(401).await;
    let bob = api
        .world
        .has(a_user().with_email("bob@example.org").disabled());
    api.get("/api/v1/me")
        .by(&api.world.token_of(&bob))
        .expect(401)
        .await;
}
