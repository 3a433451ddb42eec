//! Events by way of brokers: real ones, or what their makers play them with.
mod amqp;
#[cfg(feature = "kafka")]
mod kafka;

use application::{
    events::{
        EventEnvelope,
        broker::BrokerState,
        ports::{ConsumeError, EventBroker, EventConsumer, PublishError},
    },
    fakes::World,
    shared::store::UnitOfWork,
};
use async_trait::async_trait;
use chrono::DateTime;
use domain::{events::EventId, shared::Id};
use infrastructure::events::{
    BrokerHealth, BrokerUrl, Consuming, Patience, SubscriptionPorts, broker, subscription,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the listener wants.
const WANTED: &str = "filmhub.film.added.v1";
/// What nobody wants.
const UNWANTED: &str = "filmhub.film.changed.v1";

/// How the listener deals with an event.
#[derive(Clone, Copy, Debug)]
enum Manner {
    /// It works at the second try.
    FailsOnce,
    /// It never works, but says that it might.
    Fails,
    /// It says that it never works.
    Refuses,
    /// It never comes to an end.
    Hangs,
}

/// Notes what it gets.
#[derive(Debug, Default)]
struct Listener(Mutex<Heard>);

#[derive(Debug, Default)]
struct Heard {
    dealt_with: Vec<EventEnvelope>,
    tried: Vec<EventId>,
    manners: BTreeMap<EventId, Manner>,
}

impl Listener {
    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Deals with an event in some manner.
    fn deals(&self, event: &EventEnvelope, manner: Manner) {
        self.heard().manners.insert(event.id, manner);
    }

    /// What it has dealt with, in order.
    fn dealt_with(&self) -> Vec<EventEnvelope> {
        self.heard().dealt_with.clone()
    }

    /// How often it was given an event.
    fn tries(&self, event: &EventEnvelope) -> usize {
        let heard = self.heard();
        heard.tried.iter().filter(|id| **id == event.id).count()
    }
}

#[async_trait]
impl EventConsumer for Listener {
    fn name(&self) -> &'static str {
        "listener"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == WANTED
    }

    async fn handle(&self, event: &EventEnvelope, _: &dyn UnitOfWork) -> Result<(), ConsumeError> {
        let manner = {
            let mut heard = self.heard();
            heard.tried.push(event.id);
            let manner = heard.manners.get(&event.id).copied();
            if let Some(Manner::FailsOnce) = manner {
                heard.manners.remove(&event.id);
            }
            manner
        };
        match manner {
            Some(Manner::FailsOnce | Manner::Fails) => Err(ConsumeError::Retry("not now".into())),
            Some(Manner::Refuses) => Err(ConsumeError::Refuse("never".into())),
            Some(Manner::Hangs) => std::future::pending().await,
            None => {
                self.heard().dealt_with.push(event.clone());
                Ok(())
            }
        }
    }
}

/// Two ends of a broker: who publishes, and who listens.
struct Ends {
    url: BrokerUrl,
    listener: Arc<Listener>,
    broker: Arc<dyn EventBroker>,
    health: BrokerHealth,
    world: World,
}

impl Ends {
    fn of(url: &str) -> Self {
        let url = BrokerUrl::read(&url.to_owned().into()).unwrap();
        let listener: Arc<Listener> = Arc::default();
        let health = BrokerHealth::default();
        let consumers: [Arc<dyn EventConsumer>; 1] = [listener.clone()];
        Self {
            broker: broker(&url, &consumers, health.clone()),
            url,
            listener,
            health,
            world: World::new(),
        }
    }

    async fn publish(&self, batch: &[EventEnvelope]) -> Result<(), PublishError> {
        self.broker.publish(batch).await
    }

    /// Begins to listen, as one more instance.
    fn listens(&self) -> Listening {
        let stopping = CancellationToken::new();
        let ports = SubscriptionPorts {
            consuming: Consuming::new(
                Arc::new(self.world.store.clone()),
                Arc::new(self.world.clock.clone()),
            ),
            patience: Patience {
                most_tries: 3,
                first_pause: Duration::from_millis(5),
            },
            health: BrokerHealth::default(),
        };
        let subscription = subscription(&self.url, self.listener.clone(), ports);
        Listening {
            task: tokio::spawn(subscription.receive(stopping.clone())),
            stopping,
        }
    }

    /// Waits until the listener has dealt with as many events.
    async fn wait_for(&self, events: usize) {
        until(|| self.listener.dealt_with().len() >= events).await;
    }
}

/// An instance that listens.
struct Listening {
    task: JoinHandle<()>,
    stopping: CancellationToken,
}

impl Listening {
    /// Stops as one does that is told to.
    async fn stop(self) {
        self.stopping.cancel();
        self.task.await.unwrap();
    }

    /// Is gone from one moment to the next.
    async fn die(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Waits for something that is about to happen.
async fn until(mut happens: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !happens() {
        assert!(Instant::now() < deadline, "it does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// An event of the kind that the listener wants: the number of it, and of the film that it is about.
fn event(number: u128, film: u128) -> EventEnvelope {
    let film = Uuid::from_u128(film);
    EventEnvelope {
        id: Id::from_uuid(Uuid::from_u128(number)),
        kind: WANTED.to_owned(),
        aggregate: "film".to_owned(),
        aggregate_id: film,
        at: DateTime::UNIX_EPOCH,
        trace_parent: None,
        data: [("film_id".to_owned(), film.to_string())].into(),
    }
}

/// So many events, about three films in turn.
fn events(numbers: std::ops::Range<u128>) -> Vec<EventEnvelope> {
    numbers.map(|number| event(number, number % 3)).collect()
}

/// How many were confirmed of what could not be published.
fn confirmed(failure: &PublishError) -> usize {
    match failure {
        PublishError::Unavailable { confirmed, .. } => *confirmed,
        PublishError::Refused { .. } => panic!("no event is at fault: {failure}"),
    }
}

/// Publishes, as often as it takes.
async fn publish_at_last(ends: &Ends, mut batch: &[EventEnvelope]) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while let Err(failure) = ends.publish(batch).await {
        assert!(
            Instant::now() < deadline,
            "it cannot be published: {failure:?}"
        );
        batch = batch.split_at(confirmed(&failure)).1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(ends.health.state(), BrokerState::Up);
}
