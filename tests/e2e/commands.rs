//! The other commands of the binary.
use crate::app::{App, Database, Setup};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use serde_json::Value;

stories![
    the_schema_goes_up_and_down_and_up_again,
    a_server_without_a_schema_is_not_served,
    upkeep_may_be_done_once,
];

/// The tables in a database.
async fn tables(setup: &Setup, database: Database) -> Vec<String> {
    let (url, backend, question) = match database {
        Database::Sqlite => (
            format!(
                "sqlite://{}?mode=ro",
                setup.data().join("filmhub.db").display()
            ),
            DatabaseBackend::Sqlite,
            "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'",
        ),
        Database::Postgres => (
            setup.database_url().to_owned(),
            DatabaseBackend::Postgres,
            "SELECT relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = 'public'",
        ),
    };
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let rows = connection
        .query_all_raw(Statement::from_string(backend, question))
        .await
        .unwrap();
    connection.close().await.unwrap();
    let mut names: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("", "name").unwrap())
        .collect();
    names.sort();
    names
}

async fn the_schema_goes_up_and_down_and_up_again(database: Database) {
    let setup = Setup::untouched(database);
    let status = || setup.run(&["migrate", "status"]).succeeded();
    let steps = status().lines().count();
    assert!(steps > 0);
    // Looking leaves no trace.
    assert_eq!(tables(&setup, database).await, Vec::<String>::new());
    assert_eq!(status().matches("pending").count(), steps);

    let up = setup.run(&["migrate", "up"]).succeeded();
    assert_eq!(up.matches("applied").count(), steps);
    assert_eq!(status(), up);
    let all = tables(&setup, database).await;
    for name in ["users", "films", "watchlists", "sessions"] {
        assert!(all.iter().any(|table| table == name), "{all:?}");
    }
    // Going up where one is already changes nothing.
    assert_eq!(setup.run(&["migrate", "up"]).succeeded(), up);

    let down = setup
        .run(&["migrate", "down", "--steps", &steps.to_string()])
        .succeeded();
    assert_eq!(down.matches("pending").count(), steps);
    let left = tables(&setup, database).await;
    assert!(
        left.iter().all(|name| name.starts_with("seaql_migrations")),
        "{left:?}"
    );

    assert_eq!(setup.run(&["migrate", "up"]).succeeded(), up);
    assert_eq!(tables(&setup, database).await, all);
    let app = setup.set("FILMHUB_STARTER_CATALOGUE", "off").start().await;
    app.somebody().await.add_film("Stalker").await;
}

async fn a_server_without_a_schema_is_not_served(database: Database) {
    let setup = Setup::untouched(database).set("FILMHUB_STARTER_CATALOGUE", "off");
    match database {
        // A file of this machine is nobody else's, so it is brought to its schema.
        Database::Sqlite => {
            setup.start().await.anyone().get("/films").await.expect(200);
        }
        Database::Postgres => {
            let message = setup.run(&["serve"]).failed();
            assert!(message.contains("run `filmhub migrate up`"), "{message}");
            assert_eq!(tables(&setup, database).await, Vec::<String>::new());
        }
    }
}

async fn upkeep_may_be_done_once(database: Database) {
    let app = App::start(database).await;
    app.somebody().await;
    let told = app.setup.run(&["worker", "--once"]).succeeded();
    assert_eq!(
        told.trim(),
        "removed 0 sessions, 0 sign-in attempts, 0 posters, 0 jobs, 0 updates of Telegram, \
         0 events"
    );
}

fn bare() -> Setup {
    Setup::untouched(Database::Sqlite)
}

