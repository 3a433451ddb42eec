//! Texts become numbers at a model's server, and films are found by them.
use super::config;
use crate::contract::Bench;
use application::{
    assistant::ports::{Embedder, ModelError, ModelState},
    catalogue::ports::{EmbeddedFilm, MeaningIndex},
    fakes::{Fixture, a_film, opening_time},
};
use domain::catalogue::{Film, FilmId, Meaning};
use infrastructure::assistant::{ModelConnection, OpenAiEmbedder, OpenAiEmbedderParameters};
use shaku::{HasComponent, module};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use test_servers::{ModelAnswer, ModelServer};

const PATIENCE: Duration = Duration::from_secs(10);

module! {
    EmbedderModule { components = [OpenAiEmbedder], providers = [] }
}

fn embedder_at(connection: Option<Arc<ModelConnection>>) -> Arc<dyn Embedder> {
    let module = EmbedderModule::builder()
        .with_component_parameters::<OpenAiEmbedder>(OpenAiEmbedderParameters { connection });
    module.build().resolve()
}

fn embedder_of(server: &ModelServer) -> Arc<dyn Embedder> {
    embedder_at(Some(ModelConnection::prepare(&config(server)).unwrap()))
}

#[tokio::test]
async fn without_a_server_there_are_no_numbers() {
    let embedder = embedder_at(None);
    assert_eq!(
        (embedder.state(), embedder.model()),
        (ModelState::NotConfigured, None)
    );
    let refused = embedder.embed(&["heist"], PATIENCE).await;
    assert!(matches!(refused, Err(ModelError::NotReady)));
}

#[tokio::test]
async fn texts_are_asked_for_together_and_told_in_their_order() {
    let server = ModelServer::start(|request| ModelAnswer::numbers(request, 64));
    let embedder = embedder_of(&server);
    assert_eq!(embedder.model().as_deref(), Some("small"));
    let texts = [
        "a heist in Los Angeles",
        "a spaceship",
        "heist, in los ANGELES",
    ];
    let meanings = embedder.embed(&texts, PATIENCE).await.unwrap();
    assert_eq!((meanings.len(), meanings[0].dimensions()), (3, 64));
    assert_eq!(meanings[0], meanings[2]);
    assert_ne!(meanings[0], meanings[1]);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/v1/embeddings");
    assert_eq!(requests[0].authorization.as_deref(), Some("Bearer hidden"));
    assert_eq!(requests[0].body["model"], "small");
    assert_eq!(requests[0].body["input"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_server_that_misbehaves_is_told_of_and_left_alone() {
    let misbehaved = |answer: ModelAnswer| async move {
        let server = ModelServer::start(move |_| answer.clone());
        let embedder = embedder_of(&server);
        let failure = embedder.embed(&["heist"], Duration::from_millis(800)).await;
        (failure.unwrap_err(), embedder, server)
    };
    let page = ModelAnswer::Raw("text/html".to_owned(), "<html>".to_owned());
    let (failure, ..) = misbehaved(page).await;
    assert!(matches!(failure, ModelError::Unreadable), "{failure:?}");
    let empty = ModelAnswer::Raw("application/json".to_owned(), r#"{"data":[]}"#.to_owned());
    let (failure, ..) = misbehaved(empty.clone()).await;
    assert!(matches!(failure, ModelError::Unreadable), "{failure:?}");
    let late = ModelAnswer::Late(Duration::from_secs(5), Box::new(empty));
    let (failure, ..) = misbehaved(late).await;
    assert!(matches!(failure, ModelError::TooSlow), "{failure:?}");
    let huge = ModelAnswer::Raw("application/json".to_owned(), " ".repeat(3 * 1024 * 1024));
    let (failure, ..) = misbehaved(huge).await;
    assert!(matches!(failure, ModelError::Failed(_)), "{failure:?}");
    let (failure, embedder, server) = misbehaved(ModelAnswer::Status(500, Vec::new())).await;
    assert!(matches!(failure, ModelError::Failed(_)), "{failure:?}");
    for _ in 0..4 {
        embedder.embed(&["heist"], PATIENCE).await.unwrap_err();
    }
    assert_eq!(embedder.state(), ModelState::Resting);
    assert_eq!(server.requests().len(), 3);
}

/// Stores films with what they mean.
async fn store(bench: &Bench, embedder: &dyn Embedder, films: &[Film]) {
    let model = embedder.model().unwrap();
    for film in films {
        bench.has_film(film).await;
    }
    let lacking = bench.meanings().list_lacking(&model, 50).await.unwrap();
    let texts: Vec<&str> = lacking.iter().map(|film| film.text.as_str()).collect();
    let meanings = embedder.embed(&texts, PATIENCE).await.unwrap();
    let in_numbers: Vec<EmbeddedFilm> = lacking
        .iter()
        .cloned()
        .zip(meanings)
        .map(|(film, meaning)| EmbeddedFilm { film, meaning })
        .collect();
    let uow = bench.store().begin().await.unwrap();
    let meanings = uow.meanings();
    meanings
        .save(&model, &in_numbers, opening_time())
        .await
        .unwrap();
    uow.commit().await.unwrap();
}

async fn eventually(index: &dyn MeaningIndex, meant: &Meaning, expected: &[FilmId]) {
    let since = Instant::now();
    loop {
        let found = index.nearest(meant.clone(), 1).await;
        if found == expected {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Reads what is stored once somebody searches, and finds the film that means the like.
async fn stored_meanings_are_found(bench: Bench, server: &ModelServer) {
    let embedder = embedder_of(server);
    let film = |title, words| a_film().titled(title).described(words).build();
    let films = [
        film("Heat", "A heist in Los Angeles."),
        film("Alien", "Something is aboard the spaceship."),
    ];
    store(&bench, &*embedder, &films).await;
    let index: &dyn MeaningIndex = bench.ports.resolve_ref();
    let mut meant = embedder
        .embed(&["aboard a spaceship"], PATIENCE)
        .await
        .unwrap();
    let meant = meant.pop().unwrap();
    eventually(index, &meant, &[films[1].id]).await;
    // Numbers of another space mean nothing here.
    let other = Meaning::from_numbers(&[1.0]).unwrap();
    assert_eq!(index.nearest(other, 9).await, []);
}

#[tokio::test]
async fn stored_meanings_are_found_on_both_databases() {
    let server = ModelServer::start(|request| ModelAnswer::numbers(request, 256));
    let connection = ModelConnection::prepare(&config(&server)).unwrap();
    for bench in [
        Bench::sqlite_with_model(Arc::clone(&connection)).await,
        Bench::postgres_with_model(connection).await,
    ] {
        stored_meanings_are_found(bench, &server).await;
    }
}
