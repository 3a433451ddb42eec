//! Films come from another catalogue.
use crate::app::{
    App, Caller, Database, Setup, eventually,
    tmdb::{FakeTmdb, STALKER, TmdbFilm},
    until,
};
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::Cursor,
    process::{Child, Stdio},
    time::{Duration, Instant},
};
use test_servers::{Reply, ScriptedServer};

stories![
    a_thin_search_is_filled_from_a_source,
    a_source_that_hangs_costs_a_search_no_more_than_its_budget,
    what_a_search_had_no_time_for_is_found_soon_after,
    details_that_a_film_lacks_come_after_it_was_opened,
    two_who_import_the_same_films_at_once_make_each_once,
    an_import_that_is_killed_loses_and_doubles_nothing,
    an_administrator_has_films_imported_and_refreshed,
    an_import_without_a_key_says_what_is_missing,
    a_poster_comes_with_its_film_from_where_posters_may_come_from,
];

const PATIENCE: Duration = Duration::from_secs(30);

struct Found {
    titles: Vec<String>,
    answered_by: String,
    took: Duration,
}

async fn search(anyone: &Caller, title: &str) -> Found {
    let start = Instant::now();
    let answer = anyone.query("/films/search", &[("title", title)]).await;
    let took = start.elapsed();
    let answered_by = answer.header("x-answered-by").to_owned();
    let films = answer.array(200);
    let title = |film: &Value| film["title"].as_str().unwrap().to_owned();
    Found {
        titles: films.iter().map(title).collect(),
        answered_by,
        took,
    }
}

async fn without_films(database: Database, tmdb: &FakeTmdb) -> Setup {
    tmdb.known_to(Setup::without_films(database).await)
}

async fn an_admin(app: &App) -> Caller {
    let admin = app.somebody().await;
    let grant = ["admin", "grant-role", &admin.email, "admin"];
    app.setup.run(&grant).succeeded();
    eventually("the role is known", PATIENCE, async || {
        let answer = admin.get("/admin/jobs").await;
        (answer.status == 200).then_some(())
    })
    .await;
    admin
}

/// The titles of all films, which are fewer than a page holds.
async fn all_titles(app: &App) -> Vec<String> {
    let page = app.anyone().get("/films?limit=100").await.json(200);
    let films = page["items"].as_array().unwrap().clone();
    let title = |film: &Value| film["title"].as_str().unwrap().to_owned();
    films.iter().map(title).collect()
}

fn all_numbered(pages: u32) -> Vec<String> {
    let mut titles: Vec<String> = (2..=pages * 2 + 1)
        .map(|number| format!("Numbered Film {number}"))
        .collect();
    titles.sort();
    titles
}

async fn a_thin_search_is_filled_from_a_source(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.knows(STALKER);
    let app = without_films(database, &tmdb).await.start().await;
    let anyone = app.anyone();
    let found = search(&anyone, "Сталкер").await;
    assert_eq!(found.titles, ["Сталкер"]);
    assert_eq!(found.answered_by, "local, tmdb");
    let films = anyone.query("/films/search", &[("title", "Сталкер")]).await;
    let id = films.array(200)[0]["id"].as_str().unwrap().to_owned();
    let details = anyone.get(&format!("/films/{id}/details")).await.json(200);
    assert_eq!(details["tmdb_id"], 1398);
    assert_eq!(details["original_title"], "Stalker");
    assert_eq!(details["directors"][0]["name"], "Andrei Tarkovsky");
    assert_eq!(
        details["ratings"],
        json!([{ "source": "tmdb", "mean": 8.1, "votes": 2200 }])
    );
    let told_by = &details["told_by"][0];
    assert_eq!(told_by["url"], "https://www.themoviedb.org/movie/1398");
    assert_eq!(
        told_by["notice"],
        "This product uses the TMDB API but is not endorsed or certified by TMDB."
    );
    // From now on it is a film of ours, which is found under both titles and without anybody's help.
    let asked = tmdb.0.count();
    for title in ["сталкер", "Stalker"] {
        eventually("the film is found", PATIENCE, async || {
            let found = search(&anyone, title).await;
            (found.titles == ["Сталкер"] && found.answered_by == "local").then_some(())
        })
        .await;
    }
    assert!(tmdb.0.count() <= asked + 2, "{:?}", tmdb.0.requests());
}

