//! What happens is told, and only what happens.
use crate::support::{code, content, email, password, username};
use application::{
    catalogue::{create_film::CreateFilm, imports::ImportFilms, update_film::UpdateFilm},
    events::{
        EventEnvelope,
        administer::{ListDeadEvents, RetryEvent},
        ports::{EventConsumer, OutboxQueue},
    },
    fakes::{World, a_film, a_sourced_film, a_user, a_watchlist},
    identity::{profile::DeleteAccount, register::Register, sign_in::SignIn, tokens::IssueTokens},
    jobs::{Task, ports::JobFilter, ports::JobQueries},
    library::{
        create_watchlist::CreateWatchlist,
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::WatchlistRef,
        show_watchlist::DeleteWatchlist,
    },
    recommendation::recommend_tonight::RecommendTonight,
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
        store::Store,
    },
    taste::{
        diary::{EraseViewing, LogViewing},
        progress::SetProgress,
        ratings::{RateFilm, UnrateFilm},
        reviews::{DeleteReview, WriteReview},
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    catalogue::{FilmId, SourceName},
    events::{DomainEvent, EventId},
    identity::UserId,
    library::{StandardList, WatchlistId, WatchlistTitle},
    shared::{Id, Language},
    taste::{Progress, Rating, ReviewContent, ReviewText, Stance},
};
use shaku::HasComponents;
use std::sync::Arc;

fn events(world: &World) -> Vec<DomainEvent> {
    world.stored().events()
}

fn rated(user: UserId, film: FilmId) -> DomainEvent {
    DomainEvent::FilmRated { user, film }
}

fn added(watchlist: WatchlistId, user: UserId, film: FilmId) -> DomainEvent {
    DomainEvent::WatchlistFilmAdded {
        watchlist,
        user,
        film,
    }
}

fn removed(watchlist: WatchlistId, user: UserId, film: FilmId) -> DomainEvent {
    DomainEvent::WatchlistFilmRemoved {
        watchlist,
        user,
        film,
    }
}

/// A signed-in user and a film.
fn anna_and_a_film(world: &World) -> (Actor, UserId, FilmId) {
    let anna = world.has(a_user());
    let film = world.has(a_film()).id;
    (world.signed_in(&anna), anna.id, film)
}

#[tokio::test]
async fn an_account_is_told_of_from_its_first_day_to_its_last() {
    let world = World::new();
    let register = Register {
        email: email("anna@example.org"),
        password: password("long enough"),
        username: username("Anna"),
        language: Language::English,
    };
    let user = world.run(&Actor::Anonymous, register).await.unwrap();
    let sign_in = SignIn {
        email: Some(email("anna@example.org")),
        password: Some(password("long enough")),
        from: domain::identity::Opener::default(),
    };
    world.run(&Actor::Anonymous, sign_in).await.unwrap();
    let issue = IssueTokens {
        email: Some(email("anna@example.org")),
        password: Some(password("long enough")),
        from: domain::identity::Opener::default(),
    };
    world.run(&Actor::Anonymous, issue).await.unwrap();
    let wrong = SignIn {
        email: Some(email("anna@example.org")),
        password: Some(password("wrong enough")),
        from: domain::identity::Opener::default(),
    };
    let refused = world.run(&Actor::Anonymous, wrong).await;
    assert_eq!(code(refused), "identity.wrong_credentials");
    let actor = world.signed_in(&user);
    world.run(&actor, DeleteAccount).await.unwrap();
    let (language, user) = (Language::English, user.id);
    let told = events(&world);
    assert_eq!(told[0], DomainEvent::UserRegistered { user, language });
    for event in &told[1..3] {
        assert!(
            matches!(event, DomainEvent::UserSignedIn { user: who, .. } if *who == user),
            "{event:?}"
        );
    }
    assert_eq!(told[3..], [DomainEvent::UserDeleted { user }]);
}

#[tokio::test]
async fn films_are_told_of_when_they_come_and_when_they_change() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let create = CreateFilm {
        content: content("Stalker", &[]),
    };
    let film = world.run(&actor, create).await.unwrap().card.id;
    for title in ["Stalker", "Stalker!"] {
        let content = content(title, &[]);
        let update = UpdateFilm { film, content };
        world.run(&actor, update).await.unwrap();
    }
    let expected = [
        DomainEvent::FilmAdded { film },
        DomainEvent::FilmChanged { film },
    ];
    assert_eq!(events(&world), expected);
}

#[tokio::test]
async fn films_that_sources_tell_of_are_told_of_once_unless_they_change() {
    let world = World::new();
    let told = a_sourced_film(SourceName::Tmdb, "movie/603").build();
    for _ in 0..2 {
        let import = ImportFilms {
            told: vec![told.clone()],
            reached: None,
        };
        world.run(&Actor::System, import).await.unwrap();
    }
    let events = events(&world);
    assert!(
        matches!(events[..], [DomainEvent::FilmAdded { .. }]),
        "{events:?}"
    );
}

