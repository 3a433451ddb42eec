//! Starting, stopping, dying and starting again.
use crate::app::{App, Caller, Database, Setup, eventually, id_of, until};
use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use test_servers::PostgresServer;
use tokio::task::JoinSet;

stories![
    what_was_acknowledged_outlives_a_sudden_death,
    a_running_request_is_finished_before_the_end,
    idle_connections_do_not_hold_up_the_end,
    a_second_start_is_quick_and_loads_nothing,
    films_are_loaded_once_and_found_after_a_sudden_death,
    it_says_how_it_is,
    sources_and_a_cache_that_are_away_do_not_hold_it_up,
    it_says_where_to_look,
    the_secret_is_made_once_and_for_its_owner_only,
    the_log_holds_nothing_personal,
    a_start_that_cannot_succeed_says_why,
    what_is_no_http_is_refused_and_is_no_error_of_ours,
];

async fn what_was_acknowledged_outlives_a_sudden_death(database: Database) {
    let mut app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    for n in 0..3 {
        let title = format!("List {n}");
        let list = anna
            .post("/me/watchlists", &json!({ "title": title }))
            .await
            .json(201);
        let items = format!("/me/watchlists/{}/items", id_of(&list));
        anna.put(&format!("{items}/add"), &json!({ "film_id": film }))
            .await
            .done();
        app.kill9();
        app.start_again().await;
        assert_eq!(anna.get("/me/watchlists").await.array(200)[0], list);
        assert_eq!(id_of(&anna.get(&items).await.array(200)[0]), film);
    }
    anna.signed_in().await.get("/me").await.expect(200);
}

#[tokio::test]
async fn without_its_database_it_says_so_and_does_not_end() {
    let server = PostgresServer::start();
    let setup = Setup::untouched(Database::Sqlite)
        .set("DATABASE_URL", &server.fresh_database())
        .set("FILMHUB_STARTER_CATALOGUE", "off");
    setup.run(&["migrate", "up"]).succeeded();
    let mut app = setup.start().await;
    let anna = app.somebody().await;
    drop(server);
    for path in ["/me", "/films", "/me/watchlists/liked/items"] {
        let answer = anna.get(path).await.expect(503);
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        answer.problem(503, "store.unavailable");
    }
    is_unready(&anna).await;
    anna.get("//healthz").await.expect(200);
    assert!(app.has_ended().is_none());
    app.stop();
}

/// Waits until it says that its database does not answer; what it said last stands for a second.
async fn is_unready(anyone: &Caller) {
    let told = "it says that it is not ready";
    let answer = eventually(told, Duration::from_secs(6), async || {
        let answer = anyone.get("//readyz").await;
        (answer.status == 503).then_some(answer)
    });
    let problem = answer.await.problem(503, "upkeep.not_ready");
    let parts = problem["parts"].as_array().unwrap();
    let down = parts.iter().find(|part| part["is_ready"] == false);
    assert_eq!(down.unwrap()["name"], "database", "{problem}");
}

/// Stands between the product and its database, and can stop passing anything on.
struct Wire {
    port: u16,
    is_frozen: Arc<AtomicBool>,
}

impl Wire {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let own = listener.local_addr().unwrap().port();
        let is_frozen = Arc::new(AtomicBool::new(false));
        let frozen = Arc::clone(&is_frozen);
        thread::spawn(move || {
            for near in listener.incoming() {
                let (near, far) = (near.unwrap(), TcpStream::connect(("127.0.0.1", port)));
                let Ok(far) = far else { return };
                let back = (far.try_clone().unwrap(), near.try_clone().unwrap());
                for (from, to) in [(near, far), back] {
                    let frozen = Arc::clone(&frozen);
                    thread::spawn(move || pass_on(from, to, &frozen));
                }
            }
        });
        Self {
            port: own,
            is_frozen,
        }
    }

    fn freeze(&self, is_frozen: bool) {
        self.is_frozen.store(is_frozen, Ordering::SeqCst);
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, is_frozen: &AtomicBool) {
    let mut bytes = [0; 8192];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while is_frozen.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(10));
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    // The other side may have gone first.
    let _ = to.shutdown(Shutdown::Both);
}

