//! Asking what is wrong.
use crate::app::{Database, Setup, tmdb::FakeTmdb};
use serde_json::{Value, json};
use std::net::TcpListener;
use test_servers::{
    RabbitMqServer, RedisServer, Reply, S3Server, ScriptedServer, SmtpServer, TraceServer,
};

stories![
    a_service_in_order_is_said_to_be,
    what_the_schema_lacks_is_said
];

/// Where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The state of each part and what is said of it.
fn parts(json: &str) -> Vec<(String, String, Value)> {
    let told: Value = serde_json::from_str(json).unwrap();
    let parts = told["parts"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let part = |part: &Value| (text(&part["name"]), text(&part["state"]), part.clone());
    parts.iter().map(part).collect()
}

async fn a_service_in_order_is_said_to_be(database: Database) {
    let app = Setup::with_films(database).await.start().await;
    let told = app.setup.run(&["doctor", "--json"]).succeeded();
    for (name, state, part) in parts(&told) {
        // On a server without a secret of its own there is one thing to say.
        let expected = match (database, name.as_str()) {
            (Database::Postgres, "signing secret") => "warning",
            _ => "ok",
        };
        assert_eq!(state, expected, "{part}");
    }
    let lines = app.setup.run(&["doctor"]).succeeded();
    for part in ["database", "migrations", "search index", "poster storage"] {
        let line = lines.lines().find(|line| line.contains(part));
        assert!(line.unwrap().starts_with("ok"), "{lines}");
    }
    assert!(lines.contains("7913 films"), "{lines}");
}

async fn what_the_schema_lacks_is_said(database: Database) {
    let setup = Setup::untouched(database);
    match database {
        Database::Sqlite => {
            let told = setup.run(&["doctor"]).succeeded();
            assert!(told.contains("made at the first start"), "{told}");
            // Looking leaves no trace.
            assert!(!setup.data().exists());
        }
        Database::Postgres => {
            let output = setup.run(&["doctor"]);
            assert_eq!(output.status.code(), Some(1));
            let told = output.stdout;
            assert!(told.contains("run `filmhub migrate up`"), "{told}");
        }
    }
}

#[test]
fn every_part_that_is_configured_is_tried() {
    let (s3, redis, collector) = (
        S3Server::start(),
        RedisServer::start(),
        TraceServer::start(),
    );
    let (tmdb, model) = (FakeTmdb::start(), ScriptedServer::start());
    let genres = json!({ "genres": [{ "id": 18, "name": "драма" }] }).to_string();
    for list in ["movie", "tv"] {
        let path = format!("/3/genre/{list}/list");
        tmdb.0.answers(&path, Reply::Json(genres.clone()));
    }
    let models = json!({ "data": [{ "id": "small" }] }).to_string();
    model.answers("/v1/models", Reply::Json(models));
    let proxy = ScriptedServer::start();
    let mails = SmtpServer::secured("films", "sesame");
    let setup = tmdb
        .known_to(Setup::untouched(Database::Sqlite))
        .set("AWS_BUCKET_NAME", s3.bucket())
        .set("AWS_ENDPOINT_URL", &s3.endpoint())
        .set("AWS_KEY_ID", s3.access_key())
        .set("AWS_ACCESS_KEY", s3.secret_key())
        .set("REDIS_URL", &redis.url())
        .set("EVENTS_URL", &RabbitMqServer::shared().fresh_url())
        .set("GPT_BASE", &format!("{}/v1", model.endpoint()))
        .set("GPT_MODEL", "small")
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.endpoint())
        .write("authority.pem", mails.authority())
        .set("SMTP_CA", "authority.pem")
        .set(
            "SMTP_URL",
            &format!("smtp://films:sesame@127.0.0.1:{}", mails.port()),
        )
        .set("SMTP_FROM", "Filmhub <films@example.org>")
        .set("FILMHUB_PUBLIC_URL", "https://films.example");
    let told = setup.run(&["doctor", "--json"]).succeeded();
    let parts = parts(&told);
    for name in [
        "poster storage",
        "redis",
        "broker",
        "language model",
        "source tmdb",
        "traces",
        "mail",
    ] {
        let found = parts.iter().find(|(part, ..)| part == name);
        let (_, state, part) = found.unwrap_or_else(|| panic!("no {name} in {told}"));
        assert_eq!(state, "ok", "{part}");
    }
    assert!(mails.received().is_empty());
    // The poster that was stored is gone again.
    let left = std::fs::read_dir(s3.bucket_folder()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().path()).collect();
    let files = |path: &std::path::PathBuf| path.is_file();
    assert!(!left.iter().any(files), "{left:?}");

    // Through a proxy that answers by itself, and is no TMDB.
    let proxied = setup.set("TMDB_PROXY", &proxy.endpoint());
    let told = proxied.run(&["doctor", "--json"]).succeeded();
    let parts = self::parts(&told);
    let place = proxy.endpoint().replace("http://", "proxy ");
    for (name, expected) in [(place.as_str(), "ok"), ("source tmdb", "warning")] {
        let found = parts.iter().find(|(part, ..)| part == name);
        let (_, state, part) = found.unwrap_or_else(|| panic!("no {name} in {told}"));
        assert_eq!(state, expected, "{part}");
    }
}

