//! What bad requests get.
use crate::app::{App, Database, Setup, id_of};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

stories![
    a_body_that_is_not_json_is_refused,
    a_body_of_another_type_is_refused,
    a_body_that_is_too_large_is_refused,
    an_unknown_route_is_told_as_a_problem,
    a_wrong_method_is_told_which_ones_there_are,
    a_path_that_holds_no_uuid_is_refused,
    a_request_is_named_by_its_client_or_by_the_service,
    pages_of_listed_origins_may_call,
    without_listed_origins_no_page_may_call,
];

async fn a_body_that_is_not_json_is_refused(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for (method, path) in [
        (Method::POST, "/auth/register"),
        (Method::POST, "/auth/login"),
        (Method::POST, "/auth/token"),
        (Method::POST, "/auth/telegram/check_auth_key"),
        (Method::POST, "/auth/telegram/login"),
        (Method::PATCH, "/me"),
        (Method::PUT, "/me/password"),
        (Method::POST, "/me/watchlists"),
        (Method::PUT, "/me/watchlists/liked/items/add"),
        (Method::POST, "/films"),
    ] {
        for (body, code) in [
            (&b"{\"email\": "[..], "http.not_json"),
            (b"", "http.not_json"),
            (b"\xff\xfe", "http.not_json"),
            (b"[1, 2]", "http.not_an_object"),
            (b"\"text\"", "http.not_an_object"),
            (b"null", "http.not_an_object"),
        ] {
            let request = anna
                .request(method.clone(), path)
                .header("content-type", "application/json");
            anna.send(request.body(body)).await.problem(400, code);
        }
    }
}

async fn a_body_of_another_type_is_refused(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "nonsense",
    ] {
        let request = anyone
            .request(Method::POST, "/auth/login")
            .header("content-type", kind);
        anyone
            .send(request.body("{}"))
            .await
            .problem(415, "http.unsupported_media_type");
    }
    // Older clients do not always say what they send.
    let anna = app.somebody().await;
    let request = anyone
        .request(Method::POST, "/auth/login")
        .body(anna.credentials().to_string());
    anyone.send(request).await.expect(201);
}

async fn a_body_that_is_too_large_is_refused(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let body = json!({ "title": "A", "description": "x".repeat(130 * 1024) });
    anna.post("/films", &body)
        .await
        .problem(413, "http.body_too_large");
    let declared = anna
        .request(Method::POST, "/films")
        .header("content-type", "application/json");
    let declared = declared.body(vec![b' '; 20 * 1024 * 1024]);
    anna.send(declared)
        .await
        .problem(413, "http.body_too_large");
}

async fn an_unknown_route_is_told_as_a_problem(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for path in [
        "/nothing",
        "//nothing",
        "//api",
        "//api/v2/films",
        "/films/search/more",
        "/me/",
        "/films/",
    ] {
        let answer = anna.get(path).await;
        answer.refused(404, "http.not_found", "there is nothing at this address");
    }
}

async fn a_wrong_method_is_told_which_ones_there_are(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    for (method, path, allowed) in [
        (
            Method::DELETE,
            "/films".to_owned(),
            "GET, HEAD, POST, OPTIONS",
        ),
        (
            Method::POST,
            format!("/films/{film}"),
            "GET, HEAD, PUT, OPTIONS",
        ),
        (
            Method::GET,
            format!("/films/{film}/poster"),
            "PUT, DELETE, OPTIONS",
        ),
        (Method::GET, "/auth/login".to_owned(), "POST, OPTIONS"),
        (
            Method::PUT,
            "/me".to_owned(),
            "GET, HEAD, PATCH, DELETE, OPTIONS",
        ),
        (Method::GET, "/recommend".to_owned(), "POST, OPTIONS"),
        (Method::POST, "//readyz".to_owned(), "GET, HEAD, OPTIONS"),
    ] {
        let answer = anna.send(anna.request(method, &path)).await.expect(405);
        assert_eq!(answer.header("allow"), allowed, "{path}");
        answer.problem(405, "http.method_not_allowed");
        let answer = anna
            .send(anna.request(Method::OPTIONS, &path))
            .await
            .expect(204);
        assert_eq!(answer.header("allow"), allowed, "{path}");
    }
}

async fn a_path_that_holds_no_uuid_is_refused(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    for (path, parameter) in [
        ("/films/abc", "film_id"),
        ("/films/abc/details", "film_id"),
        ("/genres/1", "genre_id"),
        ("/moods/x%00", "mood_id"),
        ("/mix/-", "mix_id"),
        ("/mix/abc/items", "mix_id"),
        ("/me/watchlists/abc/items", "watchlist"),
    ] {
        anna.get(path)
            .await
            .names("http.invalid_parameters", &[parameter]);
    }
    anna.delete("/me/sessions/abc")
        .await
        .names("http.invalid_parameters", &["session_id"]);
    anna.delete("/me/watchlists/liked/items/abc")
        .await
        .names("http.invalid_parameters", &["film_id"]);
}

async fn a_request_is_named_by_its_client_or_by_the_service(database: Database) {
    let app = App::start(database).await;
    let anyone = app.anyone();
    let named = anyone
        .get_with("/nothing", "x-request-id", "evening-1.a_b")
        .await
        .expect(404);
    assert_eq!(named.header("x-request-id"), "evening-1.a_b");
    assert_eq!(
        named.problem(404, "http.not_found")["instance"],
        "/requests/evening-1.a_b"
    );
    for foreign in ["with space", &"x".repeat(65), "<script>"] {
        let answer = anyone
            .get_with("/moods", "x-request-id", foreign)
            .await
            .expect(200);
        Uuid::parse_str(answer.header("x-request-id")).unwrap();
    }
    let (one, other) = (anyone.get("/moods").await, anyone.get("/moods").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

async fn pages_of_listed_origins_may_call(database: Database) {
    let setup = Setup::without_films(database).await;
    let origins = "https://films.example.org, http://localhost:5173";
    let app = setup.set("FILMHUB_CORS_ORIGINS", origins).start().await;
    let anna = app.somebody().await;
    let preflight = async |origin: &str| {
        let request = app
            .anyone()
            .request(Method::OPTIONS, "/me/watchlists/liked/items/add")
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header(
                "access-control-request-headers",
                "authorization,content-type",
            );
        app.anyone().send(request).await
    };
    for origin in ["https://films.example.org", "http://localhost:5173"] {
        let answer = preflight(origin).await;
        assert!([200, 204].contains(&answer.status), "{}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains("PUT")
        );
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        assert!(
            headers.contains("authorization") && headers.contains("content-type"),
            "{headers}"
        );
        let answer = anna.get_with("/me", "origin", origin).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
        // A page must be able to read what went wrong, too.
        let answer = app
            .anyone()
            .get_with("/me", "origin", origin)
            .await
            .expect(401);
        assert_eq!(answer.header("access-control-allow-origin"), origin);
        answer.problem(401, "identity.not_signed_in");
    }
    let foreign = preflight("https://evil.example.com").await;
    assert_eq!(foreign.find_header("access-control-allow-origin"), None);
    // Programs that are no pages are not kept out.
    anna.get("/me").await.expect(200);
}

async fn without_listed_origins_no_page_may_call(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let answer = anna
        .get_with("/me", "origin", "https://films.example.org")
        .await
        .expect(200);
    assert_eq!(answer.find_header("access-control-allow-origin"), None);
    assert_eq!(id_of(&answer.json(200)), anna.id);
}
