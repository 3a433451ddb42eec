//! Work that outlives a request, and the processes that do it.
use crate::app::{App, Caller, Database, Setup, eventually, id_of, until};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::json;
use std::{
    net::TcpListener,
    process::{Child, Stdio},
    time::Duration,
};

stories![
    a_job_whose_worker_dies_is_finished_by_another_and_none_is_doubled,
    a_worker_that_is_told_to_stop_hands_its_job_back,
    what_nobody_was_there_for_is_done_once,
    serving_alone_runs_no_jobs,
    an_administrator_has_a_failed_job_tried_again,
    an_administrator_minds_users,
];

const PATIENCE: Duration = Duration::from_secs(30);

/// A worker in a process of its own.
pub struct Worker(Child);

impl Worker {
    pub fn start(setup: &Setup, settings: &[(&str, &str)]) -> Self {
        let child = setup
            .command(&["worker"])
            .envs([NO_TRAINING])
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// Kills it without a warning.
    pub fn kill9(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it to stop, and insists that it ends well.
    pub fn stop(mut self) {
        let pid = self.0.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status();
        assert!(sent.unwrap().success());
        let mut status = None;
        until("the worker stops", PATIENCE, || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        assert!(status.unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What stands in the queue and in the outbox, as the database has it.
pub struct Queue(DatabaseConnection);

impl Queue {
    pub async fn of(setup: &Setup, database: Database) -> Self {
        let url = match database {
            Database::Sqlite => format!("sqlite://{}/filmhub.db", setup.data().display()),
            Database::Postgres => setup.database_url().to_owned(),
        };
        Self(sea_orm::Database::connect(url).await.unwrap())
    }

    async fn change(&self, sql: &str) {
        let backend = self.0.get_database_backend();
        let statement = Statement::from_string(backend, sql);
        self.0.execute_raw(statement).await.unwrap();
    }

    /// The state of each job and how often it was tried, the oldest first.
    async fn jobs(&self) -> Vec<(String, i32)> {
        let backend = self.0.get_database_backend();
        let sql = "SELECT state, attempts FROM jobs ORDER BY id";
        let rows = self.0.query_all_raw(Statement::from_string(backend, sql));
        let read = |row: &sea_orm::QueryResult| {
            let state = row.try_get_by_index(0).unwrap();
            (state, row.try_get_by_index(1).unwrap())
        };
        rows.await.unwrap().iter().map(read).collect()
    }

    /// The number that a statement finds.
    pub async fn count(&self, sql: &str) -> i64 {
        let backend = self.0.get_database_backend();
        let row = self.0.query_one_raw(Statement::from_string(backend, sql));
        row.await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    async fn becomes(&self, expected: &[(&str, i32)]) {
        eventually(&format!("{expected:?}"), PATIENCE, async || {
            let jobs = self.jobs().await;
            let jobs: Vec<_> = jobs.iter().map(|(state, n)| (state.as_str(), *n)).collect();
            (jobs == expected).then_some(())
        })
        .await;
    }
}

/// Once a year, a while ago: it fires at the start and not again while the story goes on.
const ONCE: (&str, &str) = ("FILMHUB_SCHEDULE_TIDY_UP", "0 0 1 1 *");

/// Left out, so that the queue holds nothing but what a story is about.
const NO_TRAINING: (&str, &str) = ("FILMHUB_SCHEDULE_TRAINING", "off");

/// An object store that takes connections and never answers, so that removing a poster takes long.
fn silent_store() -> (TcpListener, Vec<(&'static str, String)>) {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let settings = vec![
        ("AWS_BUCKET_NAME", "posters".to_owned()),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_KEY_ID", "films".to_owned()),
        ("AWS_ACCESS_KEY", "hidden".to_owned()),
        ("FILMHUB_JOB_LEASE_SECONDS", "2".to_owned()),
        (ONCE.0, ONCE.1.to_owned()),
    ];
    (silent, settings)
}

/// A setup whose database has its schema, and a poster that is to be removed.
async fn with_an_obsolete_poster(database: Database) -> (Setup, Queue) {
    let setup = Setup::without_films(database).await;
    setup.run(&["migrate", "up"]).succeeded();
    let queue = Queue::of(&setup, database).await;
    let (film, content) = ("00000000-0000-7000-8000-000000000001", "0".repeat(64));
    let insert = format!(
        "INSERT INTO obsolete_posters (poster_key, since) \
         VALUES ('posters/{film}/{content}.jpg', '2026-01-01 00:00:00+00:00')"
    );
    queue.change(&insert).await;
    (setup, queue)
}

async fn a_job_whose_worker_dies_is_finished_by_another_and_none_is_doubled(database: Database) {
    let (setup, queue) = with_an_obsolete_poster(database).await;
    let (_silent, settings) = silent_store();
    let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let first = Worker::start(&setup, &settings);
    queue.becomes(&[("running", 1)]).await;
    first.kill9();
    assert_eq!(queue.jobs().await, [("running".to_owned(), 1)]);
    let others = [0, 1, 2].map(|_| {
        let lease = ("FILMHUB_JOB_LEASE_SECONDS", "2");
        Worker::start(&setup, &[lease, ONCE])
    });
    queue.becomes(&[("done", 2)]).await;
    others.into_iter().for_each(Worker::stop);
    assert_eq!(queue.jobs().await, [("done".to_owned(), 2)]);
}

async fn a_worker_that_is_told_to_stop_hands_its_job_back(database: Database) {
    let (setup, queue) = with_an_obsolete_poster(database).await;
    let (_silent, settings) = silent_store();
    let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let worker = Worker::start(&setup, &settings);
    queue.becomes(&[("running", 1)]).await;
    worker.stop();
    assert_eq!(queue.jobs().await, [("waiting".to_owned(), 0)]);
}

async fn quiet_setup(database: Database) -> Setup {
    let setup = Setup::without_films(database).await;
    setup.set(NO_TRAINING.0, NO_TRAINING.1)
}

async fn what_nobody_was_there_for_is_done_once(database: Database) {
    let setup = quiet_setup(database).await.set(ONCE.0, ONCE.1);
    let mut app = setup.start().await;
    let queue = Queue::of(&app.setup, database).await;
    queue.becomes(&[("done", 1)]).await;
    app.restart().await;
    let _sibling = match database {
        Database::Postgres => Some(app.setup.sibling().start().await),
        Database::Sqlite => None,
    };
    assert_eq!(queue.jobs().await.len(), 1);
    // As if nobody had been there for years.
    queue
        .change("UPDATE schedules SET last_tick = '2020-01-01 00:00:00+00:00'")
        .await;
    app.restart().await;
    queue.becomes(&[("done", 1), ("done", 1)]).await;
}

async fn serving_alone_runs_no_jobs(database: Database) {
    let setup = quiet_setup(database).await;
    let app: App = setup
        .set("FILMHUB_JOBS", "off")
        .set(ONCE.0, ONCE.1)
        .start()
        .await;
    let queue = Queue::of(&app.setup, database).await;
    assert_eq!(queue.jobs().await, []);
    let worker = Worker::start(&app.setup, &[]);
    queue.becomes(&[("done", 1)]).await;
    worker.stop();
}

/// Somebody who has become an administrator.
async fn an_admin(app: &App) -> Caller {
    let admin = app.somebody().await;
    let grant = ["admin", "grant-role", &admin.email, "admin"];
    app.setup.run(&grant).succeeded();
    eventually("the role is known", PATIENCE, async || {
        let answer = admin.get("/admin/figures").await;
        (answer.status == 200).then_some(())
    })
    .await;
    admin
}

async fn an_administrator_has_a_failed_job_tried_again(database: Database) {
    let setup = Setup::without_films(database).await;
    let app = setup.set("FILMHUB_JOBS", "off").start().await;
    let admin = an_admin(&app).await;
    let queue = Queue::of(&app.setup, database).await;
    let insert = "INSERT INTO jobs (id, kind, payload, task_key, priority, state, due_at, attempts, \
         is_cancel_asked, done, problem, created_at) \
         SELECT id, 'tidy_up', '{}', id, 10, 'failed', created_at, 5, FALSE, 0, 'no room', created_at \
         FROM users";
    queue.change(insert).await;
    let failed = admin.get("/admin/jobs?state=failed").await.json(200);
    let job = &failed["items"][0];
    assert_eq!(
        (&job["attempts"], &job["problem"]),
        (&json!(5), &json!("no room"))
    );
    let path = format!("/admin/jobs/{}", id_of(job));
    let waiting = admin.post_nothing(&format!("{path}/retry")).await.json(200);
    assert_eq!(
        (&waiting["state"], &waiting["attempts"]),
        (&json!("waiting"), &json!(0))
    );
    let worker = Worker::start(&app.setup, &[(ONCE.0, "off")]);
    eventually("it is done", PATIENCE, async || {
        let job = admin.get(&path).await.json(200);
        (job["state"] == "done").then_some(())
    })
    .await;
    worker.stop();
    let over = admin.post_nothing(&format!("{path}/cancel")).await;
    over.problem(409, "jobs.job_over");
}

async fn an_administrator_minds_users(database: Database) {
    let app = App::start(database).await;
    let admin = an_admin(&app).await;
    let anna = app.somebody().await;
    let found = admin
        .query("/admin/users", &[("search", &anna.email)])
        .await;
    assert_eq!(id_of(&found.json(200)["items"][0]), anna.id);
    let user = format!("/admin/users/{}", anna.id);
    let shut_out = json!({ "is_disabled": true });
    admin.patch(&user, &shut_out).await.json(200);
    anna.get("/me").await.problem(401, "identity.invalid_token");
    admin
        .patch(&user, &json!({ "is_disabled": false }))
        .await
        .json(200);
    let anna = anna.signed_in().await;
    anna.get("/admin/users")
        .await
        .problem(403, "identity.not_admin");
    admin.delete(&user).await.done();
    anna.get("/me").await.expect(401);
    let figures = admin.get("/admin/figures?days=1").await.json(200);
    assert_eq!(
        (&figures["users"], &figures["days"][0]["new_users"]),
        (&json!(1), &json!(1))
    );
    let me = format!("/admin/users/{}", admin.id);
    admin.delete(&me).await.problem(409, "identity.last_admin");
}