#[test]
fn every_bad_setting_is_named_at_once() {
    let setup = bare()
        .write(".env", "FILMHUB_LANGUAGE=de\n")
        .write("filmhub.toml", "filmhub_workers = 0\n")
        .set("FILMHUB_PORT", "99999")
        .set("DATABASE_URL", "mysql://root:hidden@db/films")
        .set("JWT_SECRET", "too short")
        .set("FILMHUB_CORS_ORIGINS", "films.example.org")
        .set("AWS_BUCKET_NAME", "posters")
        .set("FILMHUB_TYPO", "1");
    for arguments in [
        &["config", "check"][..],
        &["config", "show"],
        &["serve"],
        &["migrate", "status"],
    ] {
        let message = setup.run(arguments).failed();
        for name in [
            "FILMHUB_LANGUAGE",
            "FILMHUB_WORKERS",
            "FILMHUB_PORT",
            "DATABASE_URL",
            "JWT_SECRET",
            "FILMHUB_CORS_ORIGINS",
            "AWS_KEY_ID",
            "AWS_ACCESS_KEY",
            "FILMHUB_TYPO",
        ] {
            assert!(message.contains(name), "no {name} in {message}");
        }
        assert!(
            !message.contains("hidden") && !message.contains("too short"),
            "{message}"
        );
    }
    assert!(!setup.data().exists());
}

#[test]
fn a_good_configuration_is_said_to_be_valid() {
    assert_eq!(
        bare().run(&["config", "check"]).succeeded(),
        "the configuration is valid\n"
    );
}

#[test]
fn settings_are_shown_with_where_they_come_from_and_secrets_masked() {
    let setup = bare()
        .write(
            ".env",
            "FILMHUB_LANGUAGE=en\nFILMHUB_PORT=1234\nJWT_SECRET=not to be seen by anybody at all\n",
        )
        .set("FILMHUB_PORT", "4321");
    let shown = setup.run(&["config", "show"]).succeeded();
    let line = |name: &str| {
        let found = shown
            .lines()
            .find(|line| line.starts_with(&format!("{name} ")));
        found
            .unwrap_or_else(|| panic!("no {name} in {shown}"))
            .to_owned()
    };
    let words = |name: &str| {
        line(name)
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        words("FILMHUB_LANGUAGE"),
        ["FILMHUB_LANGUAGE", "en", ".env"]
    );
    // The environment comes before the file.
    assert_eq!(
        words("FILMHUB_PORT"),
        ["FILMHUB_PORT", "4321", "environment"]
    );
    assert_eq!(
        words("FILMHUB_DATA_DIR"),
        ["FILMHUB_DATA_DIR", "./data", "default"]
    );
    assert!(!shown.contains("not to be seen"));
    assert!(!setup.data().exists());
}

#[tokio::test]
async fn the_env_file_in_the_working_directory_is_honoured() {
    let setup = bare().write(
        ".env",
        "FILMHUB_LANGUAGE=en\nFILMHUB_STARTER_CATALOGUE=off\nFILMHUB_DATA_DIR=./elsewhere\nTMDB_API_KEY=unused\n",
    );
    let app = setup.start().await;
    let anna = app.somebody().await;
    assert_eq!(
        anna.get("/me/watchlists/liked").await.json(200)["title"],
        "Liked"
    );
    assert!(
        app.setup
            .folder
            .path()
            .join("elsewhere/filmhub.db")
            .is_file()
    );
    assert!(!app.setup.data().exists());
}

#[tokio::test]
async fn the_document_is_printed_as_it_is_served() {
    let app = App::start(Database::Sqlite).await;
    let printed: Value = serde_json::from_str(&bare().run(&["openapi"]).succeeded()).unwrap();
    let served = app
        .anyone()
        .get("//api/schema/openapi.json")
        .await
        .json(200);
    assert_eq!(printed, served);
    assert_eq!(
        served["openapi"].as_str().map(|version| &version[..3]),
        Some("3.1")
    );
    assert!(served["paths"]["/api/v1/recommend"]["post"].is_object());
}

#[test]
fn help_tells_every_command() {
    let help = bare().run(&["--help"]).succeeded();
    for command in [
        "serve",
        "worker",
        "migrate",
        "admin",
        "openapi",
        "config",
        "healthcheck",
    ] {
        assert!(help.contains(command), "no {command} in {help}");
        let own = bare().run(&[command, "--help"]).succeeded();
        assert!(own.lines().count() > 5, "{own}");
    }
    let version = bare().run(&["--version"]).succeeded();
    assert_eq!(
        version.trim(),
        format!("filmhub {}", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn an_unknown_command_is_refused() {
    let output = bare().run(&["dance"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.contains("dance"), "{output:?}");
}