#[tokio::test]
async fn lists_and_what_stands_on_them_are_told_of() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    let create = CreateWatchlist {
        title: WatchlistTitle::parse("For rain").unwrap(),
    };
    let watchlist = world.run(&actor, create).await.unwrap().id;
    let list = WatchlistRef::Id(watchlist);
    for _ in 0..2 {
        let add = AddToWatchlist { list, film };
        world.run(&actor, add).await.unwrap();
    }
    let remove = RemoveFromWatchlist { list, film };
    world.run(&actor, remove.clone()).await.unwrap();
    assert_eq!(
        code(world.run(&actor, remove).await),
        "library.film_not_listed"
    );
    world.run(&actor, DeleteWatchlist { list }).await.unwrap();
    let expected = [
        DomainEvent::WatchlistCreated { watchlist, user },
        added(watchlist, user, film),
        removed(watchlist, user, film),
        DomainEvent::WatchlistDeleted { watchlist, user },
    ];
    assert_eq!(events(&world), expected);
}

#[tokio::test]
async fn what_a_stranger_is_refused_is_not_told() {
    let world = World::new();
    let (_, user, film) = anna_and_a_film(&world);
    let list = world.has(a_watchlist().owned_by(user)).id;
    let list = WatchlistRef::Id(list);
    let stranger = world.signed_in(&world.has(a_user()));
    let add = world.run(&stranger, AddToWatchlist { list, film }).await;
    assert_eq!(code(add), "library.not_your_watchlist");
    let delete = world.run(&stranger, DeleteWatchlist { list }).await;
    assert_eq!(code(delete), "library.not_your_watchlist");
    assert_eq!(events(&world), []);
}

#[tokio::test]
async fn a_film_on_watched_is_told_with_its_viewing() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    let watched = StandardList::Watched.of(user);
    let list = WatchlistRef::Standard(StandardList::Watched);
    for _ in 0..2 {
        world
            .run(&actor, AddToWatchlist { list, film })
            .await
            .unwrap();
    }
    world
        .run(&actor, RemoveFromWatchlist { list, film })
        .await
        .unwrap();
    let expected = [
        added(watched, user, film),
        DomainEvent::FilmWatched { user, film },
        removed(watched, user, film),
        DomainEvent::FilmUnwatched { user, film },
    ];
    assert_eq!(events(&world), expected);
}

#[tokio::test]
async fn a_rating_is_told_with_what_follows_from_it_and_the_same_again_is_not() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    for value in [7, 7, 8] {
        let rating = Rating::try_from(value).unwrap();
        world.run(&actor, RateFilm { film, rating }).await.unwrap();
        world.clock.advance(Duration::seconds(1));
    }
    world.run(&actor, UnrateFilm { film }).await.unwrap();
    assert_eq!(
        code(world.run(&actor, UnrateFilm { film }).await),
        "taste.not_rated"
    );
    let expected = [
        rated(user, film),
        added(StandardList::Watched.of(user), user, film),
        DomainEvent::FilmWatched { user, film },
        rated(user, film),
        DomainEvent::FilmUnrated { user, film },
    ];
    assert_eq!(events(&world), expected);
}

#[tokio::test]
async fn the_diary_is_told_of_entry_by_entry() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    let watched = StandardList::Watched.of(user);
    let log = LogViewing {
        film,
        watched_on: Some(world.now().date_naive()),
        is_rewatch: false,
        note: None,
        key: None,
    };
    let logged = world.run(&actor, log.clone()).await.unwrap();
    // It was there already.
    world.run(&actor, log).await.unwrap();
    let viewing = logged.viewing.id;
    world.run(&actor, EraseViewing { viewing }).await.unwrap();
    let expected = [
        added(watched, user, film),
        DomainEvent::FilmWatched { user, film },
        DomainEvent::FilmUnwatched { user, film },
        removed(watched, user, film),
    ];
    assert_eq!(events(&world), expected);
}

#[tokio::test]
async fn a_plan_is_a_wish_and_is_told_so() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    for _ in 0..2 {
        let state = Progress::Planned;
        world
            .run(&actor, SetProgress { film, state })
            .await
            .unwrap();
    }
    assert_eq!(
        events(&world),
        [added(StandardList::Wish.of(user), user, film)]
    );
}

#[tokio::test]
async fn a_review_is_told_when_it_says_something_new_or_is_gone() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    for text in ["Long.", "Long.", "Long, and right so."] {
        let content = ReviewContent {
            text: ReviewText::parse(text).unwrap(),
            has_spoilers: false,
            stance: Stance::Neutral,
            is_public: true,
        };
        world
            .run(&actor, WriteReview { film, content })
            .await
            .unwrap();
        world.clock.advance(Duration::seconds(1));
    }
    world.run(&actor, DeleteReview { film }).await.unwrap();
    let reviewed = DomainEvent::FilmReviewed { user, film };
    let gone = DomainEvent::FilmUnreviewed { user, film };
    assert_eq!(events(&world), [reviewed, reviewed, gone]);
}

