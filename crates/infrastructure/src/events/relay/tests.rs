use super::*;
use application::{
    fakes::World,
    shared::{
        page::{PageRequest, PageSize},
        store::{Store, UnitOfWork},
    },
};
use async_trait::async_trait;
use domain::{
    events::DomainEvent,
    identity::UserId,
    shared::{Id, Language},
};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// What the events of a subject do to who deals with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conduct {
    Retries,
    Refuses,
    Panics,
}

/// Notes the users whose events it was handed, and puts a job into the queue for each.
struct Listener {
    name: &'static str,
    /// Whose events fail, and how.
    poisoned: Mutex<Option<(UserId, Conduct)>>,
    handed: Mutex<Vec<DomainEvent>>,
}

impl Listener {
    fn named(name: &'static str) -> Arc<Self> {
        Arc::new(Self {
            name,
            poisoned: Mutex::default(),
            handed: Mutex::default(),
        })
    }

    fn poison(&self, poison: Option<(UserId, Conduct)>) {
        *self.poisoned.lock().unwrap_or_else(PoisonError::into_inner) = poison;
    }

    /// What it was handed and did not fail with, since it was asked the last time.
    fn handed(&self) -> Vec<DomainEvent> {
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *handed)
    }
}

#[async_trait]
impl EventConsumer for Listener {
    fn name(&self) -> &'static str {
        self.name
    }

    fn wants(&self, kind: &str) -> bool {
        kind.starts_with("filmhub.user.")
    }

    async fn handle(&self, event: &EventEnvelope, _: &dyn UnitOfWork) -> Result<(), ConsumeError> {
        let poisoned = *self.poisoned.lock().unwrap_or_else(PoisonError::into_inner);
        let about = event.aggregate_id;
        let conduct = poisoned.filter(|(user, _)| user.as_uuid() == about);
        match conduct.map(|(_, conduct)| conduct) {
            Some(Conduct::Retries) => return Err(ConsumeError::Retry("not yet".into())),
            Some(Conduct::Refuses) => return Err(ConsumeError::Refuse("never".into())),
            Some(Conduct::Panics) => panic!("out of cheese"),
            None => {}
        }
        let mut handed = self.handed.lock().unwrap_or_else(PoisonError::into_inner);
        handed.extend(event.event());
        Ok(())
    }
}

/// Confirms so many events in all, then is away.
struct Broker {
    left: AtomicUsize,
    refuses: bool,
    published: Mutex<Vec<EventId>>,
}

impl Broker {
    fn that_takes(count: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(count),
            refuses: false,
            published: Mutex::default(),
        })
    }

    fn that_refuses_after(count: usize) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicUsize::new(count),
            refuses: true,
            published: Mutex::default(),
        })
    }

    fn comes_back(&self) {
        self.left.store(usize::MAX, Ordering::SeqCst);
    }

    fn published(&self) -> usize {
        let published = self
            .published
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        published.len()
    }
}

#[async_trait]
impl EventBroker for Broker {
    async fn publish(&self, batch: &[EventEnvelope]) -> Result<(), PublishError> {
        let confirmed = batch.len().min(self.left.load(Ordering::SeqCst));
        self.left.fetch_sub(confirmed, Ordering::SeqCst);
        let mut published = self
            .published
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        published.extend(batch.iter().take(confirmed).map(|event| event.id));
        let cause = || "told to".into();
        match confirmed {
            all if all == batch.len() => Ok(()),
            confirmed if self.refuses => {
                let cause = cause();
                Err(PublishError::Refused { confirmed, cause })
            }
            confirmed => {
                let cause = cause();
                Err(PublishError::Unavailable { confirmed, cause })
            }
        }
    }
}

fn relay_of(world: &World, route: Route) -> EventRelay {
    let ports = RelayPorts {
        queue: Arc::new(world.outbox.clone()),
        clock: Arc::new(world.clock.clone()),
        ids: Arc::new(world.ids.clone()),
        chance: Arc::new(world.chance.clone()),
        bell: EventBell::default(),
    };
    EventRelay::new(ports, route)
}

fn to_listeners(world: &World, listeners: &[&Arc<Listener>]) -> EventRelay {
    let store = Arc::new(world.store.clone());
    let consuming = Consuming::new(store, Arc::new(world.clock.clone()));
    let listeners = listeners.iter();
    let listeners = listeners.map(|listener| -> Arc<dyn EventConsumer> { (*listener).clone() });
    relay_of(world, Route::Consumers(consuming, listeners.collect()))
}

fn user(number: u128) -> UserId {
    Id::from_uuid(Uuid::from_u128(number))
}

fn registered(number: u128) -> DomainEvent {
    DomainEvent::UserRegistered {
        user: user(number),
        language: Language::English,
    }
}

