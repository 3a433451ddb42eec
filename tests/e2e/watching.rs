//! Seeing from outside what goes on inside: metrics, traces and log lines that belong together.
use crate::app::{
    App, Caller, Database, Setup, eventually,
    tmdb::{FakeTmdb, TmdbFilm},
    until,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    process::Stdio,
    time::{Duration, Instant},
};
use test_servers::{SentSpan, TraceServer};

stories![
    metrics_tell_what_goes_on,
    a_worker_shows_metrics_too,
    a_trace_goes_from_the_caller_through_everything,
    a_trace_that_nobody_keeps_is_handed_on_and_not_sent,
];

const PATIENCE: Duration = Duration::from_secs(30);

const MATRIX: TmdbFilm = TmdbFilm {
    number: 603,
    title: "Матрица",
    original: "The Matrix",
    year: 1999,
    imdb: "tt0133093",
};

/// A port that nobody listens on.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// What a process shows to Prometheus.
struct Shown(String);

impl Shown {
    async fn of(anyone: &Caller, port: u16) -> Self {
        let answer = anyone
            .get(&format!("http://127.0.0.1:{port}/metrics"))
            .await;
        let answer = answer.expect(200);
        assert!(answer.header("content-type").starts_with("text/plain"));
        Self(answer.text())
    }

    /// The value of a series, whose name and labels are as they are shown.
    fn text(&self, series: &str) -> Option<&str> {
        let lines = self.0.lines().filter(|line| !line.starts_with('#'));
        let mut values = lines.filter_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        values.next()
    }

    #[track_caller]
    fn has(&self, series: &str, value: &str) {
        assert_eq!(self.text(series), Some(value), "{series} in\n{}", self.0);
    }

    #[track_caller]
    fn value(&self, series: &str) -> f64 {
        let text = self.text(series);
        let text = text.unwrap_or_else(|| panic!("no {series} in\n{}", self.0));
        text.parse().unwrap()
    }

    fn series(&self) -> usize {
        let lines = self.0.lines();
        lines
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .count()
    }
}

