//! Copies of what is kept, and the way back.
use crate::{
    app::{App, Caller, Database, Output, Setup},
    posters::{put, red},
};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};
use test_servers::PostgresServer;

stories![
    what_was_kept_comes_back,
    a_backup_is_brought_up_to_date,
    a_database_that_is_there_is_not_overwritten,
];

/// Where a setup's backup lies.
fn folder(setup: &Setup) -> PathBuf {
    setup.folder.path().join("backup")
}

fn back_up(setup: &Setup) -> String {
    setup.run(&["backup", "backup"]).succeeded()
}

/// Somewhere else to bring a backup to; a database on a server is there already.
fn elsewhere(setup: &Setup, database: Database) -> Setup {
    match database {
        Database::Sqlite => Setup::untouched(database),
        Database::Postgres => copy_of_server(setup),
    }
}

/// Another database with all that is in this one, by the ways of the server.
fn copy_of_server(setup: &Setup) -> Setup {
    let server = PostgresServer::shared();
    let copy = Setup::untouched(Database::Postgres);
    let dump = setup.folder.path().join("films.dump");
    let made = server
        .tool("pg_dump")
        .args(["--format=custom", "--file"])
        .arg(&dump)
        .arg(setup.database_url())
        .status();
    assert!(made.unwrap().success());
    let read = server
        .tool("pg_restore")
        .args(["--no-owner", "--exit-on-error", "--dbname"])
        .arg(copy.database_url())
        .arg(dump)
        .status();
    assert!(read.unwrap().success());
    copy
}

fn restore(from: &Path, setup: &Setup) -> Output {
    setup.run(&["restore", from.to_str().unwrap()])
}

async fn wish(user: &Caller, film: &str) {
    let body = json!({ "film_id": film });
    let path = "/me/watchlists/wish/items/add";
    user.put(path, &body).await.done();
}

async fn wishes(user: &Caller) -> usize {
    let films = user.get("/me/watchlists/wish/items").await.array(200);
    films.len()
}

async fn what_was_kept_comes_back(database: Database) {
    let app = App::start(database).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    put(&anna, &film, red()).await.done();
    wish(&anna, &film).await;

    // The service runs meanwhile.
    let told = back_up(&app.setup);
    let is_all = database == Database::Sqlite;
    assert_eq!(told.contains("database of"), is_all, "{told}");
    assert_eq!(told.contains("pg_dump"), !is_all, "{told}");
    let copy = elsewhere(&app.setup, database);
    let later = anna.add_film("Solaris").await;
    wish(&anna, &later).await;

    restore(&folder(&app.setup), &copy).succeeded();
    let copy = copy.set("FILMHUB_STARTER_CATALOGUE", "off").start().await;
    // The secret came along, so that nobody has to sign in again.
    let token = anna.token().to_owned();
    let anna = copy.anyone().with_token(&token);
    assert_eq!(wishes(&anna).await, 1);
    let shown = anna.get(&format!("/films/{film}")).await.json(200);
    let url = shown["poster_url"].as_str().unwrap();
    let path = url.split_once("/images").unwrap().1;
    anna.get(&format!("//images{path}")).await.expect(200);
    anna.get(&format!("/films/{later}")).await.expect(404);
}

async fn a_backup_is_brought_up_to_date(database: Database) {
    // Images of posters would be made at any moment.
    let setup = Setup::without_films(database).await;
    let app = setup.set("FILMHUB_JOBS", "off").start().await;
    let anna = app.somebody().await;
    let (first, second) = (
        anna.add_film("Mirror").await,
        anna.add_film("Solaris").await,
    );
    put(&anna, &first, red()).await.done();
    back_up(&app.setup);
    let posters = || fs::read_dir(folder(&app.setup).join("files/posters")).unwrap();
    assert_eq!(posters().count(), 1);

    put(&anna, &second, red()).await.done();
    anna.delete(&format!("/films/{first}/poster")).await.done();
    let told = back_up(&app.setup);
    assert!(!told.contains(" 0 of them"), "{told}");
    // A dump of a server may be older than what was removed.
    let left = if database == Database::Sqlite { 1 } else { 2 };
    assert_eq!(posters().count(), left);
    let databases = fs::read_dir(folder(&app.setup)).unwrap();
    let databases = databases
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("database-"));
    assert_eq!(databases.count(), usize::from(database == Database::Sqlite));
    // Once more, and nothing has to be copied.
    let told = back_up(&app.setup);
    assert!(told.contains(" 0 of them"), "{told}");
}

