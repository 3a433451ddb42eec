//! Events that go out by a broker, which is away for a while.
use crate::app::{App, Caller, Database, Setup, eventually};
use lapin::{
    Channel, Connection, ConnectionProperties, ExchangeKind,
    options::{BasicGetOptions, ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::FieldTable,
};
use serde_json::Value;
use std::time::{Duration, Instant};
use test_servers::{PostgresServer, RabbitMqServer};

const PATIENCE: Duration = Duration::from_mins(1);
const QUEUE: &str = "listener";

/// Another program that listens to what happens to users.
struct Listener {
    _connection: Connection,
    channel: Channel,
}

impl Listener {
    async fn at(url: &str) -> Self {
        let options = ConnectionProperties::default();
        let connection = Connection::connect(url, options).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        Self {
            _connection: connection,
            channel,
        }
    }

    /// Asks for what happens to users from now on, whether anything has happened yet or not.
    async fn subscribe(&self) {
        let (queue, none) = (QueueDeclareOptions::durable(), FieldTable::default());
        let declared = self.channel.exchange_declare(
            "filmhub.events".into(),
            ExchangeKind::Topic,
            ExchangeDeclareOptions {
                durable: true,
                ..ExchangeDeclareOptions::default()
            },
            none.clone(),
        );
        declared.await.unwrap();
        let declared = self
            .channel
            .queue_declare(QUEUE.into(), queue, none.clone());
        declared.await.unwrap();
        let (exchange, kinds) = ("filmhub.events".into(), "filmhub.user.#".into());
        let options = QueueBindOptions::default();
        let bound = self
            .channel
            .queue_bind(QUEUE.into(), exchange, kinds, options, none);
        bound.await.unwrap();
    }

    /// The next event, as its kind and subject.
    async fn next(&self) -> (String, String) {
        let event = eventually("an event", PATIENCE, async || {
            let options = BasicGetOptions { no_ack: true };
            let message = self.channel.basic_get(QUEUE.into(), options).await.unwrap();
            Some(message?.delivery.data.clone())
        });
        let event: Value = serde_json::from_slice(&event.await).unwrap();
        let word = |name: &str| event[name].as_str().unwrap().to_owned();
        (word("type"), word("subject"))
    }
}

fn registered(user: &Caller) -> (String, String) {
    (
        "filmhub.user.registered.v1".to_owned(),
        format!("user/{}", user.id),
    )
}

fn signed_in(user: &Caller) -> (String, String) {
    (
        "filmhub.user.signed_in.v1".to_owned(),
        format!("user/{}", user.id),
    )
}

/// Waits until an instance says how the broker is; it is ready however that is.
async fn broker_is(app: &App, state: &str) {
    eventually("how the broker is", PATIENCE, async || {
        let ready = app.anyone().get("//readyz").await.json(200);
        assert_eq!(ready["status"], "ready");
        (ready["broker"] == state).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_broker_that_is_away_keeps_nobody_waiting_and_gets_everything_later() {
    let mut broker = RabbitMqServer::start();
    let url = broker.fresh_url();
    let setup = Setup::untouched(Database::Sqlite)
        .set("DATABASE_URL", &PostgresServer::shared().fresh_database())
        .set("JWT_SECRET", "0123456789abcdef0123456789abcdef")
        .set("FILMHUB_STARTER_CATALOGUE", "off")
        .set("EVENTS_URL", &url);
    setup.run(&["migrate", "up"]).succeeded();
    let sibling = setup.sibling();
    let (mut one, other) = (setup.start().await, sibling.start().await);

    let listener = Listener::at(&url).await;
    listener.subscribe().await;
    let first = one.somebody().await;
    assert_eq!(listener.next().await, registered(&first));
    assert_eq!(listener.next().await, signed_in(&first));
    broker_is(&one, "up").await;

    broker.kill();
    let mut users = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        users.push(one.somebody().await);
        users.push(other.somebody().await);
        // Two passwords are hashed and two more looked at in this time.
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    for app in [&one, &other] {
        broker_is(app, "down").await;
    }
    one.kill9();
    broker.start_again();
    let listener = Listener::at(&url).await;
    let mut expected = Vec::new();
    for user in &users {
        expected.extend([registered(user), signed_in(user)]);
    }
    // What was on its way at the end may come twice.
    let mut told = Vec::new();
    while told.len() < expected.len() {
        let next = listener.next().await;
        if !told.contains(&next) {
            told.push(next);
        }
    }
    assert_eq!(told, expected);
}