async fn metrics_tell_what_goes_on(database: Database) {
    let port = free_port();
    let setup = Setup::without_films(database).await;
    let setup = setup.set("FILMHUB_METRICS_PORT", &port.to_string());
    let app = setup.start().await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    for _ in 0..3 {
        anna.get(&format!("/films/{film}")).await.expect(200);
    }
    anna.get("/films/none").await.expect(400);
    anna.get("/genres").await.expect(200);
    anna.get("/genres").await.expect(200);

    let shown = Shown::of(&anna, port).await;
    let request = |labels: &str| format!("filmhub_http_request_seconds_count{{{labels}}}");
    let of_film = r#"method="GET",route="/api/v1/films/{film_id}""#;
    shown.has(&request(&format!(r#"{of_film},status="200""#)), "3");
    shown.has(&request(&format!(r#"{of_film},status="400""#)), "1");
    shown.has("filmhub_http_requests_in_flight", "0");
    assert!(shown.value(r#"filmhub_db_statement_seconds_count{operation="select"}"#) >= 3.0);
    assert!(shown.value(r#"filmhub_db_statement_seconds_count{operation="insert"}"#) >= 2.0);
    shown.has("filmhub_db_up", "1");
    shown.has("filmhub_db_connections_max", "16");
    assert!(shown.value(r#"filmhub_db_connections{state="idle"}"#) >= 1.0);
    assert!(shown.value("filmhub_db_connection_wait_seconds") < 2.0);
    assert!(shown.value(r#"filmhub_cache_total{cache="shared_answers",outcome="miss"}"#) >= 1.0);
    shown.has(r#"filmhub_jobs{kind="tidy_up",state="failed"}"#, "0");
    assert!(
        shown
            .text(r#"filmhub_job_oldest_due_seconds{kind="tidy_up"}"#)
            .is_some()
    );
    shown.has("filmhub_password_hashing_waiting", "0");
    assert!(shown.value("process_resident_memory_bytes") > 1_000_000.0);
    assert!(shown.value("process_start_time_seconds") > 1_600_000_000.0);
    let build = format!(
        r#"filmhub_build_info{{version="{}"}}"#,
        env!("CARGO_PKG_VERSION")
    );
    shown.has(&build, "1");
    eventually("the index holds the film", PATIENCE, async || {
        let shown = Shown::of(&anna, port).await;
        let is_held = shown.text("filmhub_index_films") == Some("1");
        (is_held && shown.value("filmhub_index_age_seconds") < 5.0).then_some(())
    })
    .await;
    eventually("the job that tidies up has run", PATIENCE, async || {
        let series = r#"filmhub_job_runs_total{kind="tidy_up",outcome="done"}"#;
        Shown::of(&anna, port).await.text(series).map(str::to_owned)
    })
    .await;

    // The API's own port knows nothing of it.
    anna.get("//metrics").await.problem(404, "http.not_found");
    whatever_is_asked_adds_no_series(&anna, port).await;
}

async fn whatever_is_asked_adds_no_series(anna: &Caller, port: u16) {
    let ask = async |number: u32| {
        anna.get(&format!("//nowhere/{number}")).await.expect(404);
        let method = Method::from_bytes(format!("BREW{number}").as_bytes()).unwrap();
        let request = anna.request(method, &format!("/films/{number}"));
        anna.send(request).await;
        anna.get_with("/genres", "x-request-id", &format!("request-{number}"))
            .await;
    };
    ask(0).await;
    let before = Shown::of(anna, port).await.series();
    for number in 1..20 {
        ask(number).await;
    }
    let shown = Shown::of(anna, port).await;
    // What goes on by itself may have added some.
    assert!(
        shown.series() < before + 15,
        "{before} became {}",
        shown.series()
    );
    let nowhere = r#"filmhub_http_request_seconds_count{method="GET",route="none",status="404"}"#;
    assert!(shown.value(nowhere) >= 20.0);
    assert!(!shown.0.contains("BREW") && !shown.0.contains("nowhere"));
}

#[tokio::test]
async fn metrics_are_for_those_who_show_the_token() {
    let port = free_port();
    let setup = Setup::without_films(Database::Sqlite).await;
    let app = setup
        .set("FILMHUB_METRICS_PORT", &port.to_string())
        .set("FILMHUB_METRICS_TOKEN", "read and tell nobody")
        .start()
        .await;
    let url = format!("http://127.0.0.1:{port}/metrics");
    let anyone = app.anyone();
    let refused = anyone.get(&url).await.expect(401);
    assert_eq!(refused.header("www-authenticate"), "Bearer");
    anyone.with_token("guessed").get(&url).await.expect(401);
    anyone
        .with_token("read and tell nobody")
        .get(&url)
        .await
        .expect(200);
    assert!(!app.log().contains("read and tell nobody"));
}

async fn a_worker_shows_metrics_too(database: Database) {
    let port = free_port();
    let setup = Setup::without_films(database).await;
    setup.run(&["migrate", "up"]).succeeded();
    let mut worker = setup
        .command(&["worker"])
        .env("FILMHUB_METRICS_PORT", port.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://127.0.0.1:{port}/metrics");
    let text = eventually("the worker shows a run", PATIENCE, async || {
        let text = client.get(&url).send().await.ok()?.text().await.ok()?;
        text.contains(r#"filmhub_job_runs_total{kind="tidy_up",outcome="done"} 1"#)
            .then_some(text)
    })
    .await;
    worker.kill().unwrap();
    worker.wait().unwrap();
    assert!(text.contains("filmhub_db_up 1"), "{text}");
    assert!(!text.contains("filmhub_index_films"), "{text}");
}

/// An instance that sends its traces to a server of the test's, and one film that TMDB knows more of.
async fn traced(database: Database, server: &TraceServer, tmdb: &FakeTmdb) -> App {
    tmdb.knows(MATRIX);
    tmdb.known_to(Setup::with_films(database).await)
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &server.endpoint())
        .set("OTEL_EXPORTER_OTLP_HEADERS", "x-key=the%20key")
        .set("OTEL_SERVICE_NAME", "films")
        .set(
            "OTEL_RESOURCE_ATTRIBUTES",
            "deployment.environment.name=test",
        )
        .set("OTEL_TRACES_SAMPLER", "parentbased_always_off")
        .set("OTEL_BSP_SCHEDULE_DELAY", "100")
        .set("FILMHUB_LOG_FORMAT", "json")
        .start()
        .await
}

/// Asks for the details of a film that is to be completed, as part of a trace.
async fn open_the_film(app: &App, trace_parent: &str) {
    let anyone = app.anyone();
    let found = anyone
        .query("/films/search", &[("title", "The Matrix")])
        .await;
    let film = found.array(200)[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/films/{film}/details");
    anyone
        .get_with(&path, "traceparent", trace_parent)
        .await
        .expect(200);
    eventually("the details are there", PATIENCE, async || {
        let details = anyone.get(&path).await.json(200);
        (details["told_by"] != json!([])).then_some(())
    })
    .await;
}

/// The lines of the log that belong to a trace.
fn lines_of(app: &App, trace: &str) -> Vec<Value> {
    let log = app.log();
    let lines = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["trace_id"] == trace).collect()
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn named<'a>(spans: &'a [SentSpan], name: &str) -> &'a SentSpan {
    let found = spans.iter().find(|span| span.name == name);
    found.unwrap_or_else(|| panic!("no {name} in {spans:#?}"))
}

fn children<'a>(spans: &'a [SentSpan], of: &SentSpan) -> Vec<&'a SentSpan> {
    spans.iter().filter(|span| span.parent == of.id).collect()
}

async fn a_trace_goes_from_the_caller_through_everything(database: Database) {
    let (server, tmdb) = (TraceServer::start(), FakeTmdb::start());
    let mut app = traced(database, &server, &tmdb).await;
    open_the_film(&app, &format!("00-{TRACE}-{CALLER}-01")).await;
    let spans = eventually("the run of the job is sent", PATIENCE, async || {
        let spans = server.spans();
        let has_run = spans.iter().any(|span| span.kind == "consumer");
        has_run.then_some(spans)
    })
    .await;
    // Nobody asked for any other trace.
    assert!(spans.iter().all(|span| span.trace == TRACE), "{spans:#?}");

    let request = named(&spans, "GET /api/v1/films/{film_id}/details");
    assert_eq!((request.kind, request.parent.as_str()), ("server", CALLER));
    assert_eq!(request.facts["http.response.status_code"], "200");
    assert_eq!(
        request.facts["http.route"],
        "/api/v1/films/{film_id}/details"
    );
    assert!(!request.is_failed);
    assert_eq!(request.resource["service.name"], "films");
    assert_eq!(request.resource["deployment.environment.name"], "test");
    assert!(
        server
            .heads()
            .iter()
            .all(|head| head.contains("x-key: the key"))
    );

    let of_request = children(&spans, request);
    let use_case = named(&spans, "catalogue.show_film_details");
    assert!(of_request.contains(&use_case), "{spans:#?}");
    let statements = children(&spans, use_case);
    // Its text, with places for the values.
    let has_places = |span: &&&SentSpan| {
        let text = span.facts.get("db.statement");
        text.is_some_and(|text| text.contains("$1"))
    };
    let statement = statements.iter().find(has_places);
    let statement = statement.unwrap_or_else(|| panic!("no statement in {spans:#?}"));
    assert_eq!(statement.kind, "client");
    let system = match database {
        Database::Sqlite => "sqlite",
        Database::Postgres => "postgresql",
    };
    assert_eq!(statement.facts["db.system"], system);

    let run = named(&spans, "complete_film");
    assert_eq!(run.kind, "consumer");
    assert!(spans.iter().any(|span| span.id == run.parent), "{spans:#?}");
    let outside = named(&spans, "GET source");
    assert_eq!(
        (outside.kind, outside.facts["peer.service"].as_str()),
        ("client", "tmdb")
    );
    // Asked in a task of its own, it still belongs to the look into the cache that asked.
    assert_eq!(outside.parent, named(&spans, "cache sources").id);
    let asked = tmdb.0.requests();
    let is_told = |head: &String| {
        head.to_lowercase()
            .contains(&format!("traceparent: 00-{TRACE}-"))
    };
    assert!(asked.iter().any(is_told), "{asked:#?}");
    // Each belongs to another, up to the caller.
    for span in &spans {
        let is_known = span.parent == CALLER || spans.iter().any(|other| other.id == span.parent);
        assert!(is_known, "{span:#?} in {spans:#?}");
    }
    nothing_personal_is_told(&spans, &tmdb);
    let lines = lines_of(&app, TRACE);
    let answered = lines
        .iter()
        .find(|line| line["message"] == "answered")
        .unwrap();
    assert_eq!(answered["span_id"], request.id);
    assert!(
        lines
            .iter()
            .any(|line| line["span"]["job.kind"] == "complete_film"),
        "{lines:#?}"
    );
    app.stop();
}

/// Neither values of statements nor keys are in any span.
fn nothing_personal_is_told(spans: &[SentSpan], tmdb: &FakeTmdb) {
    let told = format!("{spans:?}");
    assert!(
        !told.contains("0123456789abcdef0123456789abcdef"),
        "the key of TMDB"
    );
    assert!(!told.contains(&tmdb.0.endpoint()) && !told.contains("Матрица"));
}

async fn a_trace_that_nobody_keeps_is_handed_on_and_not_sent(database: Database) {
    let (server, tmdb) = (TraceServer::start(), FakeTmdb::start());
    let mut app = traced(database, &server, &tmdb).await;
    open_the_film(&app, &format!("00-{TRACE}-{CALLER}-00")).await;
    let asked = tmdb.0.requests();
    let told: Vec<_> = asked.iter().filter(|head| head.contains(TRACE)).collect();
    assert!(!told.is_empty(), "{asked:#?}");
    for head in told {
        let parent = head
            .lines()
            .find(|line| line.to_lowercase().starts_with("traceparent:"));
        assert!(parent.unwrap().trim().ends_with("-00"), "{head}");
    }
    assert!(!lines_of(&app, TRACE).is_empty());
    app.stop();
    assert_eq!(server.spans(), []);
}

#[tokio::test]
async fn a_request_of_nobodys_trace_begins_one() {
    let server = TraceServer::start();
    let setup = Setup::without_films(Database::Sqlite).await;
    let mut app = setup
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &server.endpoint())
        .set("FILMHUB_LOG_FORMAT", "json")
        .start()
        .await;
    let anyone = app.anyone();
    anyone.get("//healthz").await.expect(200);
    anyone
        .get_with("/genres", "traceparent", "00-nonsense")
        .await
        .expect(200);
    // What waits to be sent is sent before the end.
    app.stop();
    let spans = server.spans();
    let request = named(&spans, "GET /api/v1/genres");
    assert_eq!(request.parent, "");
    // Those who ask whether all is well are no part of it.
    let is_probe = |span: &SentSpan| {
        let route = span.facts.get("http.route");
        route.is_some_and(|route| ["/healthz", "/readyz"].contains(&route.as_str()))
    };
    assert!(!spans.iter().any(is_probe), "{spans:#?}");
    assert!(!lines_of(&app, &request.trace).is_empty());
}

#[tokio::test]
async fn nobody_to_take_traces_harms_nothing() {
    let setup = Setup::without_films(Database::Sqlite).await;
    let mut app = setup
        .set(
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            &format!("http://127.0.0.1:{}", free_port()),
        )
        .set("OTEL_BSP_SCHEDULE_DELAY", "50")
        .start()
        .await;
    let anyone = app.anyone();
    let complaints = |app: &App| app.log().matches("traces cannot be sent").count();
    anyone.get("/genres").await.expect(200);
    until("it says so", PATIENCE, || complaints(&app) == 1);
    for _ in 0..20 {
        anyone.get("/genres").await.expect(200);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(complaints(&app), 1, "{}", app.log());
    let start = Instant::now();
    app.stop();
    assert!(start.elapsed() < Duration::from_secs(8));
}

#[tokio::test]
async fn without_traces_the_log_knows_of_none() {
    let server = TraceServer::start();
    let setup = Setup::without_films(Database::Sqlite).await;
    let mut app = setup
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &server.endpoint())
        .set("OTEL_SDK_DISABLED", "true")
        .set("FILMHUB_LOG_FORMAT", "json")
        .start()
        .await;
    let caller = format!("00-{TRACE}-{CALLER}-01");
    app.anyone()
        .get_with("/genres", "traceparent", &caller)
        .await
        .expect(200);
    app.stop();
    assert!(!app.log().contains("trace_id"));
    assert!(server.heads().is_empty());
}