#[tokio::test]
async fn a_database_that_says_nothing_makes_it_unready_in_time() {
    let server = PostgresServer::start();
    let url = server.fresh_database();
    let (head, name) = url.rsplit_once('/').unwrap();
    let (head, port) = head.rsplit_once(':').unwrap();
    let wire = Wire::to(port.parse().unwrap());
    let setup = Setup::untouched(Database::Sqlite)
        .set("DATABASE_URL", &format!("{head}:{}/{name}", wire.port))
        .set("FILMHUB_STARTER_CATALOGUE", "off");
    setup.run(&["migrate", "up"]).succeeded();
    let mut app = setup.start().await;
    let anyone = app.anyone();
    wire.freeze(true);
    is_unready(&anyone).await;
    let start = Instant::now();
    let mut probes = JoinSet::new();
    for _ in 0..50 {
        let anyone = anyone.clone();
        probes.spawn(async move { anyone.get("//readyz").await.status });
    }
    assert_eq!(probes.join_all().await, [503; 50]);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(5), "{took:?}");
    anyone.get("//healthz").await.expect(200);
    wire.freeze(false);
    let told = "it is ready again";
    eventually(told, Duration::from_secs(20), async || {
        (anyone.get("//readyz").await.status == 200).then_some(())
    })
    .await;
    app.stop();
}

#[tokio::test]
async fn a_storm_of_logins_does_not_starve_readers() {
    let app = App::with_films(Database::Sqlite).await;
    let anna = app.somebody().await;
    let mut storm = JoinSet::new();
    for _ in 0..60 {
        let anna = anna.clone();
        storm.spawn(async move { anna.post("/auth/login", &anna.credentials()).await });
    }
    let mut reads = 0;
    while !storm.is_empty() {
        let start = Instant::now();
        anna.get("/films?limit=5").await.expect(200);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(2), "a reader waited {took:?}");
        reads += 1;
        while let Some(answer) = storm.try_join_next() {
            match answer.unwrap() {
                refused if refused.status == 503 => {
                    assert!(refused.header("retry-after").parse::<u32>().unwrap() > 0);
                    refused.problem(503, "identity.hashing_busy");
                }
                answer => {
                    answer.json(201);
                }
            }
        }
    }
    // Readers were answered while the storm went on, not after it.
    assert!(reads > 20, "{reads}");
}

/// A connection of one's own, on which one can be slow.
struct Line(TcpStream);

impl Line {
    fn to(app: &App) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", app.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        Self(stream)
    }

    fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).unwrap();
    }

    fn read_some(&mut self) -> String {
        let mut bytes = [0; 4096];
        let read = self.0.read(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }
}

async fn a_running_request_is_finished_before_the_end(database: Database) {
    let mut app = App::start(database).await;
    let anna = app.somebody().await;
    let body = json!({ "title": "Slow" }).to_string();
    let (first, rest) = body.split_at(5);
    let mut line = Line::to(&app);
    line.write(&format!(
        "POST /api/v1/me/watchlists HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         authorization: Bearer {}\r\ncontent-length: {}\r\n\r\n{first}",
        anna.token(),
        body.len()
    ));
    // Another request that is answered meanwhile shows that the first one has had time to begin.
    anna.get("/me").await.expect(200);
    app.terminate();
    let address = ("127.0.0.1", app.port);
    until("nobody new is let in", Duration::from_secs(10), || {
        TcpStream::connect(address).is_err()
    });
    assert!(app.has_ended().is_none(), "it did not wait:\n{}", app.log());
    line.write(rest);
    let answer = line.read_some();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let mut status = None;
    until("it ends", Duration::from_secs(20), || {
        status = app.has_ended();
        status.is_some()
    });
    assert!(status.unwrap().success(), "{}", app.log());
    app.start_again().await;
    assert_eq!(
        anna.get("/me/watchlists").await.array(200)[0]["title"],
        "Slow"
    );
}

async fn idle_connections_do_not_hold_up_the_end(database: Database) {
    let mut app = App::start(database).await;
    let mut line = Line::to(&app);
    line.write("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(line.read_some().starts_with("HTTP/1.1 200"));
    let silent = Line::to(&app);
    let start = Instant::now();
    app.stop();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(8), "{took:?}");
    drop((line, silent));
}

const LOADING: &str = "loading the starter catalogue";