#[tokio::test]
async fn a_film_that_was_given_for_tonight_is_told() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    let tonight = RecommendTonight::default();
    world.run(&actor, tonight.clone()).await.unwrap();
    assert!(world.run(&actor, tonight).await.is_err());
    let given = world.stored().recommendations_to(user)[0].id;
    let expected = DomainEvent::RecommendationGiven {
        user,
        recommendation: given,
        film,
    };
    assert_eq!(events(&world), [expected]);
}

#[tokio::test]
async fn what_is_not_committed_is_not_told() {
    let world = World::new();
    let (actor, _, film) = anna_and_a_film(&world);
    world.store.refuse_commits();
    let rating = Rating::MAX;
    let refused = world.run(&actor, RateFilm { film, rating }).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(events(&world), []);
}

/// The consumer of this name.
fn consumer(world: &World, name: &str) -> Arc<dyn EventConsumer> {
    let application = world.application();
    let all: &[Arc<dyn EventConsumer>] = application.resolve_all();
    let mut found = all.iter().filter(|consumer| consumer.name() == name);
    Arc::clone(found.next().unwrap())
}

/// Hands an event to the recommender, as happens once for each.
async fn learn_of(world: &World, event: DomainEvent) {
    let id: EventId = Id::from_uuid(uuid::Uuid::nil());
    let event = EventEnvelope::new(id, &event, world.now(), None);
    let uow = world.store.begin().await.unwrap();
    let recommender = consumer(world, "recommender");
    assert!(recommender.wants(&event.kind));
    recommender.handle(&event, &*uow).await.unwrap();
    uow.commit().await.unwrap();
}

/// When trainings are due that wait.
async fn trainings(world: &World) -> Vec<DateTime<Utc>> {
    let (size, filter) = (PageSize::default(), JobFilter::default());
    let page = PageRequest { size, after: None };
    let jobs = world.job_queries.list(filter, &page).await.unwrap().items;
    let trainings = jobs
        .iter()
        .filter(|job| job.task == Some(Task::TrainRecommender));
    trainings.filter_map(|job| job.due_at).collect()
}

#[tokio::test]
async fn enough_new_acts_have_a_model_trained() {
    let world = World::new();
    let (_, user, film) = anna_and_a_film(&world);
    let liked = StandardList::Liked.of(user);
    learn_of(&world, rated(user, film)).await;
    learn_of(&world, added(liked, user, film)).await;
    // Nothing is learned of lists that people make.
    let other = Id::from_uuid(uuid::Uuid::from_u128(5));
    learn_of(&world, added(other, user, film)).await;
    assert!(trainings(&world).await.is_empty());
    learn_of(&world, removed(liked, user, film)).await;
    assert_eq!(trainings(&world).await, [world.now()]);
    learn_of(&world, DomainEvent::FilmUnrated { user, film }).await;
    assert_eq!(trainings(&world).await.len(), 1);
}

#[tokio::test]
async fn models_are_trained_an_hour_apart_however_much_there_is_to_learn() {
    use application::recommendation::training::TrainModel;
    let world = World::new();
    let (_, user, film) = anna_and_a_film(&world);
    world.workshop.has_acts(30);
    world.run(&Actor::System, TrainModel).await.unwrap();
    let trained = world.now();
    world.clock.advance(Duration::minutes(10));
    for _ in 0..6 {
        learn_of(&world, rated(user, film)).await;
    }
    assert_eq!(trainings(&world).await, [trained + Duration::hours(1)]);
}

#[test]
fn the_recommender_wants_kinds_that_there_are() {
    let recommender = consumer(&World::new(), "recommender");
    let wanted = DomainEvent::KINDS
        .iter()
        .filter(|kind| recommender.wants(kind.name));
    assert_eq!(wanted.count(), 4);
}

#[tokio::test]
async fn administrators_have_told_again_what_was_given_up() {
    let world = World::new();
    let (actor, user, film) = anna_and_a_film(&world);
    let admin = world.signed_in(&world.has(a_user().admin()));
    let rating = Rating::MAX;
    world.run(&actor, RateFilm { film, rating }).await.unwrap();
    let outbox: &dyn OutboxQueue = &world.outbox;
    let due = outbox.next(1, world.now()).await.unwrap();
    let event = due[0].event.clone();
    assert_eq!(event.event(), Some(rated(user, film)));
    outbox.bury(&event, "bad", world.now()).await.unwrap();
    let list = || ListDeadEvents {
        page: PageRequest {
            size: PageSize::default(),
            after: None,
        },
    };
    let retry = RetryEvent { event: event.id };
    assert_eq!(code(world.run(&actor, list()).await), "identity.not_admin");
    assert_eq!(
        code(world.run(&actor, retry.clone()).await),
        "identity.not_admin"
    );
    let dead = world.run(&admin, list()).await.unwrap().items;
    assert_eq!((dead.len(), &dead[0].event), (1, &event));
    world.run(&admin, retry.clone()).await.unwrap();
    let again = world.run(&admin, retry).await;
    assert_eq!(code(again), "events.event_not_found");
    assert!(world.run(&admin, list()).await.unwrap().items.is_empty());
    let due = outbox.next(1, world.now()).await.unwrap();
    assert_eq!(due[0].event, event);
}
