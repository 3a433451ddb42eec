//! Transactions that stand in each other's way on a database where many write at once.
use crate::contract::Bench;
use application::{
    fakes::{Fixture, a_film, a_session, a_user},
    module::ApplicationModule,
    recommendation::recommend_tonight::RecommendTonight,
    shared::{
        actor::{Actor, SignedInUser},
        store::StoreError,
        use_case::UseCase,
    },
};
use domain::identity::UserId;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionOptions,
    TransactionTrait, Value,
};
use shaku::HasComponent;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// Locks one user and then another, and tells how that went.
async fn lock_both(
    bench: &Bench,
    users: [UserId; 2],
    meet: &tokio::sync::Barrier,
) -> Result<(), StoreError> {
    let uow = bench.store().begin().await?;
    uow.users().find(users[0]).await?;
    meet.wait().await;
    uow.users().find(users[1]).await?;
    uow.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_transactions_that_block_each_other_one_is_told_so() {
    let bench = Bench::postgres().await;
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let meet = tokio::sync::Barrier::new(2);
    let (one, other) = tokio::join!(
        lock_both(&bench, [anna.id, boris.id], &meet),
        lock_both(&bench, [boris.id, anna.id], &meet),
    );
    let told = [one, other];
    assert_eq!(told.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let told = told.iter().find_map(|outcome| outcome.as_ref().err());
    assert!(matches!(told, Some(StoreError::Contention(_))), "{told:?}");
}

/// A transaction beside the application's.
struct Beside(DatabaseTransaction);

impl Beside {
    async fn begin(connection: &DatabaseConnection) -> Self {
        let options = TransactionOptions::default();
        let beside = Self(connection.begin_with_options(options).await.unwrap());
        // The other side is the one to notice that nobody gets on.
        beside
            .run("SET LOCAL deadlock_timeout = '1min'", None)
            .await;
        beside
    }

    async fn run(&self, sql: &str, id: Option<Uuid>) {
        let values = id.into_iter().map(Value::from);
        let backend = self.0.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, sql, values);
        self.0.execute_raw(statement).await.unwrap();
    }

    /// Waits until somebody else of this database waits for a lock.
    async fn wait_until_somebody_waits(&self) {
        let waiting = "SELECT COUNT(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let is_waited_for = async || {
            let statement = Statement::from_string(self.0.get_database_backend(), waiting);
            let row = self.0.query_one_raw(statement).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap() > 0
        };
        let come = async {
            while !is_waited_for().await {
                // What is known of others is otherwise kept until the transaction ends.
                self.run("SELECT pg_stat_clear_snapshot()", None).await;
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), come)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_use_case_that_lost_to_another_transaction_is_executed_again() {
    let bench = Bench::postgres().await;
    let user = a_user().build();
    bench.has_user(&user).await;
    let film = a_film().build();
    bench.has_film(&film).await;
    let beside = Beside::begin(bench.connection()).await;
    let lock_film = "SELECT 1 FROM films WHERE id = $1 FOR UPDATE";
    beside.run(lock_film, Some(film.id.as_uuid())).await;

    let application = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let recommend: Arc<dyn UseCase<RecommendTonight>> = application.resolve();
    let actor = Actor::User(SignedInUser {
        id: user.id,
        role: user.role,
        session: a_session().of(user.id).build().id,
        language: None,
    });
    let given = tokio::spawn(async move {
        let any = RecommendTonight::default();
        recommend.execute(&actor, any).await
    });
    // It holds the user and waits for the film; the other way round nobody would get on.
    beside.wait_until_somebody_waits().await;
    let lock_user = "SELECT 1 FROM users WHERE id = $1 FOR UPDATE";
    beside.run(lock_user, Some(user.id.as_uuid())).await;
    beside.0.commit().await.unwrap();

    assert_eq!(given.await.unwrap().unwrap().card.id, film.id);
}