fn deleted(number: u128) -> DomainEvent {
    DomainEvent::UserDeleted { user: user(number) }
}

async fn publish_all(world: &World, events: &[DomainEvent]) {
    let uow = world.store.begin().await.unwrap();
    for event in events {
        uow.outbox().publish(*event, world.now());
    }
    uow.commit().await.unwrap();
}

async fn dead(world: &World) -> Vec<String> {
    let size = PageSize::default();
    let page = PageRequest { size, after: None };
    let dead = world.outbox.list_dead(&page).await.unwrap().items;
    dead.into_iter().map(|dead| dead.problem).collect()
}

const ALL: Turn = Turn::Told { is_all: true };

#[tokio::test]
async fn events_are_handed_on_in_order_once() {
    let world = World::new();
    let (mail, bell) = (Listener::named("mail"), Listener::named("bell"));
    let mut relay = to_listeners(&world, &[&mail, &bell]);
    assert_eq!(relay.turn().await.unwrap(), Turn::Idle);
    let events = [registered(1), registered(2), deleted(1)];
    publish_all(&world, &events).await;
    // Nobody wants to know of films.
    let film = Id::from_uuid(Uuid::from_u128(9));
    publish_all(&world, &[DomainEvent::FilmAdded { film }]).await;
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(mail.handed(), events);
    assert_eq!(bell.handed(), events);
    assert_eq!(relay.turn().await.unwrap(), Turn::Idle);
    assert!(mail.handed().is_empty());
}

#[tokio::test]
async fn what_one_could_not_deal_with_holds_up_its_subject_and_nobody_else() {
    let world = World::new();
    let (mail, bell) = (Listener::named("mail"), Listener::named("bell"));
    for conduct in [Conduct::Retries, Conduct::Panics] {
        mail.poison(Some((user(1), conduct)));
        let mut relay = to_listeners(&world, &[&bell, &mail]);
        let events = [registered(1), registered(2), deleted(1), deleted(2)];
        publish_all(&world, &events).await;
        assert_eq!(relay.turn().await.unwrap(), ALL);
        assert_eq!(bell.handed(), events);
        assert_eq!(mail.handed(), [registered(2), deleted(2)]);
        assert_eq!(relay.turn().await.unwrap(), Turn::Idle);
        mail.poison(None);
        world.clock.advance(RULE.first_rest);
        assert_eq!(relay.turn().await.unwrap(), ALL);
        assert_eq!(mail.handed(), [registered(1), deleted(1)]);
        // Whoever dealt with it before does not do so again.
        assert!(bell.handed().is_empty());
        relay.ports.queue.resign(relay.who).await.unwrap();
    }
}

#[tokio::test]
async fn after_enough_tries_an_event_is_given_up_and_those_after_it_go_on() {
    let world = World::new();
    let mail = Listener::named("mail");
    let mut relay = to_listeners(&world, &[&mail]);
    mail.poison(Some((user(1), Conduct::Retries)));
    publish_all(&world, &[registered(1)]).await;
    for _ in 1..RULE.most_attempts {
        assert_eq!(relay.turn().await.unwrap(), ALL);
        assert!(dead(&world).await.is_empty());
        world.clock.advance(RULE.longest_rest);
    }
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(dead(&world).await, ["not yet"]);
    mail.poison(None);
    publish_all(&world, &[deleted(1)]).await;
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(mail.handed(), [deleted(1)]);
}

#[tokio::test]
async fn what_will_never_work_is_given_up_at_once_and_can_be_told_again() {
    let world = World::new();
    let (mail, bell) = (Listener::named("mail"), Listener::named("bell"));
    let mut relay = to_listeners(&world, &[&mail, &bell]);
    mail.poison(Some((user(1), Conduct::Refuses)));
    publish_all(&world, &[registered(1)]).await;
    let event = world.outbox.next(1, world.now()).await.unwrap()[0].event.id;
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(dead(&world).await, ["never"]);
    mail.poison(None);
    assert!(world.outbox.revive(event, world.now()).await.unwrap());
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(mail.handed(), [registered(1)]);
    assert_eq!(bell.handed(), [registered(1)]);
}

#[tokio::test]
async fn what_was_dealt_with_but_not_noted_is_delivered_again_and_dealt_with_once() {
    let world = World::new();
    let mail = Listener::named("mail");
    publish_all(&world, &[registered(1)]).await;
    let due = world.outbox.next(1, world.now()).await.unwrap();
    let dying = to_listeners(&world, &[&mail]);
    let Route::Consumers(consuming, consumers) = &dying.route else {
        panic!("another route");
    };
    let events = [due[0].event.clone()];
    consume(consuming, consumers, &events).await.unwrap();
    assert_eq!(mail.handed(), [registered(1)]);
    // It ends before it has noted anything, and another process goes on.
    drop(dying);
    let mut next = to_listeners(&world, &[&mail]);
    assert_eq!(next.turn().await.unwrap(), ALL);
    assert!(mail.handed().is_empty());
    assert_eq!(next.turn().await.unwrap(), Turn::Idle);
}

