//! Moving the schema, which several may try at once.
use infrastructure::persistence::{
    DatabaseConfig, DatabaseUrl, migrate_down, migrate_up, migration_status,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tempfile::TempDir;
use test_servers::PostgresServer;

async fn connect(url: &DatabaseUrl) -> DatabaseConnection {
    let config = DatabaseConfig {
        url: url.clone(),
        max_connections: 1,
    };
    config.connect().await.unwrap()
}

fn sqlite() -> (DatabaseUrl, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::sqlite_file(&folder.path().join("films.db"));
    (url, folder)
}

fn postgres() -> DatabaseUrl {
    PostgresServer::shared().fresh_database().parse().unwrap()
}

async fn pending(connection: &DatabaseConnection) -> usize {
    let steps = migration_status(connection).await.unwrap();
    steps.iter().filter(|step| !step.is_applied).count()
}

async fn several_go_up_at_once(url: DatabaseUrl) {
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let connection = connect(&url).await;
        tries.spawn(async move { migrate_up(&connection).await });
    }
    for outcome in tries.join_all().await {
        outcome.unwrap();
    }
    assert_eq!(pending(&connect(&url).await).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_may_go_up_at_once() {
    several_go_up_at_once(postgres()).await;
    let (url, _folder) = sqlite();
    several_go_up_at_once(url).await;
}

async fn one_looks_at_the_steps(url: DatabaseUrl, tables: &str) {
    let connection = connect(&url).await;
    let steps = migration_status(&connection).await.unwrap();
    assert!(!steps.is_empty() && steps.iter().all(|step| !step.is_applied));
    let count = Statement::from_string(connection.get_database_backend(), tables);
    let count = connection.query_one_raw(count).await.unwrap().unwrap();
    assert_eq!(count.try_get_by_index::<i64>(0).unwrap(), 0);
    let all = u32::try_from(steps.len()).unwrap();
    migrate_up(&connection).await.unwrap();
    assert_eq!(pending(&connection).await, 0);
    migrate_down(&connection, all).await.unwrap();
    assert_eq!(pending(&connection).await, steps.len());
    migrate_up(&connection).await.unwrap();
    assert_eq!(pending(&connection).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_at_the_steps_writes_nothing() {
    let tables = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'";
    one_looks_at_the_steps(postgres(), tables).await;
    let (url, _folder) = sqlite();
    one_looks_at_the_steps(url, "SELECT COUNT(*) FROM sqlite_master").await;
}

/// Films that were there before sources told of any get the form by which they are recognised.
async fn titles_of_films_that_were_there_get_their_form(url: DatabaseUrl) {
    const BEFORE: u32 = 6;
    const FILMS: u32 = 1_203;
    let connection = connect(&url).await;
    migrate_up(&connection).await.unwrap();
    let all = migration_status(&connection).await.unwrap().len();
    let after = u32::try_from(all).unwrap() - BEFORE;
    migrate_down(&connection, after).await.unwrap();
    let backend = connection.get_database_backend();
    let insert = "INSERT INTO films (id, title, sort_title, description, kind, sort_year, revision, \
         created_at, updated_at) VALUES ($1, $2, '', '', 'movie', 0, 1, $3, $3)";
    for number in 0..FILMS {
        let id = uuid::Uuid::from_u128(number.into());
        let title = format!("The Amélie: «Ёлки» {number}!");
        let now = chrono::DateTime::UNIX_EPOCH;
        let values = [id.into(), title.into(), now.into()];
        let insert = Statement::from_sql_and_values(backend, insert, values);
        connection.execute_raw(insert).await.unwrap();
    }
    migrate_up(&connection).await.unwrap();
    let read = "SELECT title, title_key FROM films";
    let read = Statement::from_string(backend, read);
    let rows = connection.query_all_raw(read).await.unwrap();
    assert_eq!(u32::try_from(rows.len()), Ok(FILMS));
    for row in rows {
        let title: String = row.try_get_by_index(0).unwrap();
        let key: String = row.try_get_by_index(1).unwrap();
        assert_eq!(key, domain::catalogue::comparable(&title));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn films_that_were_there_are_recognised() {
    titles_of_films_that_were_there_get_their_form(postgres()).await;
    let (url, _folder) = sqlite();
    titles_of_films_that_were_there_get_their_form(url).await;
}
