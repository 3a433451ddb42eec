//! Films come from other catalogues.
use crate::support::code;
use application::{
    catalogue::{
        imports::{ImportFilms, RefreshFilm},
        search_films::{Answerer, SearchAnswer, SearchFilms, SearchLimit},
        show_film::{ShowFilm, ShowFilmDetails},
        sources::SourceList,
    },
    fakes::{SourceTrouble, SourcedFilmBuilder, World, a_film, a_genre, a_sourced_film, a_user},
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{actor::Actor, failure::Failure},
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{
    catalogue::{Depth, ExternalSource, FilmId, SourceName, SourceRef, SourcedFilm},
    shared::Language,
};
use shaku::HasComponents;
use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

const TMDB: SourceName = SourceName::Tmdb;

fn stalker() -> SourcedFilmBuilder {
    a_sourced_film(TMDB, "movie/1398")
        .titled("Сталкер")
        .originally("Stalker")
        .of_year(1979)
        .directed_by("Andrei Tarkovsky")
        .of_genre("drama")
}

fn a_search(title: &str) -> SearchFilms {
    SearchFilms {
        title: Some(title.to_owned()),
        description: None,
        limit: SearchLimit::default(),
        language: Language::Russian,
    }
}

async fn search(world: &World, title: &str) -> SearchAnswer {
    world.run(&Actor::Anonymous, a_search(title)).await.unwrap()
}

fn titles(answer: &SearchAnswer) -> Vec<&str> {
    let films = answer.films.iter();
    films.map(|film| film.card.title.as_str()).collect()
}

/// Notes what a handler tells, and calls the job off when it is told to.
#[derive(Default)]
struct Noted {
    steps: Mutex<Vec<(u64, Option<u64>)>>,
    is_cancelled: AtomicBool,
}

#[async_trait]
impl Progress for Noted {
    async fn report(&self, done: u64, total: Option<u64>) {
        self.steps.lock().unwrap().push((done, total));
    }
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::SeqCst)
    }
}

async fn handle(world: &World, task: &Task, progress: &Noted) -> Result<(), TaskFailure> {
    let application = world.application();
    let handlers: &[std::sync::Arc<dyn TaskHandler>] = application.resolve_all();
    let handler = handlers
        .iter()
        .find(|handler| handler.kind() == task.kind());
    handler.unwrap().handle(task, progress).await
}

#[tokio::test]
async fn a_thin_search_is_filled_from_a_source() {
    let world = World::new();
    world.has(a_genre("Drama"));
    world.sources.know(stalker().build());
    let answer = search(&world, "сталкер").await;
    assert_eq!(titles(&answer), ["Сталкер"]);
    assert_eq!(
        answer.answered_by,
        [Answerer::Local, Answerer::Source(TMDB)]
    );
    assert_eq!(world.index.nudges(), 1);
    // Now it is here, and nobody is asked any more.
    let asked = world.sources.asked().len();
    let again = search(&world, "сталкер").await;
    assert_eq!(again.films, answer.films);
    assert_eq!(again.answered_by, [Answerer::Local]);
    assert_eq!(world.sources.asked().len(), asked);
}

#[tokio::test]
async fn what_the_catalogue_has_is_recognised_in_what_a_source_knows() {
    let world = World::new();
    let own = world.has(a_film().titled("Stalker").released_in(1979));
    world.sources.know(stalker().build());
    let answer = search(&world, "Сталкер").await;
    assert_eq!(answer.films[0].card.id, own.id);
    assert_eq!(world.stored().film_count(), 1);
}

#[tokio::test]
async fn a_search_that_finds_what_is_meant_asks_nobody() {
    let world = World::new();
    world.has(a_film().titled("Stalker"));
    world.sources.know(stalker().build());
    let answer = search(&world, "stalker").await;
    assert_eq!(answer.answered_by, [Answerer::Local]);
    assert!(world.sources.asked().is_empty());
    search(&world, "??").await;
    assert!(world.sources.asked().is_empty());
}

