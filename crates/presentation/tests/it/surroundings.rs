//! What surrounds every request: names, headers, other origins, the log, and panics.
use crate::support::{TestApi, settings};
use actix_web::http::Method;
use application::{
    catalogue::vocabulary::{ListMoods, VocabularyError},
    events::broker::BrokerState,
    fakes::{SourceTrouble, UserBuilder, World, a_film, a_genre, a_user},
    identity::authenticate::{Authenticator, TokenRefused},
    module::ApplicationModule,
    shared::{actor::Actor, use_case::UseCase},
};
use async_trait::async_trait;
use domain::catalogue::{Mood, SourceName};
use presentation::Api;
use serde_json::{Value, json};
use std::{
    cell::RefCell,
    io::Write,
    sync::{Arc, Mutex, Once},
};

#[actix_web::test]
async fn every_request_has_a_name_and_a_decent_one_of_the_client_is_kept() {
    let api = TestApi::new().await;
    let first = api.get("/healthz").expect(200).await;
    let second = api.get("/healthz").expect(200).await;
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    let kept = api
        .get("/healthz")
        .header("X-Request-Id", "abc-1_2.3")
        .expect(200)
        .await;
    assert_eq!(kept.header("x-request-id"), "abc-1_2.3");
    for odd in ["", "a b", "a\"b", &"a".repeat(65)] {
        let answer = api
            .get("/healthz")
            .header("X-Request-Id", odd)
            .expect(200)
            .await;
        assert_ne!(answer.header("x-request-id"), odd);
    }
}

#[actix_web::test]
async fn answers_that_are_somebodys_own_are_not_kept_by_anybody() {
    let api = TestApi::new().await;
    let token = api.world.token_of(&api.world.has(a_user()));
    let film = api.world.has(a_film());
    for path in [
        "/api/v1/me".to_owned(),
        "/api/v1/films".to_owned(),
        "/api/v1/films/search".to_owned(),
        format!("/api/v1/films/{}", film.id),
        format!("/api/v1/films/{}/details", film.id),
    ] {
        let answer = api.get(&path).by(&token).expect(200).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("etag"), "", "{path}");
    }
    let me = api.get("/api/v1/me").by(&token).expect(200).await;
    assert_eq!(
        me.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
}

#[actix_web::test]
async fn head_answers_wherever_get_does() {
    let api = TestApi::new().await;
    let film = api.world.has(a_film());
    api.world.has(a_genre("drama"));
    for path in [
        "/api/v1/films",
        "/api/v1/genres",
        "/healthz",
        "/readyz",
        "/api/schema/openapi.json",
    ] {
        api.call(Method::HEAD, path).expect(200).await;
    }
    api.call(Method::HEAD, format!("/api/v1/films/{}", film.id))
        .expect(200)
        .await;
    api.call(Method::HEAD, "/api/v1/me").expect(401).await;
}

#[actix_web::test]
async fn pages_of_known_origins_may_call_with_credentials() {
    let api = TestApi::new().await;
    let ask = api.call(Method::OPTIONS, "/api/v1/films");
    let ask = ask.header("Origin", "https://films.example");
    let ask = ask.header("Access-Control-Request-Method", "PUT");
    let answer = ask
        .header(
            "Access-Control-Request-Headers",
            "authorization, content-type",
        )
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://films.example"
    );
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("PUT")
    );
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    let call = api
        .get("/api/v1/me")
        .header("Origin", "https://films.example")
        .expect(401)
        .await;
    assert_eq!(
        call.header("access-control-allow-origin"),
        "https://films.example"
    );
    assert!(
        call.header("access-control-expose-headers")
            .contains("x-request-id")
    );
}

#[actix_web::test]
async fn pages_of_other_origins_may_not() {
    let api = TestApi::new().await;
    let ask = api
        .call(Method::OPTIONS, "/api/v1/films")
        .header("Origin", "https://evil.example");
    let answer = ask
        .header("Access-Control-Request-Method", "PUT")
        .send()
        .await;
    assert_eq!(answer.status, 400);
    assert!(answer.detail().contains("Origin"), "{}", answer.detail());
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let call = api
        .get("/api/v1/genres")
        .header("Origin", "https://evil.example")
        .expect(200)
        .await;
    assert_eq!(call.header("access-control-allow-origin"), "");
}

#[actix_web::test]
async fn every_origin_may_call_where_that_is_set_but_without_credentials() {
    let mut settings = settings();
    settings.cors_origins = vec!["*".to_owned()];
    let api = TestApi::with(World::new(), settings).await;
    let call = api
        .get("/api/v1/genres")
        .header("Origin", "https://any.example")
        .expect(200)
        .await;
    assert_eq!(call.header("access-control-allow-origin"), "*");
    assert_eq!(call.header("access-control-allow-credentials"), "");
}