async fn a_source_that_hangs_costs_a_search_no_more_than_its_budget(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.0.answers("/3/", Reply::Hang);
    let app = tmdb
        .known_to(Setup::with_films(database).await)
        .set("FILMHUB_SEARCH_BUDGET_MS", "1000")
        .start()
        .await;
    let anyone = app.anyone();
    let thin = (0..4).map(|_| search(&anyone, "Никому не ведомый фильм"));
    let full = async {
        // While others wait for the source.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut slowest = Duration::ZERO;
        for _ in 0..5 {
            let found = search(&anyone, "The Matrix").await;
            assert_eq!(found.titles[0], "The Matrix");
            assert_eq!(found.answered_by, "local");
            slowest = slowest.max(found.took);
        }
        slowest
    };
    let (thin, slowest) = tokio::join!(futures_util::future::join_all(thin), full);
    for found in thin {
        assert_eq!(found.answered_by, "local");
        assert!(
            found.took < Duration::from_millis(2_500),
            "{:?}",
            found.took
        );
    }
    assert!(slowest < Duration::from_millis(800), "{slowest:?}");
}

async fn what_a_search_had_no_time_for_is_found_soon_after(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.0.answers("/3/", Reply::Hang);
    let app = without_films(database, &tmdb)
        .await
        .set("FILMHUB_SEARCH_BUDGET_MS", "600")
        .set("TMDB_TIMEOUT_SECONDS", "1")
        .start()
        .await;
    let anyone = app.anyone();
    assert!(search(&anyone, "Сталкер").await.titles.is_empty());
    tmdb.0.answers("/3/", Reply::status(404, "{}"));
    tmdb.knows(STALKER);
    eventually(
        "the job brings the film",
        Duration::from_mins(1),
        async || {
            all_titles(&app)
                .await
                .contains(&"Сталкер".to_owned())
                .then_some(())
        },
    )
    .await;
}