#[tokio::test]
async fn one_process_at_a_time_hands_events_on_and_another_when_it_falls_silent() {
    let world = World::new();
    let mail = Listener::named("mail");
    let mut first = to_listeners(&world, &[&mail]);
    let mut second = to_listeners(&world, &[&mail]);
    publish_all(&world, &[registered(1)]).await;
    assert_eq!(first.turn().await.unwrap(), ALL);
    publish_all(&world, &[registered(2)]).await;
    assert_eq!(second.turn().await.unwrap(), Turn::Idle);
    world.clock.advance(LEASE);
    assert_eq!(second.turn().await.unwrap(), ALL);
    assert_eq!(first.turn().await.unwrap(), Turn::Idle);
    publish_all(&world, &[registered(3)]).await;
    // It does not believe that it still leads.
    assert_eq!(first.turn().await.unwrap(), Turn::Idle);
    assert_eq!(mail.handed(), [registered(1), registered(2)]);
}

#[tokio::test]
async fn a_broker_that_is_away_loses_nothing_and_is_nobodys_fault() {
    let world = World::new();
    let broker = Broker::that_takes(2);
    let mut relay = relay_of(&world, Route::Broker(broker.clone()));
    let events: Vec<DomainEvent> = (1..=5).map(registered).collect();
    publish_all(&world, &events).await;
    assert!(relay.turn().await.is_err());
    let due = world.outbox.next(9, world.now()).await.unwrap();
    let left: Vec<_> = due
        .iter()
        .map(|due| (due.event.event(), due.tries))
        .collect();
    let expected: Vec<_> = events[2..].iter().map(|event| (Some(*event), 0)).collect();
    assert_eq!(left, expected);
    broker.comes_back();
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(broker.published(), 5);
}

#[tokio::test]
async fn an_event_that_a_broker_refuses_is_tried_again_and_others_go_on() {
    let world = World::new();
    let broker = Broker::that_refuses_after(1);
    let mut relay = relay_of(&world, Route::Broker(broker.clone()));
    let events: Vec<DomainEvent> = (1..=4).map(registered).collect();
    publish_all(&world, &events).await;
    assert_eq!(relay.turn().await.unwrap(), ALL);
    broker.comes_back();
    let due = world.outbox.next(9, world.now()).await.unwrap();
    let due: Vec<_> = due.iter().map(|due| due.event.event().unwrap()).collect();
    assert_eq!(due, events[2..]);
    assert_eq!(relay.turn().await.unwrap(), ALL);
    world.clock.advance(RULE.first_rest);
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(broker.published(), 4);
}

#[tokio::test]
async fn a_store_that_is_down_counts_as_nobodys_try() {
    let world = World::new();
    let mail = Listener::named("mail");
    let mut relay = to_listeners(&world, &[&mail]);
    publish_all(&world, &[registered(1)]).await;
    world.store.refuse_commits();
    assert!(relay.turn().await.is_err());
    world.store.accept_commits();
    let due = world.outbox.next(1, world.now()).await.unwrap();
    assert_eq!(due[0].tries, 0);
    assert_eq!(relay.turn().await.unwrap(), ALL);
}

#[tokio::test]
async fn more_than_go_at_once_are_handed_on_without_a_rest() {
    let world = World::new();
    let mail = Listener::named("mail");
    let mut relay = to_listeners(&world, &[&mail]);
    let events: Vec<DomainEvent> = (1..=150).map(registered).collect();
    publish_all(&world, &events).await;
    let more = Turn::Told { is_all: false };
    assert_eq!(relay.turn().await.unwrap(), more);
    assert_eq!(relay.turn().await.unwrap(), ALL);
    assert_eq!(mail.handed(), events);
}

#[tokio::test]
async fn a_relay_is_woken_and_lets_others_go_on_when_it_stops() {
    let world = World::new();
    let mail = Listener::named("mail");
    let relay = to_listeners(&world, &[&mail]);
    let bell = relay.ports.bell.clone();
    let stopping = CancellationToken::new();
    let running = tokio::spawn(relay.relay(stopping.clone()));
    publish_all(&world, &[registered(1)]).await;
    bell.ring();
    while !world.outbox.next(1, world.now()).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(mail.handed(), [registered(1)]);
    stopping.cancel();
    running.await.unwrap();
    publish_all(&world, &[registered(2)]).await;
    let mut next = to_listeners(&world, &[&mail]);
    assert_eq!(next.turn().await.unwrap(), ALL);
}