#[tokio::test]
async fn without_a_source_nobody_waits_and_nothing_is_owed() {
    let world = World::new();
    let answer = search(&world, "сталкер").await;
    assert!(answer.films.is_empty());
    assert_eq!(answer.answered_by, [Answerer::Local]);
    assert_eq!(world.background.waiting(), 0);
    assert!(world.stored().waiting_tasks().is_empty());
}

#[tokio::test]
async fn what_a_source_is_out_of_order_for_is_left_to_a_job() {
    let world = World::new();
    world.sources.know(stalker().build());
    world.sources.trouble(TMDB, SourceTrouble::Unavailable);
    let answer = search(&world, "Сталкер").await;
    assert_eq!(answer.answered_by, [Answerer::Local]);
    let owed = Task::SearchSources {
        title: "Сталкер".to_owned(),
        language: Language::Russian,
    };
    assert_eq!(world.stored().waiting_tasks(), [&owed]);
    let failed = handle(&world, &owed, &Noted::default()).await;
    assert!(
        matches!(failed, Err(TaskFailure::Retry { .. })),
        "{failed:?}"
    );
    world.sources.heal(TMDB);
    handle(&world, &owed, &Noted::default()).await.unwrap();
    assert_eq!(titles(&search(&world, "Сталкер").await), ["Сталкер"]);
}

#[tokio::test]
async fn a_source_that_hangs_holds_nobody_up() {
    let world = World::new();
    world.sources.know(stalker().build());
    world.sources.hang();
    world.background.let_time_fly();
    let answer = search(&world, "Сталкер").await;
    assert!(answer.films.is_empty());
    assert_eq!(answer.answered_by, [Answerer::Local]);
}

#[tokio::test]
async fn searches_for_the_same_share_one_answer() {
    let world = World::new();
    world.sources.know(stalker().build());
    let searches = (0..5).map(|_| search(&world, "Сталкер"));
    let answers = futures_util::future::join_all(searches).await;
    assert!(answers.iter().all(|answer| titles(answer) == ["Сталкер"]));
    // Once for the title, once for everything of the film.
    assert_eq!(world.sources.asked(), [TMDB, TMDB]);
    world.background.work_off().await;
    assert_eq!(world.sources.asked().len(), 2);
}

#[tokio::test]
async fn a_film_that_lacks_details_gets_them_after_it_was_opened() {
    let world = World::new();
    let film = world.has(
        a_film()
            .titled("Stalker")
            .released_in(1979)
            .known_as("imdb", "tt0079944"),
    );
    let told = stalker().known_as(ExternalSource::Imdb, "tt0079944");
    world.sources.know(told.build());
    let show = ShowFilmDetails { film: film.id };
    let shown = world.run(&Actor::Anonymous, show).await.unwrap();
    assert!(!shown.film.card.is_complete);
    assert!(
        world.sources.asked().is_empty(),
        "somebody waited for a source"
    );
    world.background.work_off().await;
    let task = Task::CompleteFilm { film: film.id };
    assert_eq!(world.stored().waiting_tasks(), [&task]);
    handle(&world, &task, &Noted::default()).await.unwrap();
    let show = ShowFilmDetails { film: film.id };
    let shown = world.run(&Actor::Anonymous, show).await.unwrap();
    assert!(shown.film.card.is_complete);
    assert_eq!(shown.directors.len(), 1);
    assert_eq!(shown.told_by[0].at.source(), TMDB);
    assert_eq!(shown.other_titles, ["Сталкер"]);
}

#[tokio::test]
async fn a_film_is_asked_for_once_in_some_hours() {
    let world = World::new();
    let film = world.has(a_film().known_as("imdb", "tt0079944"));
    world.sources.are([TMDB]);
    let open = async || {
        world
            .run(&Actor::Anonymous, ShowFilm { film: film.id })
            .await
            .unwrap();
        let started = world.background.waiting();
        world.background.work_off().await;
        started
    };
    assert_eq!(open().await, 1);
    assert_eq!(open().await, 0);
    // Nothing has come of it, and nobody asks again at once, in whatever process.
    world.clock.advance(Duration::hours(5));
    assert_eq!(open().await, 1);
    assert_eq!(world.stored().waiting_tasks().len(), 1);
}

