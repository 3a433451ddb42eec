//! Ratings of people elsewhere are imported, so that nobody is alone.
use crate::app::{App, Database, Setup, until};
use std::{
    fmt::Write,
    fs::{self, File},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

stories![
    ratings_of_people_elsewhere_come_and_go,
    an_import_of_ratings_that_is_killed_loses_and_doubles_nothing,
    files_with_a_mistake_are_refused_whole,
];

const PATIENCE: Duration = Duration::from_mins(1);
const MOVIES: &str = "movieId,title,genres\n\
     1,\"General, The (1926)\",Comedy|War\n\
     2,\"Lantern, The (2031)\",Drama|Sci-Fi\n";
const LINKS: &str = "movieId,imdbId,tmdbId\n1,0017925,\n2,9999991,\n";

/// Files of so many ratings, each rater of two films.
fn files(folder: &Path, raters: u32) {
    fs::create_dir(folder).unwrap();
    let mut ratings = "userId,movieId,rating,timestamp\n".to_owned();
    for rater in 1..=raters {
        writeln!(ratings, "{rater},1,4.5,{}", 1_000_000_000 + rater).unwrap();
        writeln!(ratings, "{rater},2,3.0,{}", 1_000_000_000 + rater).unwrap();
    }
    fs::write(folder.join("ratings.csv"), ratings).unwrap();
    fs::write(folder.join("movies.csv"), MOVIES).unwrap();
    fs::write(folder.join("links.csv"), LINKS).unwrap();
}

async fn ratings_of_people_elsewhere_come_and_go(database: Database) {
    let setup = Setup::with_films(database).await;
    files(&setup.folder.path().join("neighbours"), 3);
    let printed = setup.run(&["import", "ratings", "neighbours"]).succeeded();
    let told = "neighbours: 6 ratings by 3 raters";
    assert!(
        printed.contains(&format!("imported {told}, 1 new films")),
        "{printed}"
    );
    let again = setup.run(&["import", "ratings", "neighbours"]).succeeded();
    assert!(again.contains("nothing to do"), "{again}");
    let listed = setup.run(&["import", "ratings", "--list"]).succeeded();
    assert!(listed.contains(told), "{listed}");
    let app = setup.start().await;
    let film = the_lantern(&app).await;
    let details = app
        .anyone()
        .get(&format!("/films/{film}/details"))
        .await
        .json(200);
    assert_eq!(details["release_year"], 2031);
    assert_eq!(details["external_ids"]["imdb"], "tt9999991");
    let removed = app
        .setup
        .run(&["import", "ratings", "--remove", "neighbours"]);
    assert!(removed.succeeded().contains("removed neighbours"));
    assert!(
        !app.setup
            .run(&["import", "ratings", "--list"])
            .succeeded()
            .contains(told)
    );
    // The film stays: somebody may have it on a list.
    assert_eq!(the_lantern(&app).await, film);
}

async fn the_lantern(app: &App) -> String {
    let found = app
        .anyone()
        .query("/films", &[("year_from", "2031")])
        .await
        .json(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0]["title"], "The Lantern");
    found["items"][0]["id"].as_str().unwrap().to_owned()
}

fn importing(setup: &Setup, log: &str) -> Child {
    let log = File::create(setup.folder.path().join(log)).unwrap();
    setup
        .command(&["import", "ratings", "neighbours"])
        .stdout(log.try_clone().unwrap())
        .stderr(Stdio::from(log))
        .spawn()
        .unwrap()
}

fn printed(setup: &Setup, log: &str) -> String {
    fs::read_to_string(setup.folder.path().join(log)).unwrap()
}

async fn an_import_of_ratings_that_is_killed_loses_and_doubles_nothing(database: Database) {
    let setup = Setup::without_films(database).await;
    setup.run(&["migrate", "up"]).succeeded();
    files(&setup.folder.path().join("neighbours"), 15_000);
    let mut killed = importing(&setup, "killed");
    until("some are stored", PATIENCE, || {
        printed(&setup, "killed").contains("5000 of 30000 ratings")
    });
    killed.kill().unwrap();
    killed.wait().unwrap();
    let listed = setup.run(&["import", "ratings", "--list"]).succeeded();
    assert!(listed.contains("not imported to the end"), "{listed}");
    let mut again = importing(&setup, "again");
    assert!(
        again.wait().unwrap().success(),
        "{}",
        printed(&setup, "again")
    );
    let told = printed(&setup, "again");
    assert!(told.contains("going on after"), "{told}");
    assert!(
        told.contains("imported neighbours: 30000 ratings by 15000 raters, 0 new films"),
        "{told}"
    );
}

async fn files_with_a_mistake_are_refused_whole(database: Database) {
    let setup = Setup::without_films(database).await;
    setup.run(&["migrate", "up"]).succeeded();
    let folder = setup.folder.path().join("neighbours");
    files(&folder, 3);
    let bad = "userId,movieId,rating,timestamp\n1,1,4.5,1000000000\n1,2,11,1000000000\n";
    fs::write(folder.join("ratings.csv"), bad).unwrap();
    let message = setup.run(&["import", "ratings", "neighbours"]).failed();
    assert!(
        message.contains("ratings.csv, line 3: rating must be a multiple of 0.5"),
        "{message}"
    );
    assert_eq!(setup.run(&["import", "ratings", "--list"]).succeeded(), "");
    let app = setup.start().await;
    let films = app.anyone().get("/films").await.json(200);
    assert_eq!(films["items"].as_array().unwrap().len(), 0);
}
