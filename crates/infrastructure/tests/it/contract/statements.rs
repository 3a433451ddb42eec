//! How many statements a read and a write take, counted by the database driver.
use super::Bench;
use application::{
    catalogue::{
        imports::ImportFilms,
        ports::{FilmFilter, FilmOrder},
    },
    fakes::{Fixture, a_film, a_genre, a_sourced_film, a_user},
    identity::password_reset::AskForPasswordReset,
    library::{
        entries::{AddToWatchlist, RemoveFromWatchlist},
        ports::{EntryRange, WatchlistRef},
    },
    module::ApplicationModule,
    recommendation::recommend::Recommend,
    shared::{
        actor::{Actor, SignedInUser},
        page::{PageRequest, PageSize},
        use_case::UseCase,
    },
    taste::{
        ports::{DiaryFilter, RatingFilter, RatingOrder},
        ratings::RateFilm,
    },
};
use chrono::DateTime;
use domain::{
    catalogue::{CountryName, ExternalSource, FilmTitle, PosterUrl, SourceName, SourceRating},
    identity::{EmailAddress, Role, User},
    library::StandardList,
    shared::{Id, Language},
    taste::Rating,
};
use infrastructure::persistence::DatabaseUrl;
use sea_orm::DbBackend;
use shaku::HasComponent;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use test_servers::PostgresServer;

#[derive(Clone, Default)]
struct Counter(Arc<AtomicUsize>);

impl Counter {
    /// Runs something and says how many statements it took.
    async fn of<T>(&self, what: impl Future<Output = T>) -> (T, usize) {
        let before = self.0.load(Ordering::SeqCst);
        let result = what.await;
        (result, self.0.load(Ordering::SeqCst) - before)
    }
}

async fn counted(url: DatabaseUrl, folder: tempfile::TempDir) -> (Bench, Counter) {
    let counter = Counter::default();
    let counting = Arc::clone(&counter.0);
    let bench = Bench::sql(url, folder, move |connection| {
        connection.set_metric_callback(move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
        });
    })
    .await;
    (bench, counter)
}

async fn reads_take_one_statement_and_list_changes_at_most_two(bench: Bench, counter: Counter) {
    let user = a_user().build();
    bench.has_user(&user).await;
    // The entry and the event that tells of it, on PostgreSQL in one trip.
    let of_a_change = match bench.connection().get_database_backend() {
        DbBackend::Postgres => 1,
        _ => 2,
    };
    let films: Vec<_> = (0..30).map(|_| a_film().build()).collect();
    let liked = StandardList::Liked.of(user.id);
    for film in &films {
        bench.has_film(film).await;
        let add = bench
            .entries()
            .add(liked, user.id, film.id, DateTime::UNIX_EPOCH);
        assert_eq!(counter.of(add).await.1, of_a_change);
    }
    let ids: Vec<_> = films.iter().map(|film| film.id).collect();
    let viewer = Some(user.id);
    let (all, page) = (
        FilmFilter::default(),
        PageRequest {
            size: PageSize::try_from(20).unwrap(),
            after: None,
        },
    );
    // The second time everything that may be in memory is there.
    for round in 0..2 {
        let (_, count) = counter.of(bench.films().show(ids[0], viewer)).await;
        assert_eq!(count, 1, "film, round {round}");
        let (_, count) = counter.of(bench.films().show_details(ids[0], viewer)).await;
        assert_eq!(count, 1, "details, round {round}");
        let (_, count) = counter.of(bench.films().show_many(&ids, viewer)).await;
        assert_eq!(count, 1, "several films, round {round}");
        let list = bench.films().list(&all, FilmOrder::Title, &page, viewer);
        assert_eq!(counter.of(list).await.1, 1, "films, round {round}");
        let list = bench
            .library()
            .list_entries(liked, user.id, EntryRange::default());
        assert_eq!(counter.of(list).await.1, 1, "entries, round {round}");
        let (_, count) = counter.of(bench.library().list_custom(user.id)).await;
        assert_eq!(count, 1, "lists, round {round}");
        let (_, count) = counter.of(bench.stats().count(user.id, None)).await;
        assert_eq!(count, 1, "diary in numbers, round {round}");
        let (_, count) = counter.of(bench.mines().of(user.id, &ids)).await;
        assert_eq!(count, 1, "what the viewer says, round {round}");
    }
    let again = bench
        .entries()
        .add(liked, user.id, ids[0], DateTime::UNIX_EPOCH);
    assert_eq!(counter.of(again).await.1, 2);
    let at = DateTime::UNIX_EPOCH;
    let (_, count) = counter
        .of(bench.entries().remove(liked, user.id, ids[0], at))
        .await;
    assert_eq!(count, of_a_change);
    let (_, count) = counter
        .of(bench.entries().remove(liked, user.id, ids[0], at))
        .await;
    assert_eq!(count, 2);
    let (_, first) = counter.of(bench.vocabulary().genres()).await;
    let (_, second) = counter.of(bench.vocabulary().genres()).await;
    assert_eq!((first, second), (1, 0));
    let (_, first) = counter.of(bench.mixes().list()).await;
    let (_, second) = counter.of(bench.mixes().list()).await;
    assert_eq!((first, second), (1, 0));
}