#[actix_web::test]
async fn health_and_readiness() {
    let api = TestApi::new().await;
    let health = api.get("/healthz").expect(200).await.json();
    assert_eq!(health, json!({"status": "ok", "version": "1.2.3"}));
    let ready = api.get("/readyz").expect(200).await.json();
    assert_eq!(ready["status"], "ready");
    let parts = ready["parts"].as_array().unwrap();
    let names: Vec<&str> = parts
        .iter()
        .map(|part| part["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["database", "storage", "index"]);
    api.world.store.go_down();
    api.world.index.set_down(true);
    api.world.clock.advance(chrono::Duration::seconds(1));
    let answer = api.get("/readyz").expect(503).await;
    assert_eq!(answer.code(), "upkeep.not_ready");
    assert_eq!(
        answer.json()["parts"],
        json!([
            {"name": "database", "is_ready": false, "code": "store.unavailable"},
            {"name": "storage", "is_ready": true},
            {"name": "index", "is_ready": false, "code": "catalogue.index_unavailable"},
        ])
    );
    api.get("/healthz").expect(200).await;
}

#[actix_web::test]
async fn readiness_tells_of_sources_and_does_not_depend_on_them() {
    let api = TestApi::new().await;
    let ready = api.get("/readyz").expect(200).await.json();
    assert_eq!(ready["sources"], json!([]));
    let until = chrono::DateTime::UNIX_EPOCH;
    let sources = &api.world.sources;
    sources.trouble(SourceName::KinopoiskDev, SourceTrouble::QuotaSpent(until));
    sources.trouble(SourceName::Tmdb, SourceTrouble::Unavailable);
    let ready = api.get("/readyz").expect(200).await.json();
    assert_eq!(ready["status"], "ready");
    assert_eq!(
        ready["sources"],
        json!([
            {
                "name": "kinopoisk_dev", "is_usable": false, "breaker": "closed",
                "quota_spent_until": "1970-01-01T00:00:00Z", "is_key_refused": false,
            },
            {"name": "tmdb", "is_usable": false, "breaker": "open", "is_key_refused": false},
        ])
    );
}

#[actix_web::test]
async fn a_store_that_is_down_is_told_without_details_everywhere() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user());
    let film = api.world.has(a_film());
    let token = api.world.token_of(&anna);
    api.world.store.go_down();
    for path in [
        "/api/v1/me",
        "/api/v1/films",
        "/api/v1/genres",
        "/api/v1/mix",
        "/api/v1/me/watchlists",
    ] {
        let answer = api.get(path).by(&token).expect(503).await;
        assert_eq!(answer.code(), "store.unavailable");
        assert_eq!(
            answer.detail(),
            "the service cannot do this now, try again later"
        );
    }
    api.get(format!("/api/v1/films/{}", film.id))
        .expect(503)
        .await;
    let body = json!({"email": "a@example.org", "password": "x", "username": "A"});
    api.post("/api/v1/auth/register")
        .json(body)
        .expect(503)
        .await;
}

struct Panics;

#[async_trait]
impl UseCase<ListMoods> for Panics {
    async fn execute(&self, _: &Actor, _: ListMoods) -> Result<Arc<[Mood]>, VocabularyError> {
        panic!("secret of the house")
    }
}

async fn panicking() -> TestApi {
    let world = World::new();
    let module = ApplicationModule::builder(Arc::new(world.ports()))
        .with_component_override::<dyn UseCase<ListMoods>>(Box::new(Panics))
        .build();
    TestApi::serve(world, &Api::new(Arc::new(module), settings())).await
}

#[actix_web::test]
async fn a_panic_is_a_problem_and_not_the_end() {
    let api = panicking().await;
    let answer = api.get("/api/v1/moods").expect(500).await;
    assert_eq!(answer.code(), "http.internal");
    assert!(!answer.text().contains("secret"));
    api.get("/healthz").expect(200).await;
}

impl Authenticator for Panics {
    fn authenticate(&self, _: &str) -> Result<Actor, TokenRefused> {
        panic!("secret of the house")
    }
}

#[actix_web::test]
async fn a_panic_while_a_request_is_read_is_a_problem_too() {
    let world = World::new();
    let module = ApplicationModule::builder(Arc::new(world.ports()))
        .with_component_override::<dyn Authenticator>(Box::new(Panics))
        .build();
    let api = TestApi::serve(world, &Api::new(Arc::new(module), settings())).await;
    let call = api.get("/api/v1/me").by("any");
    let answer = call
        .header("Origin", "https://films.example")
        .expect(500)
        .await;
    assert_eq!(answer.code(), "http.internal");
    assert!(!answer.text().contains("secret"));
    // A page must be able to read that it failed.
    assert_eq!(
        answer.header("access-control-allow-origin"),
        "https://films.example"
    );
    api.get("/healthz").expect(200).await;
}

/// What a thread logs.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

