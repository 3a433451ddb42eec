//! Exchanges and queues, and what hangs on what.
use application::events::ports::EventConsumer;
use domain::events::DomainEvent;
use lapin::{
    Channel, ExchangeKind,
    options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions},
    types::{AMQPValue, FieldTable, ShortString},
};
use std::sync::Arc;

/// Where events are published, each with its kind as routing key.
pub(super) const EVENTS: &str = "filmhub.events";
/// Where events go that could not be dealt with, each with the queue that it was in as routing key.
const DEAD: &str = "filmhub.dead";

/// As often a queue gives out an event whose consumer went away without an answer.
const MOST_DELIVERIES: i64 = 20;

/// The queue of a consumer.
pub(super) fn queue_of(consumer: &dyn EventConsumer) -> String {
    format!("filmhub.{}", consumer.name())
}

/// Makes what is not there yet. Those who publish do so as well as those who subscribe, so that nothing is
/// lost that is published before a consumer comes for the first time.
pub(super) async fn declare(
    channel: &Channel,
    consumers: &[Arc<dyn EventConsumer>],
) -> lapin::Result<()> {
    exchange(channel, EVENTS, ExchangeKind::Topic).await?;
    exchange(channel, DEAD, ExchangeKind::Direct).await?;
    for consumer in consumers {
        declare_queues(channel, consumer.as_ref()).await?;
    }
    Ok(())
}

async fn exchange(channel: &Channel, name: &str, kind: ExchangeKind) -> lapin::Result<()> {
    let options = ExchangeDeclareOptions {
        durable: true,
        ..ExchangeDeclareOptions::default()
    };
    let none = FieldTable::default();
    channel
        .exchange_declare(name.into(), kind, options, none)
        .await
}

/// A queue, and another for what is given up. One instance at a time gets events out of a queue, so
/// that they are dealt with in order.
async fn declare_queues(channel: &Channel, consumer: &dyn EventConsumer) -> lapin::Result<()> {
    let name = queue_of(consumer);
    let dead = format!("{name}.dead");
    queue(channel, &dead, kept()).await?;
    bind(channel, &dead, DEAD, &name).await?;
    let mut arguments = kept();
    arguments.insert("x-single-active-consumer".into(), AMQPValue::Boolean(true));
    arguments.insert(
        "x-delivery-limit".into(),
        AMQPValue::LongLongInt(MOST_DELIVERIES),
    );
    arguments.insert("x-dead-letter-exchange".into(), words(DEAD));
    arguments.insert("x-dead-letter-routing-key".into(), words(&name));
    // What is given up is not forgotten here before it has come there.
    arguments.insert("x-dead-letter-strategy".into(), words("at-least-once"));
    arguments.insert("x-overflow".into(), words("reject-publish"));
    queue(channel, &name, arguments).await?;
    for kind in DomainEvent::KINDS {
        if consumer.wants(kind.name) {
            bind(channel, &name, EVENTS, kind.name).await?;
        }
    }
    Ok(())
}

/// A queue that outlives crashes, and in a cluster the loss of a machine.
fn kept() -> FieldTable {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), words("quorum"));
    arguments
}

fn words(text: &str) -> AMQPValue {
    AMQPValue::LongString(text.into())
}

async fn queue(channel: &Channel, name: &str, arguments: FieldTable) -> lapin::Result<()> {
    let options = QueueDeclareOptions {
        durable: true,
        ..QueueDeclareOptions::default()
    };
    channel
        .queue_declare(name.into(), options, arguments)
        .await
        .map(drop)
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> lapin::Result<()> {
    let [queue, exchange, key] = [queue, exchange, key].map(ShortString::from);
    let none = FieldTable::default();
    channel
        .queue_bind(queue, exchange, key, QueueBindOptions::default(), none)
        .await
}
