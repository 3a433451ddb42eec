//! Publishes events, and waits until the server has them.
use super::{
    connection::{AmqpTrouble, Link, in_time},
    topology::{EVENTS, declare},
};
use crate::events::{
    broker_health::{BrokerHealth, PUBLISHER},
    broker_url::AmqpUrl,
    cloud_events::{CONTENT_TYPE, encode},
    runs::runs,
    telling::tell,
};
use application::events::{
    EventEnvelope,
    ports::{EventBroker, EventConsumer, PublishError},
};
use async_trait::async_trait;
use lapin::{
    BasicProperties, Confirmation, PublisherConfirm,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};

/// How long the server may take to confirm a batch.
const CONFIRM_WITHIN: Duration = Duration::from_secs(3);
/// What the standard has for messages that are to outlive the server.
const PERSISTENT: u8 = 2;

/// Publishes events to `RabbitMQ`.
pub struct AmqpBroker {
    url: AmqpUrl,
    consumers: Vec<Arc<dyn EventConsumer>>,
    health: BrokerHealth,
    link: Mutex<Option<Link>>,
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
    Server(#[from] AmqpTrouble),
    #[error("the event cannot be written")]
    Event(#[from] serde_json::Error),
}

impl AmqpBroker {
    /// Prepares to publish. The queues of these consumers MUST get what they want, so their events are not
    /// published where a queue is missing. Nothing is asked of the server yet.
    #[must_use]
    pub fn new(url: AmqpUrl, consumers: Vec<Arc<dyn EventConsumer>>, health: BrokerHealth) -> Self {
        Self {
            url,
            consumers,
            health,
            link: Mutex::default(),
        }
    }

    async fn opened(&self, last: Option<Link>) -> Result<Link, AmqpTrouble> {
        if let Some(link) = last.filter(Link::is_open) {
            return Ok(link);
        }
        let link = Link::open(&self.url, "filmhub publisher").await?;
        in_time(async {
            let options = ConfirmSelectOptions::default();
            link.channel.confirm_select(options).await?;
            declare(&link.channel, &self.consumers).await
        })
        .await?;
        Ok(link)
    }

    async fn publish_all(&self, link: &Link, batch: &[EventEnvelope]) -> Result<(), Stopped> {
        let until = Instant::now() + CONFIRM_WITHIN;
        let mut confirmed = 0;
        for run in runs(batch) {
            let published = self.publish_run(link, run, until).await;
            published.map_err(|stopped| Stopped {
                confirmed: confirmed + stopped.confirmed,
                ..stopped
            })?;
            confirmed += run.len();
        }
        Ok(())
    }

    async fn publish_run(
        &self,
        link: &Link,
        run: &[EventEnvelope],
        until: Instant,
    ) -> Result<(), Stopped> {
        let mut sent = Vec::with_capacity(run.len());
        let mut last = Ok(());
        for event in run {
            match by(until, send(link, event)).await {
                Ok(confirm) => sent.push(confirm),
                Err(trouble) => {
                    last = Err(trouble);
                    break;
                }
            }
        }
        // What was sent before something went wrong may well be confirmed.
        let mut confirmed = 0;
        for (event, confirm) in run.iter().zip(sent) {
            let taken = by(until, self.taken(event, confirm)).await;
            taken.map_err(|trouble| Stopped { confirmed, trouble })?;
            confirmed += 1;
        }
        last.map_err(|trouble| Stopped { confirmed, trouble })
    }

    /// Waits for the word that the server has an event. One that no queue is for comes back first: then
    /// nobody asked for it, unless it is one of our own who did.
    async fn taken(&self, event: &EventEnvelope, confirm: PublisherConfirm) -> Result<(), Trouble> {
        let answer = confirm.await.map_err(AmqpTrouble::from)?;
        match answer {
            Confirmation::Ack(None) => tell("confirmed", 1),
            Confirmation::Ack(Some(_returned)) => {
                if self
                    .consumers
                    .iter()
                    .any(|consumer| consumer.wants(&event.kind))
                {
                    Err(AmqpTrouble::QueueMissing)?;
                }
                tracing::debug!(event.kind, "no queue on the broker is for an event");
                tell("unrouted", 1);
            }
            Confirmation::Nack(_) | Confirmation::NotRequested => Err(AmqpTrouble::NotTaken)?,
        }
        Ok(())
    }
}

#[async_trait]
impl EventBroker for AmqpBroker {
    async fn publish(&self, batch: &[EventEnvelope]) -> Result<(), PublishError> {
        // Taken out, so that a connection is not used again on which something was given up in the middle.
        let mut kept = self.link.lock().await;
        let published = match self.opened(kept.take()).await {
            Ok(link) => {
                let published = self.publish_all(&link, batch).await;
                if published.is_ok() {
                    *kept = Some(link);
                }
                published
            }
            Err(trouble) => Err(Stopped {
                confirmed: 0,
                trouble: trouble.into(),
            }),
        };
        let Err(Stopped { confirmed, trouble }) = published else {
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

async fn send(link: &Link, event: &EventEnvelope) -> Result<PublisherConfirm, Trouble> {
    let body = encode(event)?;
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let properties = BasicProperties::default()
        .with_app_id("filmhub".into())
        .with_content_type(CONTENT_TYPE.into())
        .with_delivery_mode(PERSISTENT)
        .with_message_id(event.id.to_string().into())
        .with_timestamp(event.at.timestamp().unsigned_abs())
        .with_type(event.kind.as_str().into());
    let kind = event.kind.as_str().into();
    let sent = link
        .channel
        .basic_publish(EVENTS.into(), kind, options, &body, properties);
    Ok(sent.await.map_err(AmqpTrouble::from)?)
}

/// What is done until some time, if it is.
async fn by<T>(
    until: Instant,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    match timeout_at(until, work).await {
        Ok(done) => done,
        Err(_elapsed) => Err(AmqpTrouble::TooSlow)?,
    }
}