thread_local! {
    /// Where the lines of this thread go.
    static KEPT: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Writes what a thread logs to where its lines go.
struct OfThisThread;

impl Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        KEPT.with_borrow(|kept| {
            if let Some(Lines(lines)) = kept {
                lines.lock().unwrap().extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Lines are kept until this is dropped.
struct Keeping;

impl Drop for Keeping {
    fn drop(&mut self) {
        KEPT.set(None);
    }
}

impl Lines {
    /// Keeps what this thread logs until the guard is dropped.
    ///
    /// One subscriber serves all tests of this process: where each thread has one of its own, a place in
    /// the code that logs for the first time while another thread's comes or goes may stay silent.
    fn keep(&self) -> Keeping {
        static STARTED: Once = Once::new();
        STARTED.call_once(|| {
            tracing_subscriber::fmt()
                .json()
                .with_max_level(tracing::Level::INFO)
                .with_writer(|| OfThisThread)
                .init();
        });
        KEPT.set(Some(self.clone()));
        Keeping
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn read(&self) -> Vec<Value> {
        self.text()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[actix_web::test]
async fn each_request_is_one_line_without_personal_data() {
    let api = TestApi::new().await;
    api.world.has(a_user().with_email("anna@example.org"));
    let lines = Lines::default();
    let guard = lines.keep();
    let body = json!({"email": "anna@example.org", "password": UserBuilder::PASSWORD});
    let login = api.post("/api/v1/auth/login").json(body).expect(201).await;
    let token = login.json()["token"].as_str().unwrap().to_owned();
    api.get("/api/v1/films/search?title=secretwords")
        .by(&token)
        .expect(200)
        .await;
    api.get("/healthz").expect(200).await;
    drop(guard);
    let read = lines.read();
    assert_eq!(read.len(), 2, "{}", lines.text());
    let fields = &read[0]["fields"];
    assert_eq!(fields["http.route"], "/api/v1/auth/login");
    assert_eq!(fields["http.status"], 201);
    assert_eq!(fields["http.method"], "POST");
    assert!(fields["duration_ms"].is_number());
    assert_eq!(fields.get("failure.code"), None);
    assert_eq!(read[0]["span"]["request.id"], login.header("x-request-id"));
    for private in [
        "anna@",
        UserBuilder::PASSWORD,
        token.as_str(),
        "secretwords",
    ] {
        assert!(!lines.text().contains(private), "{private}");
    }
}

#[actix_web::test]
async fn a_failure_of_the_service_is_logged_once_with_its_causes() {
    let api = TestApi::new().await;
    api.world.store.go_down();
    let lines = Lines::default();
    let guard = lines.keep();
    let answer = api.get("/api/v1/films").expect(503).await;
    drop(guard);
    let warned: Vec<Value> = lines
        .read()
        .into_iter()
        .filter(|line| line["level"] == "WARN")
        .collect();
    assert_eq!(warned.len(), 1, "{}", lines.text());
    assert_eq!(warned[0]["fields"]["failure.code"], "store.unavailable");
    assert_eq!(
        warned[0]["span"]["request.id"],
        answer.header("x-request-id")
    );
}

#[actix_web::test]
async fn the_line_of_a_refused_request_says_by_which_code() {
    let api = TestApi::new().await;
    let lines = Lines::default();
    let guard = lines.keep();
    api.get("/api/v1/me").expect(401).await;
    api.get("/api/v1/films/x").expect(400).await;
    api.get("/nowhere").expect(404).await;
    api.post("/api/v1/films/search").expect(405).await;
    drop(guard);
    let codes: Vec<Value> = lines
        .read()
        .into_iter()
        .map(|line| line["fields"]["failure.code"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            "identity.not_signed_in",
            "http.invalid_parameters",
            "http.not_found",
            "http.method_not_allowed"
        ]
    );
}

#[actix_web::test]
async fn a_panic_is_logged() {
    let api = panicking().await;
    let lines = Lines::default();
    let guard = lines.keep();
    api.get("/api/v1/moods").expect(500).await;
    drop(guard);
    let errors: Vec<Value> = lines
        .read()
        .into_iter()
        .filter(|line| line["level"] == "ERROR")
        .collect();
    assert_eq!(errors.len(), 1, "{}", lines.text());
    assert_eq!(errors[0]["fields"]["panic"], "secret of the house");
}

#[actix_web::test]
async fn browsers_are_told_to_come_by_https_where_that_is_set() {
    let api = TestApi::new().await;
    let answer = api.get("/healthz").expect(200).await;
    assert_eq!(answer.header("strict-transport-security"), "");
    let mut settings = settings();
    settings.hsts_days = 30;
    let api = TestApi::with(World::new(), settings).await;
    for (path, status) in [("/healthz", 200), ("/nowhere", 404)] {
        let answer = api.get(path).expect(status).await;
        let told = answer.header("strict-transport-security");
        assert_eq!(told, "max-age=2592000");
    }
}

#[actix_web::test]
async fn readiness_tells_of_the_broker_and_does_not_depend_on_it() {
    let api = TestApi::new().await;
    let ready = api.get("/readyz").expect(200).await.json();
    assert_eq!(ready.get("broker"), None);
    api.world.broker.set(BrokerState::Down);
    let ready = api.get("/readyz").expect(200).await.json();
    assert_eq!(
        (&ready["status"], &ready["broker"]),
        (&json!("ready"), &json!("down"))
    );
}