async fn a_database_that_is_there_is_not_overwritten(database: Database) {
    let app = App::start(database).await;
    app.somebody().await;
    back_up(&app.setup);
    let backup = folder(&app.setup);
    match database {
        Database::Sqlite => {
            let message = restore(&backup, &app.setup).failed();
            assert!(message.contains("move it away first"), "{message}");
            let server = Setup::untouched(Database::Postgres);
            let message = restore(&backup, &server).failed();
            assert!(message.contains("names a server"), "{message}");
        }
        Database::Postgres => {
            let message = restore(&backup, &Setup::untouched(Database::Sqlite)).failed();
            assert!(message.contains("it holds no database"), "{message}");
        }
    }
}

/// An instance that has been used, and its backup.
async fn backed_up() -> (App, PathBuf) {
    let app = App::start(Database::Sqlite).await;
    app.somebody().await;
    back_up(&app.setup);
    let backup = folder(&app.setup);
    (app, backup)
}

#[tokio::test]
async fn what_is_damaged_or_newer_or_no_backup_is_refused() {
    let (_app, backup) = backed_up().await;
    let copy = Setup::untouched(Database::Sqlite);
    let refused = |because: &str| {
        let message = restore(&backup, &copy).failed();
        assert!(message.contains(because), "{because}: {message}");
        assert!(!copy.data().exists(), "{because}");
    };
    let manifest = backup.join("backup.json");
    let text = fs::read_to_string(&manifest).unwrap();

    let newer = text.replace("\"schema\": \"m", "\"schema\": \"z");
    fs::write(&manifest, newer).unwrap();
    refused("newer than this one");
    fs::write(&manifest, "{").unwrap();
    refused("cannot be understood");
    fs::remove_file(&manifest).unwrap();
    refused("no whole backup");

    fs::write(&manifest, &text).unwrap();
    let held: serde_json::Value = serde_json::from_str(&text).unwrap();
    let database = backup.join(held["database"]["file"].as_str().unwrap());
    let mut bytes = fs::read(&database).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&database, bytes).unwrap();
    refused("is damaged");
}

#[tokio::test]
async fn a_backup_of_which_files_are_missing_is_refused() {
    let (_app, backup) = backed_up().await;
    fs::remove_file(backup.join("jwt_secret")).unwrap();
    let copy = Setup::untouched(Database::Sqlite);
    let message = restore(&backup, &copy).failed();
    assert!(message.contains("holds 0 of 1 files"), "{message}");
    assert!(!copy.data().join("filmhub.db").exists());
}

#[tokio::test]
async fn a_backup_waits_for_no_other_and_goes_on_where_one_was_broken_off() {
    let app = App::start(Database::Sqlite).await;
    let backup = folder(&app.setup);
    fs::create_dir(&backup).unwrap();
    for left in [
        ".draft-backup.json",
        ".draft-database-new.db",
        ".draft-jwt_secret",
    ] {
        fs::write(backup.join(left), "half").unwrap();
    }
    let held = fs::File::open(&backup).unwrap();
    held.lock().unwrap();
    let message = app.setup.run(&["backup", "backup"]).failed();
    assert!(
        message.contains("another backup is being made"),
        "{message}"
    );
    held.unlock().unwrap();
    back_up(&app.setup);
    restore(&backup, &Setup::untouched(Database::Sqlite)).succeeded();
}

#[tokio::test]
async fn a_folder_of_something_else_is_left_alone() {
    let app = App::start(Database::Sqlite).await;
    let theirs = app.setup.folder.path().join("letters");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("letter.txt"), "Dear Anna").unwrap();
    let message = app.setup.run(&["backup", "letters"]).failed();
    assert!(message.contains("neither empty nor a backup"), "{message}");
    assert_eq!(fs::read_dir(theirs).unwrap().count(), 1);
}

#[tokio::test]
async fn a_backup_is_of_one_moment_while_others_write() {
    let app = App::start(Database::Sqlite).await;
    let anna = app.somebody().await;
    let backup = folder(&app.setup);
    let command = app.setup.command(&["backup", "backup"]).spawn();
    let mut command = command.unwrap();
    while command.try_wait().unwrap().is_none() {
        let film = anna.add_film("Stalker").await;
        wish(&anna, &film).await;
    }
    assert!(command.wait().unwrap().success());
    let copy = Setup::untouched(Database::Sqlite);
    restore(&backup, &copy).succeeded();
    let copy = copy.set("FILMHUB_STARTER_CATALOGUE", "off").start().await;
    let token = anna.token().to_owned();
    // What was added later is not in it, and what is in it is whole.
    let there = wishes(&copy.anyone().with_token(&token)).await;
    assert!(there <= wishes(&anna).await);
    copy.somebody().await.add_film("Mirror").await;
}