#[tokio::test]
async fn neither_own_films_nor_complete_ones_are_asked_for() {
    let world = World::new();
    let anna = world.has(a_user());
    let own = world.has(a_film().owned_by(anna.id));
    world.sources.know(stalker().build());
    let told = vec![stalker().build()];
    let import = ImportFilms {
        told,
        reached: None,
    };
    let tally = world.run(&Actor::System, import).await.unwrap();
    for film in [own.id, tally.films[0].unwrap()] {
        world
            .run(&Actor::Anonymous, ShowFilm { film })
            .await
            .unwrap();
    }
    assert_eq!(world.background.waiting(), 0);
}

#[tokio::test]
async fn only_the_operator_imports_and_refreshes() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film());
    for actor in [Actor::Anonymous, world.signed_in(&anna)] {
        let refused = world.run(&actor, ImportFilms::default()).await;
        assert!(code(refused).starts_with("identity."));
        let refresh = RefreshFilm { film: film.id };
        let refused = world.run(&actor, refresh).await;
        assert!(code(refused).starts_with("identity."));
    }
}

async fn refresh(world: &World, film: FilmId) -> Result<usize, String> {
    let outcome = world.run(&Actor::System, RefreshFilm { film }).await;
    outcome
        .map(|tally| tally.changed)
        .map_err(|failure| failure.code().to_owned())
}

#[tokio::test]
async fn a_film_is_refreshed_where_it_was_found() {
    let world = World::new();
    let told = vec![stalker().build()];
    let tally = world
        .run(
            &Actor::System,
            ImportFilms {
                told,
                reached: None,
            },
        )
        .await
        .unwrap();
    let film = tally.films[0].unwrap();
    world.sources.are([TMDB]);
    assert_eq!(
        refresh(&world, film).await,
        Err("catalogue.unknown_to_source".to_owned())
    );
    world.sources.know(
        stalker()
            .with(|told| told.runtime_minutes = Some(161))
            .build(),
    );
    assert_eq!(refresh(&world, film).await, Ok(1));
    assert_eq!(refresh(&world, film).await, Ok(0));
    world.sources.trouble(TMDB, SourceTrouble::Unavailable);
    assert_eq!(
        refresh(&world, film).await,
        Err("catalogue.source_unavailable".to_owned())
    );
    let unnamed = world.has(a_film());
    assert_eq!(
        refresh(&world, unnamed.id).await,
        Err("catalogue.unknown_to_source".to_owned())
    );
}

#[tokio::test]
async fn the_oldest_are_refreshed_and_unknown_ones_hold_nobody_up() {
    let world = World::new();
    let lost = world.has(a_film().known_as("imdb", "tt0000001"));
    let known = world.has(a_film().titled("Stalker").known_as("imdb", "tt0079944"));
    world.has(a_film());
    world.sources.know(
        stalker()
            .known_as(ExternalSource::Imdb, "tt0079944")
            .build(),
    );
    let noted = Noted::default();
    handle(&world, &Task::RefreshOldest { count: 5 }, &noted)
        .await
        .unwrap();
    assert_eq!(
        *noted.steps.lock().unwrap(),
        [(0, Some(2)), (1, Some(2)), (2, Some(2))]
    );
    let show = |film| world.run(&Actor::Anonymous, ShowFilm { film });
    assert!(show(known.id).await.unwrap().card.is_complete);
    assert!(!show(lost.id).await.unwrap().card.is_complete);
    world.sources.trouble(
        TMDB,
        SourceTrouble::QuotaSpent(world.now() + Duration::hours(2)),
    );
    let failed = handle(&world, &Task::RefreshOldest { count: 1 }, &noted).await;
    let Err(TaskFailure::Retry { after, .. }) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!(after, Some(std::time::Duration::from_hours(2)));
}