async fn details_that_a_film_lacks_come_after_it_was_opened(database: Database) {
    let tmdb = FakeTmdb::start();
    let matrix = TmdbFilm {
        number: 603,
        title: "Матрица",
        original: "The Matrix",
        year: 1999,
        imdb: "tt0133093",
    };
    tmdb.knows(matrix);
    let app = tmdb
        .known_to(Setup::with_films(database).await)
        .start()
        .await;
    let anyone = app.anyone();
    let found = anyone
        .query("/films/search", &[("title", "The Matrix")])
        .await;
    let film = found.array(200)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(tmdb.0.count(), 0);
    let path = format!("/films/{film}/details");
    let before = anyone.get(&path).await.json(200);
    assert_eq!(before["told_by"], json!([]));
    let after = eventually("the details are there", PATIENCE, async || {
        let details = anyone.get(&path).await.json(200);
        (details["told_by"] != json!([])).then_some(details)
    })
    .await;
    // What the catalogue had stays.
    for member in [
        "title",
        "description",
        "attribution",
        "directors",
        "release_year",
    ] {
        assert_eq!(after[member], before[member], "{member}");
    }
    assert_eq!(after["tmdb_id"], 603);
    assert_eq!(after["other_titles"], json!(["Матрица"]));
    let asked = tmdb.0.count();
    anyone.get(&path).await.expect(200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(tmdb.0.count(), asked);
}

/// An import in a process of its own, which prints into a file.
fn importing(setup: &Setup, name: &str) -> Child {
    let output = File::create(setup.folder.path().join(name)).unwrap();
    setup
        .command(&["import", "tmdb", "--popular", "1..6"])
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

fn printed(setup: &Setup, name: &str) -> String {
    std::fs::read_to_string(setup.folder.path().join(name)).unwrap()
}

async fn two_who_import_the_same_films_at_once_make_each_once(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.keeps_pages(6, Duration::from_millis(20));
    let app = without_films(database, &tmdb).await.start().await;
    let admin = an_admin(&app).await;
    let pages = json!({ "source": "tmdb", "from": 1, "to": 6 });
    let mut others = [importing(&app.setup, "one"), importing(&app.setup, "other")];
    admin.post("/admin/imports", &pages).await.expect(202);
    for other in &mut others {
        let status = other.wait().unwrap();
        assert!(
            status.success(),
            "{}{}",
            printed(&app.setup, "one"),
            printed(&app.setup, "other")
        );
    }
    eventually("the job is done", PATIENCE, async || {
        let jobs = admin.get("/admin/jobs?kind=import_pages").await.json(200);
        (jobs["items"][0]["state"] == "done").then_some(())
    })
    .await;
    assert_eq!(all_titles(&app).await, all_numbered(6));
}

async fn an_import_that_is_killed_loses_and_doubles_nothing(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.keeps_pages(6, Duration::from_millis(150));
    let setup = without_films(database, &tmdb).await;
    setup.run(&["migrate", "up"]).succeeded();
    let mut import = importing(&setup, "killed");
    until("three pages are done", PATIENCE, || {
        printed(&setup, "killed").contains("3 of 6 pages")
    });
    import.kill().unwrap();
    import.wait().unwrap();
    let mut again = importing(&setup, "again");
    assert!(
        again.wait().unwrap().success(),
        "{}",
        printed(&setup, "again")
    );
    let printed = printed(&setup, "again");
    let goes_on = ["going on with page 4", "going on with page 5"];
    assert!(
        goes_on.iter().any(|line| printed.contains(line)),
        "{printed}"
    );
    assert!(printed.contains("imported pages 1 to 6"), "{printed}");
    let app = setup.start().await;
    assert_eq!(all_titles(&app).await, all_numbered(6));
}

async fn an_administrator_has_films_imported_and_refreshed(database: Database) {
    let tmdb = FakeTmdb::start();
    tmdb.knows(STALKER);
    let app = without_films(database, &tmdb).await.start().await;
    let admin = an_admin(&app).await;
    let done = async |job: Value| {
        let path = format!("/admin/jobs/{}", job["id"].as_str().unwrap());
        eventually("the job is done", PATIENCE, async || {
            let job = admin.get(&path).await.json(200);
            (job["state"] == "done").then_some(())
        })
        .await;
    };
    let order = json!({ "source": "tmdb", "id": "movie/1398" });
    done(admin.post("/admin/imports", &order).await.json(202)).await;
    assert_eq!(all_titles(&app).await, ["Сталкер"]);
    let films = app.anyone().get("/films").await.json(200);
    let film = films["items"][0]["id"].as_str().unwrap().to_owned();
    let longer = TmdbFilm {
        year: 1980,
        ..STALKER
    };
    tmdb.knows(longer);
    // What was told a moment ago is in memory, in this process and in no other.
    let refreshed = app.setup.run(&["import", "tmdb", "--id", "movie/1398"]);
    assert!(refreshed.succeeded().contains("the film movie/1398"));
    let shown = app.anyone().get(&format!("/films/{film}")).await.json(200);
    assert_eq!(shown["release_year"], 1980);
    let path = format!("/admin/films/{film}/refresh");
    done(admin.post_nothing(&path).await.json(202)).await;
    let order = json!({ "count": 10 });
    done(admin.post("/admin/refreshes", &order).await.json(202)).await;
    assert_eq!(all_titles(&app).await.len(), 1);
}

async fn an_import_without_a_key_says_what_is_missing(database: Database) {
    let setup = Setup::without_films(database).await;
    let message = setup.run(&["import", "tmdb", "--popular", "1..2"]).failed();
    assert!(
        message.contains("TMDB cannot be asked without a key; set TMDB_API_KEY"),
        "{message}"
    );
    let message = setup.run(&["import", "kinopoisk", "--new", "1"]).failed();
    assert!(
        message.contains("KINOPOISK_UNOFFICIAL_KEY or KINOPOISK_DEV_KEY"),
        "{message}"
    );
    let tmdb = FakeTmdb::start();
    tmdb.0.answers("/3/", Reply::status(401, "{}"));
    let message = tmdb
        .known_to(setup)
        .run(&["import", "tmdb", "--popular", "3"])
        .failed();
    assert!(message.contains("refuses the key"), "{message}");
}

/// A film as kinopoisk.dev tells it.
fn of_kinopoisk(number: u32, name: &str, poster: &str) -> Value {
    json!({
        "id": number, "name": name, "type": "movie", "year": 1979, "movieLength": 161,
        "description": "Двое идут за третьим.", "poster": { "url": poster },
        "genres": [{ "name": "драма" }], "countries": [{ "name": "СССР" }], "persons": [],
    })
}

async fn a_poster_comes_with_its_film_from_where_posters_may_come_from(database: Database) {
    let (kinopoisk, pictures) = (ScriptedServer::start(), ScriptedServer::start());
    let inside = ScriptedServer::start();
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::new(400, 600))
        .write_to(&mut jpeg, ImageFormat::Jpeg)
        .unwrap();
    let jpeg = jpeg.into_inner();
    for server in [&pictures, &inside] {
        server.answers("/x.jpg", Reply::Document("image/jpeg", jpeg.clone()));
    }
    for (number, name, server) in [(43_970, "Сталкер", &pictures), (43_911, "Солярис", &inside)]
    {
        let film = of_kinopoisk(number, name, &format!("{}/x.jpg", server.endpoint()));
        kinopoisk.answers(
            &format!("/v1.4/movie/{number}"),
            Reply::Json(film.to_string()),
        );
    }
    let setup = Setup::without_films(database).await;
    let app = setup
        .set("KINOPOISK_DEV_KEY", "0123456789abcdef")
        .set("KINOPOISK_DEV_BASE_URL", &kinopoisk.endpoint())
        .set("FILMHUB_PICTURE_HOSTS", &pictures.endpoint())
        .set("FILMHUB_SCHEDULE_POPULAR_FILMS", "off")
        .set("FILMHUB_SCHEDULE_NEW_FILMS", "off")
        .set("FILMHUB_SCHEDULE_REFRESH", "off")
        .start()
        .await;
    let admin = an_admin(&app).await;
    for number in ["43970", "43911"] {
        let order = json!({ "source": "kinopoisk_dev", "id": number });
        admin.post("/admin/imports", &order).await.expect(202);
    }
    let shown = async |title: &str| {
        let page = app.anyone().get("/films").await.json(200);
        let films = page["items"].as_array().unwrap().clone();
        films.into_iter().find(|film| film["title"] == title)
    };
    let stalker = eventually("the poster is there", PATIENCE, async || {
        shown("Сталкер")
            .await
            .filter(|film| film["poster_url"].is_string())
    })
    .await;
    let path = format!("/films/{}/details", stalker["id"].as_str().unwrap());
    let urls = eventually("somebody has looked at it", PATIENCE, async || {
        let details = app.anyone().get(&path).await.json(200);
        details["poster_blurhash"]
            .is_string()
            .then(|| details["poster_urls"].clone())
    })
    .await;
    let url = urls["342"].as_str().unwrap();
    assert!(url.contains("/images/342/posters/"), "{url}");
    let image = app
        .anyone()
        .get_with(url, "accept", "image/webp")
        .await
        .expect(200);
    assert_eq!(image.header("content-type"), "image/webp");
    let image = image::load_from_memory_with_format(&image.body, ImageFormat::WebP).unwrap();
    assert_eq!((image.width(), image.height()), (342, 513));
    let sent = app
        .anyone()
        .get(urls["original"].as_str().unwrap())
        .await
        .expect(200);
    assert_eq!(sent.body, jpeg);
    // A film that names a place inside the network comes without its poster, and nobody goes there.
    let solaris = eventually("the other film is there", PATIENCE, async || {
        shown("Солярис").await
    });
    assert_eq!(solaris.await["poster_url"], Value::Null);
    eventually("nothing is left to do", PATIENCE, async || {
        let busy = async |state: &str| {
            let jobs = admin
                .get(&format!("/admin/jobs?state={state}"))
                .await
                .json(200);
            !jobs["items"].as_array().unwrap().is_empty()
        };
        (!busy("waiting").await && !busy("running").await).then_some(())
    })
    .await;
    assert_eq!(shown("Солярис").await.unwrap()["poster_url"], Value::Null);
    assert_eq!((pictures.count(), inside.count()), (1, 0));
}