async fn a_list_whose_films_are_not_in_memory_takes_two_statements(url: DatabaseUrl) {
    let config = infrastructure::persistence::DatabaseConfig {
        url: url.clone(),
        max_connections: 2,
    };
    let (writing, _) = counted(url, tempfile::tempdir().unwrap()).await;
    let user = a_user().build();
    writing.has_user(&user).await;
    let film = a_film().build();
    writing.has_film(&film).await;
    let liked = StandardList::Liked.of(user.id);
    writing
        .entries()
        .add(liked, user.id, film.id, DateTime::UNIX_EPOCH)
        .await
        .unwrap();
    let (reading, counter) = counted(config.url, tempfile::tempdir().unwrap()).await;
    let list = reading
        .library()
        .list_entries(liked, user.id, EntryRange::default());
    assert_eq!(counter.of(list).await.1, 2);
}

/// One for the taste, one for the films with flags, one to note them; then, within the hour, two.
async fn recommending_takes_three_statements(bench: Bench, counter: Counter) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let films: Vec<_> = (0..30).map(|_| a_film().build()).collect();
    for film in &films {
        bench.has_film(film).await;
    }
    let app = ApplicationModule::builder(std::sync::Arc::clone(&bench.ports)).build();
    let use_case: &dyn UseCase<Recommend> = app.resolve_ref();
    let recommend = async |user: &User| {
        let actor = Actor::User(SignedInUser {
            id: user.id,
            role: user.role,
            language: user.language,
            session: Id::from_uuid(uuid::Uuid::nil()),
        });
        let execute = use_case.execute(&actor, Recommend::default());
        let (advice, count) = counter.of(execute).await;
        assert_eq!(advice.unwrap().films.len(), 20);
        count
    };
    // The first one reads what everybody shares: the films that are ranked, genres, moods.
    recommend(&user).await;
    assert_eq!(recommend(&user).await, 2);
    let other = a_user().build();
    bench.has_user(&other).await;
    assert_eq!(recommend(&other).await, 3);
}

async fn what_is_told_takes_few_statements(bench: Bench, counter: Counter) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let film = a_film().build();
    bench.has_film(&film).await;
    let (user, film) = (user.id, film.id);
    let actor = Actor::User(SignedInUser {
        id: user,
        role: Role::User,
        session: Id::from_uuid(uuid::Uuid::nil()),
        language: None,
    });
    let app = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let list = WatchlistRef::Standard(StandardList::Watched);
    let add: &dyn UseCase<AddToWatchlist> = app.resolve_ref();
    let remove: &dyn UseCase<RemoveFromWatchlist> = app.resolve_ref();
    // The entry, its viewing, and the events; the second time there is a reason to be told.
    for (round, expected) in [(0, 3), (1, 2)] {
        let adding = add.execute(&actor, AddToWatchlist { list, film });
        assert_eq!(
            counter.of(adding).await.1,
            expected,
            "adding, round {round}"
        );
    }
    // The entry, its viewing, that it is completed, and the events.
    let remove = remove.execute(&actor, RemoveFromWatchlist { list, film });
    assert_eq!(counter.of(remove).await.1, 4);
    // The rating, the entry and its viewing, the events, and on PostgreSQL the turn.
    let rate: &dyn UseCase<RateFilm> = app.resolve_ref();
    let rating = Rating::MAX;
    let rate = rate.execute(&actor, RateFilm { film, rating });
    let (rated, count) = counter.of(rate).await;
    rated.unwrap();
    assert!((4..=5).contains(&count), "{count}");
    let page = PageRequest {
        size: PageSize::default(),
        after: None,
    };
    // Until its card is in memory it takes one more.
    bench.films().show(film, None).await.unwrap();
    let (filter, order) = (RatingFilter::default(), RatingOrder::default());
    let list = bench.ratings().list(user, filter, order, &page);
    assert_eq!(counter.of(list).await.1, 1);
    let page = PageRequest {
        size: PageSize::default(),
        after: None,
    };
    let list = bench.diaries().list(user, DiaryFilter::default(), &page);
    assert_eq!(counter.of(list).await.1, 1);
}

