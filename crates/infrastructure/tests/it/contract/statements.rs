//! How many statements a read and a write take, counted by the database driver.
use super::Bench;
use application::{
    catalogue::ports::{FilmFilter, FilmOrder},
    fakes::{Fixture, a_film, a_user},
    library::ports::EntryRange,
    shared::page::{PageRequest, PageSize},
};
use chrono::DateTime;
use domain::library::StandardList;
use infrastructure::persistence::DatabaseUrl;
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
    let films: Vec<_> = (0..30).map(|_| a_film().build()).collect();
    let liked = StandardList::Liked.of(user.id);
    for film in &films {
        bench.has_film(film).await;
        let add = bench
            .entries()
            .add(liked, user.id, film.id, DateTime::UNIX_EPOCH);
        assert_eq!(counter.of(add).await.1, 1);
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
    }
    let again = bench
        .entries()
        .add(liked, user.id, ids[0], DateTime::UNIX_EPOCH);
    assert_eq!(counter.of(again).await.1, 2);
    let (_, count) = counter
        .of(bench.entries().remove(liked, user.id, ids[0]))
        .await;
    assert_eq!(count, 1);
    let (_, count) = counter
        .of(bench.entries().remove(liked, user.id, ids[0]))
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_takes_few_statements() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    let (bench, counter) = counted(url, folder).await;
    reads_take_one_statement_and_list_changes_at_most_two(bench, counter).await;
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    a_list_whose_films_are_not_in_memory_takes_two_statements(url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_few_statements() {
    let fresh = || PostgresServer::shared().fresh_database().parse().unwrap();
    let (bench, counter) = counted(fresh(), tempfile::tempdir().unwrap()).await;
    reads_take_one_statement_and_list_changes_at_most_two(bench, counter).await;
    a_list_whose_films_are_not_in_memory_takes_two_statements(fresh()).await;
}
