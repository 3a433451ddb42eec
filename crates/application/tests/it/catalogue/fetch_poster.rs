//! Posters that come from other catalogues, and the images made of them ahead of time.
use crate::support::code;
use application::{
    catalogue::{
        fetch_poster::{FetchPoster, FetchPosterError},
        imports::ImportFilms,
    },
    fakes::{PictureTrouble, World, a_film, a_poster_of, a_sourced_film, a_user},
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::actor::Actor,
    upkeep::tidy_up::TidyUp,
};
use async_trait::async_trait;
use domain::catalogue::{ExternalSource, FilmId, PosterKey, PosterUrl, SourceName};
use shaku::HasComponents;
use std::sync::Arc;

const URL: &str = "https://image.tmdb.org/t/p/original/a.jpg";

async fn fetch(world: &World, film: FilmId) -> Result<Option<PosterKey>, FetchPosterError> {
    world.run(&Actor::System, FetchPoster { film }).await
}

fn poster_of(world: &World, film: FilmId) -> Option<PosterKey> {
    world.stored().film(film).unwrap().poster.clone()
}

struct NoProgress;

#[async_trait]
impl Progress for NoProgress {
    async fn report(&self, _: u64, _: Option<u64>) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Does the job of a film.
async fn make_images(world: &World, film: FilmId) -> Result<(), TaskFailure> {
    let application = world.application();
    let handlers: &[Arc<dyn TaskHandler>] = application.resolve_all();
    let mut handlers = handlers.iter();
    let handler = handlers.find(|handler| handler.kind() == TaskKind::MakeImages);
    let task = Task::MakeImages { film };
    handler.unwrap().handle(&task, &NoProgress).await
}

/// A world with a film whose poster a source shows.
async fn told_of() -> (World, FilmId) {
    let world = World::new();
    let told = a_sourced_film(SourceName::Tmdb, "movie/603")
        .known_as(ExternalSource::Imdb, "tt0133093")
        .with(|film| film.poster = PosterUrl::parse(URL).ok())
        .build();
    let request = ImportFilms {
        told: vec![told],
        reached: None,
    };
    let tally = world.run(&Actor::System, request).await.unwrap();
    world.fetcher.has(URL, Ok("JPEG there"));
    (world, tally.films[0].unwrap())
}

#[tokio::test]
async fn a_film_that_a_source_tells_of_orders_its_pictures() {
    let (world, film) = told_of().await;
    let jobs = world.stored().all_jobs();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].task, Some(Task::MakeImages { film }));
}

#[tokio::test]
async fn a_film_gets_the_poster_that_its_source_shows_once() {
    let (world, film) = told_of().await;
    let poster = fetch(&world, film).await.unwrap().unwrap();
    assert_eq!(poster_of(&world, film), Some(poster.clone()));
    assert_eq!(world.posters.bytes_of(&poster).unwrap(), "JPEG there");
    assert!(world.stored().obsolete_posters().is_empty());
    world.fetcher.has(URL, Ok("JPEG another"));
    assert_eq!(fetch(&world, film).await.unwrap(), Some(poster));
}

#[tokio::test]
async fn what_no_source_shows_is_left_as_it_is() {
    let world = World::new();
    let bare = world.has(a_film()).id;
    assert_eq!(fetch(&world, bare).await.unwrap(), None);
    make_images(&world, bare).await.unwrap();
    assert_eq!(poster_of(&world, bare), None);
}

#[tokio::test]
async fn a_film_of_a_user_is_left_to_the_user() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film().owned_by(anna.id)).id;
    assert_eq!(fetch(&world, film).await.unwrap(), None);
    let actor = world.signed_in(&anna);
    let refused = world.run(&actor, FetchPoster { film }).await;
    assert_eq!(code(refused), "identity.not_operator");
}

#[tokio::test]
async fn what_is_no_picture_is_not_stored() {
    let (world, film) = told_of().await;
    world.fetcher.has(URL, Ok("<html>"));
    assert_eq!(code(fetch(&world, film).await), "catalogue.not_a_picture");
    world.fetcher.has(URL, Err(PictureTrouble::NotAllowed));
    let refused = fetch(&world, film).await;
    assert_eq!(code(refused), "catalogue.picture_not_allowed");
    assert_eq!(world.posters.count(), 0);
    assert_eq!(poster_of(&world, film), None);
}

#[tokio::test]
async fn a_job_fetches_the_poster_and_makes_its_images() {
    let (world, film) = told_of().await;
    make_images(&world, film).await.unwrap();
    assert!(poster_of(&world, film).is_some());
    let made = world.posters.image_count();
    assert!(made >= 10, "{made}");
    make_images(&world, film).await.unwrap();
    assert_eq!(world.posters.image_count(), made);
}

#[tokio::test]
async fn a_job_has_nothing_to_do_where_there_is_no_picture() {
    let (world, film) = told_of().await;
    for nothing in [Ok("<html>"), Ok("HUGE"), Err(PictureTrouble::NotAllowed)] {
        world.fetcher.has(URL, nothing);
        make_images(&world, film).await.unwrap();
    }
    let gone = World::new().has(a_film()).id;
    make_images(&World::new(), gone).await.unwrap();
    assert_eq!(world.posters.count(), 0);
}

#[tokio::test]
async fn a_job_is_tried_again_when_something_does_not_answer() {
    let (world, film) = told_of().await;
    world.fetcher.has(URL, Err(PictureTrouble::Unavailable));
    let failed = make_images(&world, film).await;
    assert!(matches!(failed, Err(TaskFailure::Retry { .. })));
    world.fetcher.has(URL, Ok("JPEG there"));
    world.images.set_busy(true);
    let failed = make_images(&world, film).await;
    assert!(matches!(failed, Err(TaskFailure::Retry { .. })));
    world.images.set_busy(false);
    make_images(&world, film).await.unwrap();
}

#[tokio::test]
async fn a_poster_that_came_before_anybody_looked_is_looked_at_by_a_job() {
    let world = World::new();
    let bare = world.has(a_film());
    let poster = a_poster_of(bare.id, "JPEG old");
    let film = world.has(a_film().with_poster(poster.clone())).id;
    world.posters.has(&poster, "JPEG old");
    world.run(&Actor::System, TidyUp).await.unwrap();
    world.run(&Actor::System, TidyUp).await.unwrap();
    let ordered: Vec<Task> = world
        .stored()
        .all_jobs()
        .into_iter()
        .filter_map(|job| job.task)
        .collect();
    assert_eq!(ordered, [Task::MakeImages { film }]);
    make_images(&world, film).await.unwrap();
    let looks = world.stored().film(film).unwrap().poster_looks.clone();
    assert!(looks.is_some());
    let revision = world.stored().film(film).unwrap().revision;
    make_images(&world, film).await.unwrap();
    assert_eq!(world.stored().film(film).unwrap().revision, revision);
}

#[tokio::test]
async fn a_new_poster_is_looked_at_when_it_comes() {
    let (world, film) = told_of().await;
    fetch(&world, film).await.unwrap();
    assert!(world.stored().film(film).unwrap().poster_looks.is_some());
}
