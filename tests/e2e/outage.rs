//! The database is gone for a while, and everything is well again by itself.
use crate::app::{Answer, App, Caller, Database, Setup, eventually};
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::json;
use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use test_servers::PostgresServer;
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(30);
const OUTAGE: Duration = Duration::from_secs(10);

/// Two instances on one database.
async fn two_on(server: &PostgresServer) -> (App, App) {
    let setup = Setup::untouched(Database::Sqlite)
        .set("DATABASE_URL", &server.fresh_database())
        .set("JWT_SECRET", "0123456789abcdef0123456789abcdef")
        .set("FILMHUB_STARTER_CATALOGUE", "off");
    setup.run(&["migrate", "up"]).succeeded();
    let sibling = setup.sibling();
    (setup.start().await, sibling.start().await)
}

/// How often each of those who ask was served, and told to come back.
#[derive(Default)]
struct Told {
    served: [AtomicUsize; 4],
    refused: [AtomicUsize; 4],
}

fn counts(of: &[AtomicUsize; 4]) -> [usize; 4] {
    of.each_ref().map(|count| count.load(Ordering::SeqCst))
}

impl Told {
    fn note(&self, who: usize, answer: &Answer) {
        if answer.status == 503 {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
            self.refused[who].fetch_add(1, Ordering::SeqCst);
        } else {
            assert!((200..300).contains(&answer.status), "{answer:?}");
            self.served[who].fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Waits until each of them was answered so some more times.
    async fn some_more(&self, what: &str, of: &[AtomicUsize; 4]) {
        let before = counts(of);
        eventually(what, PATIENCE, async || {
            let mut pairs = counts(of).into_iter().zip(before);
            pairs.all(|(now, before)| now > before + 5).then_some(())
        })
        .await;
    }
}

/// Reads and writes without a pause, until it is dropped.
fn load(anna: &Caller, film: &str, told: &Arc<Told>) -> JoinSet<()> {
    let mut load = JoinSet::new();
    for who in 0..4 {
        let (anna, film, told) = (anna.clone(), film.to_owned(), Arc::clone(told));
        load.spawn(async move {
            loop {
                let answer = match who {
                    0 => anna.get(&format!("/films/{film}")).await,
                    1 => anna.query("/films/search", &[("title", "Stalker")]).await,
                    2 => anna.get("/me/watchlists/wish/items").await,
                    _ => {
                        let body = json!({ "film_id": film });
                        anna.put("/me/watchlists/wish/items/add", &body).await
                    }
                };
                told.note(who, &answer);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    load
}

async fn is_found(anyone: &Caller, title: &str) {
    eventually("the index has followed", PATIENCE, async || {
        let answer = anyone.query("/films/search", &[("title", title)]).await;
        if answer.status != 200 {
            return None;
        }
        let films = answer.array(200);
        let best = films.first()?;
        (best["title"] == title).then_some(())
    })
    .await;
}

async fn set_poster(anna: &Caller, film: &str) {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::new(30, 45))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let part = Part::bytes(bytes.into_inner()).file_name("poster.png");
    let form = Form::new().part("file", part);
    let path = format!("/films/{film}/poster");
    let request = anna.request(Method::PUT, &path).multipart(form);
    anna.send(request).await.done();
}

#[tokio::test]
async fn a_database_that_is_gone_for_ten_seconds_leaves_nothing_behind() {
    let mut server = PostgresServer::durable();
    let (mut app, mut other) = two_on(&server).await;
    let anna = app.somebody().await;
    let film = anna.add_film("Stalker").await;
    is_found(&anna, "Stalker").await;
    let told = Arc::new(Told::default());
    let mut load = load(&anna, &film, &told);
    told.some_more("everybody is served", &told.served).await;

    server.stop();
    for path in ["/me", "/films?limit=1", "/me/watchlists/liked/items"] {
        let answer = anna.get(path).await.expect(503);
        answer.problem(503, "store.unavailable");
    }
    let title = json!({ "title": "Rainy days" });
    let refused = anna.post("/me/watchlists", &title).await;
    refused.problem(503, "store.unavailable");
    eventually("it says so", PATIENCE, async || {
        (anna.get("//readyz").await.status == 503).then_some(())
    })
    .await;
    anna.get("//healthz").await.expect(200);
    tokio::time::sleep(OUTAGE).await;
    told.some_more("everybody is told", &told.refused).await;
    server.start_again();

    eventually("it is well again", PATIENCE, async || {
        (anna.get("//readyz").await.status == 200).then_some(())
    })
    .await;
    told.some_more("everybody is served again", &told.served)
        .await;
    // Whoever asks panics at any other answer.
    assert!(load.try_join_next().is_none());
    load.shutdown().await;
    // Nobody had to do anything for those who work beside requests either.
    let film = anna.add_film("Solaris").await;
    is_found(&anna, "Solaris").await;
    set_poster(&anna, &film).await;
    let details = format!("/films/{film}/details");
    eventually("a job has looked at the poster", PATIENCE, async || {
        let details = anna.get(&details).await.json(200);
        details["poster_blurhash"].is_string().then_some(())
    })
    .await;
    let there = other.anyone().with_token(anna.token());
    there.get("/me").await.expect(200);
    anna.post_nothing("/auth/logout").await.done();
    eventually("the other gate has learned of it", PATIENCE, async || {
        (there.get("/me").await.status == 401).then_some(())
    })
    .await;
    for line in [
        "ended sessions could not be read, trying again",
        "the search index could not be brought up to date",
        "the queue of jobs does not answer, trying again",
    ] {
        assert!(app.log().contains(line), "the log does not tell: {line}");
    }
    assert!(app.has_ended().is_none() && other.has_ended().is_none());
    app.stop();
    other.stop();
}