#[tokio::test]
async fn one_film_is_imported_by_its_place() {
    let world = World::new();
    world.sources.know(stalker().build());
    let at = |id| Task::ImportFilm {
        at: SourceRef::new(TMDB, id).unwrap(),
    };
    handle(&world, &at("movie/1398"), &Noted::default())
        .await
        .unwrap();
    assert_eq!(world.stored().film_count(), 1);
    let failed = handle(&world, &at("movie/404"), &Noted::default()).await;
    assert!(matches!(failed, Err(TaskFailure::GiveUp(_))), "{failed:?}");
    world.sources.trouble(TMDB, SourceTrouble::Refused);
    let failed = handle(&world, &at("movie/1398"), &Noted::default()).await;
    assert!(matches!(failed, Err(TaskFailure::GiveUp(_))), "{failed:?}");
}

fn pages(from: u32, to: u32) -> Task {
    Task::ImportPages {
        source: TMDB,
        list: SourceList::Popular,
        from,
        to,
    }
}

/// A world whose source keeps three pages of two films each.
fn with_pages() -> World {
    let world = World::new();
    let film = |number: u32| {
        let film =
            a_sourced_film(TMDB, &format!("movie/{number}")).titled(&format!("Film {number}"));
        film.directed_by("Somebody").build()
    };
    for number in 1..=6 {
        world.sources.know(film(number));
    }
    let brief = |number| SourcedFilm {
        depth: Depth::Brief,
        people: Vec::new(),
        ..film(number)
    };
    let page = |first| vec![brief(first), brief(first + 1)];
    world
        .sources
        .keep(TMDB, SourceList::Popular, vec![page(1), page(3), page(5)]);
    world
}

#[tokio::test]
async fn pages_are_imported_whole_one_after_the_other() {
    let world = with_pages();
    let noted = Noted::default();
    handle(&world, &pages(1, 2), &noted).await.unwrap();
    assert_eq!(world.stored().film_count(), 4);
    assert_eq!(
        *noted.steps.lock().unwrap(),
        [(0, Some(2)), (1, Some(2)), (2, Some(2))]
    );
    // What was told whole is not fetched again: one question for each page.
    let asked = world.sources.asked().len();
    handle(&world, &pages(1, 2), &noted).await.unwrap();
    assert_eq!(world.sources.asked().len(), asked + 2);
}

#[tokio::test]
async fn an_import_ends_where_the_list_does() {
    let world = with_pages();
    let noted = Noted::default();
    handle(&world, &pages(2, 500), &noted).await.unwrap();
    assert_eq!(world.stored().film_count(), 4);
    assert_eq!(noted.steps.lock().unwrap().last(), Some(&(499, Some(499))));
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_where_it_was() {
    let world = with_pages();
    world.store.refuse_commits();
    let failed = handle(&world, &pages(1, 3), &Noted::default()).await;
    assert!(
        matches!(failed, Err(TaskFailure::Retry { .. })),
        "{failed:?}"
    );
    world.store.accept_commits();
    let cancelled = Noted::default();
    handle(&world, &pages(1, 1), &cancelled).await.unwrap();
    cancelled.is_cancelled.store(true, Ordering::SeqCst);
    let failed = handle(&world, &pages(1, 3), &cancelled).await;
    assert!(matches!(failed, Err(TaskFailure::Cancelled)), "{failed:?}");
    // The second page fails, the first is done.
    world.sources.know(a_sourced_film(TMDB, "movie/3").build());
    let uow = application::shared::store::Store::begin(&world.store)
        .await
        .unwrap();
    uow.imports()
        .note_page("import.tmdb.popular.1.3", Some(2))
        .await
        .unwrap();
    uow.commit().await.unwrap();
    let noted = Noted::default();
    handle(&world, &pages(1, 3), &noted).await.unwrap();
    assert_eq!(*noted.steps.lock().unwrap(), [(2, Some(3)), (3, Some(3))]);
    // Once it is over, it begins anew.
    let noted = Noted::default();
    handle(&world, &pages(1, 3), &noted).await.unwrap();
    assert_eq!(noted.steps.lock().unwrap().first(), Some(&(0, Some(3))));
}

#[tokio::test]
async fn a_source_that_is_not_there_is_no_reason_to_try_again() {
    let world = World::new();
    let failed = handle(&world, &pages(1, 3), &Noted::default()).await;
    assert!(matches!(failed, Err(TaskFailure::GiveUp(_))), "{failed:?}");
    assert_eq!(pages(1, 3).kind(), TaskKind::ImportPages);
}