async fn a_second_start_is_quick_and_loads_nothing(database: Database) {
    let mut app = App::with_films(database).await;
    assert!(!app.log().contains(LOADING));
    app.stop();
    let start = Instant::now();
    app.start_again().await;
    let took = start.elapsed();
    // The build for tests is slow; the one for use takes a small part of this.
    assert!(took < Duration::from_secs(3), "{took:?}");
    assert!(!app.log().contains(LOADING));
    let page = app
        .anyone()
        .get("/films?person=keanu%20reeves")
        .await
        .json(200);
    assert!(page["items"].as_array().unwrap().len() > 5);
}

async fn films_are_loaded_once_and_found_after_a_sudden_death(database: Database) {
    let setup = Setup::untouched(database);
    if database == Database::Postgres {
        setup.run(&["migrate", "up"]).succeeded();
    }
    let mut app = setup.start().await;
    let finds = async |anyone: &Caller| {
        let films = anyone
            .query("/films/search", &[("title", "the matrix")])
            .await
            .array(200);
        films
            .first()
            .is_some_and(|film| film["title"] == "The Matrix")
            .then_some(())
    };
    eventually("it is found", Duration::from_secs(5), async || {
        finds(&app.anyone()).await
    })
    .await;
    assert!(app.log().contains(LOADING));
    let loaded = app.log().matches(LOADING).count();
    app.kill9();
    app.start_again().await;
    eventually("it is found again", Duration::from_secs(20), async || {
        finds(&app.anyone()).await
    })
    .await;
    assert_eq!(app.log().matches(LOADING).count(), loaded);
}

async fn it_says_how_it_is(database: Database) {
    let mut app = App::start(database).await;
    let anyone = app.anyone();
    let health = anyone.get("//healthz").await.json(200);
    assert_eq!(
        health,
        json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })
    );
    let readiness = anyone.get("//readyz").await.json(200);
    assert_eq!(readiness["status"], "ready");
    let parts = readiness["parts"].as_array().unwrap();
    let mut names: Vec<&str> = parts
        .iter()
        .map(|part| part["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["database", "index", "storage"]);
    assert!(
        parts.iter().all(|part| part["is_ready"] == true),
        "{readiness}"
    );

    let port = app.port.to_string();
    let asking = |arguments: &[&str]| {
        let output = app
            .setup
            .command(arguments)
            .env("FILMHUB_PORT", &port)
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(asking(&["healthcheck"]), Some(0));
    assert_eq!(asking(&["healthcheck", "--live"]), Some(0));
    app.stop();
    let asking = |arguments: &[&str]| {
        let output = app
            .setup
            .command(arguments)
            .env("FILMHUB_PORT", &port)
            .output()
            .unwrap();
        output.status.code()
    };
    assert_eq!(asking(&["healthcheck"]), Some(1));
    assert_eq!(asking(&["healthcheck", "--live"]), Some(1));
}

async fn sources_and_a_cache_that_are_away_do_not_hold_it_up(database: Database) {
    let app = Setup::without_films(database)
        .await
        .set("TMDB_API_KEY", "0123456789abcdef")
        .set("TMDB_BASE_URL", "http://127.0.0.1:1/3")
        .set("KINOPOISK_DEV_KEY", "fedcba9876543210")
        .set("KINOPOISK_DEV_PROXY", "socks5://127.0.0.1:1")
        .set("REDIS_URL", "redis://127.0.0.1:1")
        .start()
        .await;
    let readiness = app.anyone().get("//readyz").await.json(200);
    assert_eq!(readiness["status"], "ready");
    let sources = readiness["sources"].as_array().unwrap();
    let told = sources
        .iter()
        .map(|source| (&source["name"], &source["quota_left"]));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            (&json!("kinopoisk_dev"), &json!(200)),
            (&json!("tmdb"), &Value::Null)
        ]
    );
}

async fn it_says_where_to_look(database: Database) {
    let app = App::start(database).await;
    let log = app.log();
    for told in [
        format!("http://localhost:{}", app.port),
        format!("http://localhost:{}/api/schema/swagger", app.port),
        "filmhub admin create-user".to_owned(),
        "data".to_owned(),
    ] {
        assert!(log.contains(&told), "no {told} in {log}");
    }
    let page = app.anyone().get("//api/schema/swagger/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    for foreign in ["https://unpkg", "https://cdn"] {
        assert!(!page.text().contains(foreign));
    }
}