#[test]
fn what_is_wrong_is_said_with_what_to_do_and_without_secrets() {
    let (tmdb, model) = (ScriptedServer::start(), ScriptedServer::start());
    tmdb.answers("/", Reply::status(401, "{}"));
    model.answers("/", Reply::status(401, "{}"));
    let away = nowhere();
    let setup = Setup::untouched(Database::Sqlite)
        .set(
            "DATABASE_URL",
            &format!("postgres://films:hidden-1@{away}/films"),
        )
        .set("JWT_SECRET", "hidden-2-hidden-2-hidden-2-hidden-2")
        .set("AWS_BUCKET_NAME", "posters")
        .set("AWS_ENDPOINT_URL", &format!("http://{away}"))
        .set("AWS_KEY_ID", "films")
        .set("AWS_ACCESS_KEY", "hidden-3")
        .set("TMDB_API_KEY", "hidden-4")
        .set("TMDB_BASE_URL", &tmdb.endpoint())
        .set("KINOPOISK_DEV_KEY", "hidden-5")
        .set(
            "KINOPOISK_DEV_PROXY",
            &format!("http://proxy:hidden-6@{away}"),
        )
        .set("REDIS_URL", &format!("redis://:hidden-7@{away}"))
        .set(
            "EVENTS_URL",
            &format!("amqp://films:hidden-10@{away}/films"),
        )
        .set("GPT_BASE", &format!("{}/v1", model.endpoint()))
        .set("GPT_API_KEY", "hidden-8")
        .set("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("http://{away}"))
        .set("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hidden-9")
        .set("SMTP_URL", &format!("smtp://films:hidden-10@{away}"))
        .set("SMTP_FROM", "films@example.org");
    let output = setup.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let parts = parts(&output.stdout);
    let proxy = format!("proxy {away}");
    for (name, advice) in [
        ("database", "DATABASE_URL"),
        ("poster storage", "AWS_ENDPOINT_URL"),
        ("source tmdb", "TMDB_API_KEY"),
        ("source kinopoisk_dev", "_PROXY"),
        (proxy.as_str(), "_PROXY"),
        ("redis", "REDIS_URL"),
        ("broker", "EVENTS_URL"),
        ("language model", "GPT_API_KEY"),
        ("traces", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("mail", "SMTP_HOST"),
    ] {
        let found = parts.iter().find(|(part, ..)| part == name);
        let (_, state, part) = found.unwrap_or_else(|| panic!("no {name} in {}", output.stdout));
        assert_eq!(state, "failed", "{part}");
        assert!(part["advice"].as_str().unwrap().contains(advice), "{part}");
    }
    let lines = setup.run(&["doctor"]);
    for text in [&output.stdout, &output.stderr, &lines.stdout, &lines.stderr] {
        assert!(!text.contains("hidden"), "{text}");
    }
    assert!(
        lines.stderr.contains("are not in order"),
        "{}",
        lines.stderr
    );
}

#[test]
fn a_bad_setting_is_a_part_that_is_out_of_order() {
    let setup = Setup::untouched(Database::Sqlite).set("FILMHUB_PORT", "99999");
    let output = setup.run(&["doctor", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found = parts(&output.stdout);
    assert_eq!(found.len(), 1);
    let (name, state, part) = &found[0];
    assert_eq!((name.as_str(), state.as_str()), ("configuration", "failed"));
    assert!(part["detail"].as_str().unwrap().starts_with("FILMHUB_PORT"));
}