/// Films with everything that a source may tell of them.
fn told(numbers: std::ops::Range<u32>) -> ImportFilms {
    let film = |number: u32| {
        let other = FilmTitle::parse(&format!("Film {number} elsewhere")).unwrap();
        a_sourced_film(SourceName::Tmdb, &format!("movie/{number}"))
            .titled(&format!("Film {number}"))
            .of_year(1999)
            .of_genre("drama")
            .known_as(ExternalSource::Imdb, &format!("tt{number:07}"))
            .directed_by(&format!("Director {number}"))
            .starring("Keanu Reeves")
            .with(|film| {
                film.rating = SourceRating::new(7.0, number);
                film.keywords = vec!["zone".to_owned()];
                film.other_titles = vec![other];
                let poster = format!("https://image.tmdb.org/t/p/original/{number}.jpg");
                film.poster = PosterUrl::parse(&poster).ok();
                film.countries = vec![CountryName::parse("Soviet Union").unwrap()];
            })
            .build()
    };
    ImportFilms {
        told: numbers.map(film).collect(),
        reached: None,
    }
}

async fn an_import_takes_as_many_statements_however_many_films_it_brings(
    bench: Bench,
    counter: Counter,
) {
    bench.has_genre(a_genre("Drama")).await;
    let app = ApplicationModule::builder(std::sync::Arc::clone(&bench.ports)).build();
    let import: &dyn UseCase<ImportFilms> = app.resolve_ref();
    let import = |numbers| counter.of(import.execute(&Actor::System, told(numbers)));
    let (tally, of_two) = import(1..3).await;
    assert_eq!(tally.unwrap().new, 2);
    let (tally, of_forty) = import(3..43).await;
    assert_eq!(tally.unwrap().new, 40);
    assert_eq!(of_two, of_forty);
    let (tally, again) = import(1..43).await;
    assert_eq!(tally.unwrap().changed, 0);
    assert!(again < of_two && of_two < 40, "{again}, {of_two}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_takes_few_statements_to_import() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    an_import_takes_as_many_statements_however_many_films_it_brings(bench, counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_few_statements_to_import() {
    let url = PostgresServer::shared().fresh_database().parse().unwrap();
    let (bench, counter) = counted(url, tempfile::tempdir().unwrap()).await;
    an_import_takes_as_many_statements_however_many_films_it_brings(bench, counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_takes_few_statements_to_recommend() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    recommending_takes_three_statements(bench, counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_few_statements_to_recommend() {
    let url = PostgresServer::shared().fresh_database().parse().unwrap();
    let (bench, counter) = counted(url, tempfile::tempdir().unwrap()).await;
    recommending_takes_three_statements(bench, counter).await;
}

/// Whether anybody has an address must not be told by the work that it takes to ask.
async fn asking_for_a_password_takes_the_same_statements_whoever_is_asked_for(
    bench: Bench,
    counter: Counter,
) {
    let user = a_user().with_email("anna@example.org").build();
    bench.has_user(&user).await;
    let app = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let ask: &dyn UseCase<AskForPasswordReset> = app.resolve_ref();
    let asking = async |address| {
        let email = EmailAddress::parse(address).unwrap();
        let language = Language::English;
        let request = AskForPasswordReset { email, language };
        let (done, statements) = counter.of(ask.execute(&Actor::Anonymous, request)).await;
        done.unwrap();
        statements
    };
    // The first time there is something to be stored, the second time it waits already.
    for _ in 0..2 {
        let known = asking("anna@example.org").await;
        assert_eq!(asking("nobody@example.org").await, known);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_does_not_tell_who_has_an_address() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    asking_for_a_password_takes_the_same_statements_whoever_is_asked_for(bench, counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_does_not_tell_who_has_an_address() {
    let url = PostgresServer::shared().fresh_database().parse().unwrap();
    let (bench, counter) = counted(url, tempfile::tempdir().unwrap()).await;
    asking_for_a_password_takes_the_same_statements_whoever_is_asked_for(bench, counter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_takes_few_statements() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    reads_take_one_statement_and_list_changes_at_most_two(bench, counter).await;
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    what_is_told_takes_few_statements(bench, counter).await;
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    a_list_whose_films_are_not_in_memory_takes_two_statements(url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_few_statements() {
    let fresh = || PostgresServer::shared().fresh_database().parse().unwrap();
    let (bench, counter) = counted(fresh(), tempfile::tempdir().unwrap()).await;
    reads_take_one_statement_and_list_changes_at_most_two(bench, counter).await;
    let (bench, counter) = counted(fresh(), tempfile::tempdir().unwrap()).await;
    what_is_told_takes_few_statements(bench, counter).await;
    a_list_whose_films_are_not_in_memory_takes_two_statements(fresh()).await;
}
