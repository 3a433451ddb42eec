//! Publishes events, and waits until Kafka has them.
use super::client::{KafkaTrouble, client, topic_of};
use crate::events::{
    broker_health::{BrokerHealth, PUBLISHER},
    broker_url::KafkaServers,
    cloud_events::{CONTENT_TYPE, encode},
    runs::runs,
    telling::tell,
};
use application::events::{
    EventEnvelope,
    ports::{EventBroker, PublishError},
};
use async_trait::async_trait;
use futures_util::future::join_all;
use rdkafka::{
    message::{Header, OwnedHeaders},
    producer::{DeliveryFuture, FutureProducer, FutureRecord, Producer},
};
use std::time::Duration;
use tokio::{sync::Mutex, time::Instant};

/// How long Kafka may take to confirm an event, in milliseconds.
const CONFIRM_WITHIN: &str = "5000";

/// For how long events are still begun to be published. With the time for the last of them it is less
/// than the relay waits, which would not hear how far this came.
const BEGIN_WITHIN: Duration = Duration::from_secs(4);

/// Publishes events to Kafka.
pub struct KafkaBroker {
    servers: KafkaServers,
    health: BrokerHealth,
    producer: Mutex<Option<FutureProducer>>,
}

/// How far it came, and why not further.
struct Stopped {
    confirmed: usize,
    trouble: Trouble,
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Server(#[from] KafkaTrouble),
    #[error("the event cannot be written")]
    Event(#[from] serde_json::Error),
}

impl KafkaBroker {
    /// Prepares to publish; nothing is asked of Kafka yet.
    #[must_use]
    pub fn new(servers: KafkaServers, health: BrokerHealth) -> Self {
        Self {
            servers,
            health,
            producer: Mutex::default(),
        }
    }

    /// The producer as it was, unless it says that it is of no more use.
    async fn producer(&self) -> Result<FutureProducer, KafkaTrouble> {
        let mut kept = self.producer.lock().await;
        let usable = kept
            .take()
            .filter(|last| last.client().fatal_error().is_none());
        let producer = match usable {
            Some(last) => last,
            None => new_producer(&self.servers)?,
        };
        *kept = Some(producer.clone());
        Ok(producer)
    }

    async fn publish_all(&self, batch: &[EventEnvelope]) -> Result<(), Stopped> {
        let mut confirmed = 0;
        let producer = self.producer().await.map_err(|trouble| Stopped {
            confirmed,
            trouble: trouble.into(),
        })?;
        let until = Instant::now() + BEGIN_WITHIN;
        for run in runs(batch) {
            if Instant::now() >= until {
                let trouble = KafkaTrouble::TooSlow.into();
                return Err(Stopped { confirmed, trouble });
            }
            publish_run(&producer, run)
                .await
                .map_err(|stopped| Stopped {
                    confirmed: confirmed + stopped.confirmed,
                    ..stopped
                })?;
            confirmed += run.len();
        }
        Ok(())
    }
}

/// A producer that puts nothing in twice or in another order of its own accord, and counts as there only
/// what all replicas have.
pub(super) fn new_producer(servers: &KafkaServers) -> Result<FutureProducer, KafkaTrouble> {
    let mut config = client(servers);
    config
        .set("enable.idempotence", "true")
        .set("acks", "all")
        .set("message.timeout.ms", CONFIRM_WITHIN);
    Ok(config.create()?)
}

/// Waits for all that was sent, also when something has failed before, so that nothing is on its way any
/// more when the same is published again.
async fn publish_run(producer: &FutureProducer, run: &[EventEnvelope]) -> Result<(), Stopped> {
    let mut sent = Vec::with_capacity(run.len());
    let mut last = Ok(());
    for event in run {
        match send(producer, event) {
            Ok(delivery) => sent.push(delivery),
            Err(trouble) => {
                last = Err(trouble);
                break;
            }
        }
    }
    let mut confirmed = 0;
    for delivered in join_all(sent).await {
        let delivered = match delivered {
            Ok(Ok(_place)) => Ok(()),
            Ok(Err((failure, _message))) => Err(KafkaTrouble::Refused(failure)),
            Err(_cancelled) => Err(KafkaTrouble::Unasked),
        };
        delivered.map_err(|trouble| Stopped {
            confirmed,
            trouble: trouble.into(),
        })?;
        confirmed += 1;
        tell("confirmed", 1);
    }
    last.map_err(|trouble| Stopped { confirmed, trouble })
}

fn send(producer: &FutureProducer, event: &EventEnvelope) -> Result<DeliveryFuture, Trouble> {
    let (topic, key, body) = (topic_of(&event.aggregate), event.subject(), encode(event)?);
    let record = FutureRecord::to(&topic)
        .key(&key)
        .payload(&body)
        .timestamp(event.at.timestamp_millis())
        .headers(headers());
    let sent = producer.send_result(record);
    Ok(sent.map_err(|(failure, _record)| KafkaTrouble::Refused(failure))?)
}

/// The header by which those who read know that the whole event is in the value.
pub(super) fn headers() -> OwnedHeaders {
    OwnedHeaders::new().insert(Header {
        key: "content-type",
        value: Some(CONTENT_TYPE),
    })
}

#[async_trait]
impl EventBroker for KafkaBroker {
    async fn publish(&self, batch: &[EventEnvelope]) -> Result<(), PublishError> {
        let Err(Stopped { confirmed, trouble }) = self.publish_all(batch).await else {
            self.health.is_up(PUBLISHER);
            return Ok(());
        };
        tell("failed", batch.len().saturating_sub(confirmed));
        Err(match trouble {
            Trouble::Server(trouble) => {
                self.health.is_down(PUBLISHER, &trouble);
                PublishError::Unavailable {
                    confirmed,
                    cause: trouble.into(),
                }
            }
            Trouble::Event(failure) => PublishError::Refused {
                confirmed,
                cause: failure.into(),
            },
        })
    }
}