async fn the_secret_is_made_once_and_for_its_owner_only(database: Database) {
    let mut app = App::start(database).await;
    let path = app.setup.data().join("jwt_secret");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret = fs::read_to_string(&path).unwrap();
    assert!(secret.trim().len() >= 32);
    assert!(!app.log().contains(secret.trim()));
    app.restart().await;
    assert_eq!(fs::read_to_string(&path).unwrap(), secret);
    let other = App::start(database).await;
    assert_ne!(
        fs::read_to_string(other.setup.data().join("jwt_secret")).unwrap(),
        secret
    );
}

async fn the_log_holds_nothing_personal(database: Database) {
    let setup = Setup::without_films(database).await;
    let app = setup
        .set("FILMHUB_LOG", "debug")
        .set("FILMHUB_LOG_FORMAT", "json")
        .start()
        .await;
    let anna = app.somebody().await;
    let wrong = json!({ "email": anna.email, "password": "a slip of the tongue" });
    anna.post("/auth/login", &wrong).await.expect(401);
    let fields = [
        ("grant_type", "password"),
        ("username", &anna.email),
        ("password", &anna.password),
    ];
    let pair = anna.post_form("/auth/token", &fields).await.json(200);
    let refresh = pair["refresh_token"].as_str().unwrap();
    let body = json!({ "grant_type": "refresh_token", "refresh_token": refresh });
    anna.post("/auth/token", &body).await.expect(200);
    anna.post("/auth/token", &body).await.expect(400);
    let key = anna
        .post_nothing("/auth/telegram/get_auth_key")
        .await
        .json(201);
    let body = json!({ "email": anna.email, "password": "x", "username": "A" });
    anna.post("/auth/register", &body).await.expect(409);
    anna.patch("/me", &json!({ "first_name": "Аполлинария" }))
        .await
        .expect(200);
    anna.get_with(
        "/films/search?title=stalker",
        "x-request-id",
        "the-last-one",
    )
    .await
    .expect(200);
    anna.delete("/me").await.done();

    let log = app.log();
    let local = anna.email.split_once('@').unwrap().0;
    for (what, secret) in [
        ("the address", local),
        ("the password", &anna.password),
        ("a wrong password", "a slip of the tongue"),
        ("the token", anna.token()),
        ("the access token", pair["access_token"].as_str().unwrap()),
        ("the refresh token", refresh),
        ("the key", key["auth_key"].as_str().unwrap()),
        ("the name", "Аполлинария"),
    ] {
        assert!(
            !secret.is_empty() && !log.contains(secret),
            "{what} is in the log:\n{log}"
        );
    }
    // What is there is what an operator needs: one line for each request, each an object.
    let lines: Vec<Value> = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let line = lines
        .iter()
        .find(|line| line.to_string().contains("the-last-one"));
    let line = line
        .unwrap_or_else(|| panic!("the last request is not in the log:\n{log}"))
        .to_string();
    assert!(line.contains("/api/v1/films/search"), "{line}");
}

async fn a_start_that_cannot_succeed_says_why(database: Database) {
    let app = App::start(database).await;
    let taken = app
        .setup
        .sibling()
        .set("FILMHUB_PORT", &app.port.to_string());
    let message = taken.run(&["serve"]).failed();
    assert!(
        message.contains(&format!("cannot listen on 127.0.0.1:{}", app.port)),
        "{message}"
    );
    let setup =
        Setup::untouched(database).set("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none");
    let message = setup.run(&["serve"]).failed();
    assert!(message.contains("cannot open"), "{message}");
    let file = Setup::untouched(database)
        .write("occupied", "")
        .set("FILMHUB_DATA_DIR", "occupied");
    let message = file.run(&["serve"]).failed();
    assert!(
        message.contains("cannot make the data directory"),
        "{message}"
    );
}

async fn what_is_no_http_is_refused_and_is_no_error_of_ours(database: Database) {
    let app = App::start(database).await;
    let flood = format!(
        "GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-flood: {}\r\n\r\n",
        "x".repeat(200 * 1024)
    );
    for (sent, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nhost localhost\r\n\r\n", 400),
        ("GET /\x01 HTTP/1.1\r\nhost: localhost\r\n\r\n", 400),
        (&flood, 431),
    ] {
        let mut line = Line::to(&app).0;
        // It may be refused before all of it was sent.
        let _ = line.write_all(sent.as_bytes());
        let mut answer = [0; 1024];
        let read = line.read(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]);
        let start = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&start), "{answer}");
    }
    app.anyone().get("//healthz").await.expect(200);
    let log = app.log();
    assert!(
        !log.contains("ERROR") && !log.contains("stream error"),
        "{log}"
    );
}
