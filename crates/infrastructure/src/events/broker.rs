//! The way to the broker that was chosen, and back.
#[cfg(feature = "kafka")]
use super::kafka::{self, KafkaBroker, KafkaSubscription};
use super::{
    amqp::{self, AmqpBroker, AmqpSubscription},
    broker_health::BrokerHealth,
    broker_url::BrokerUrl,
    consuming::Consuming,
    handing::{Handing, Patience},
};
use application::{
    events::ports::{EventBroker, EventConsumer},
    shared::store::Cause,
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Prepares to publish events. What these consumers want MUST come to them, also when it is published
/// before they have come for the first time. Nothing is asked of the broker yet.
#[must_use]
pub fn broker(
    url: &BrokerUrl,
    consumers: &[Arc<dyn EventConsumer>],
    health: BrokerHealth,
) -> Arc<dyn EventBroker> {
    match url {
        BrokerUrl::Amqp(url) => Arc::new(AmqpBroker::new(url.clone(), consumers.to_vec(), health)),
        #[cfg(feature = "kafka")]
        BrokerUrl::Kafka(servers) => Arc::new(KafkaBroker::new(servers.clone(), health)),
    }
}

/// Looks whether the broker lets this service in.
///
/// # Errors
/// When it does not, or does not answer.
pub async fn check(url: &BrokerUrl) -> Result<(), Cause> {
    match url {
        BrokerUrl::Amqp(url) => Ok(amqp::check(url).await?),
        #[cfg(feature = "kafka")]
        BrokerUrl::Kafka(servers) => Ok(kafka::check(servers).await?),
    }
}

/// What dealing with events needs.
#[derive(Clone)]
pub struct SubscriptionPorts {
    /// Has each event dealt with once.
    pub consuming: Consuming,
    /// How often an event is tried.
    pub patience: Patience,
    /// Told how the broker is.
    pub health: BrokerHealth,
}

/// Brings events from the broker to one consumer.
pub struct Subscription(Way);

enum Way {
    Amqp(AmqpSubscription),
    #[cfg(feature = "kafka")]
    Kafka(KafkaSubscription),
}

/// Prepares to bring events to a consumer; nothing is asked of the broker yet.
#[must_use]
pub fn subscription(
    url: &BrokerUrl,
    consumer: Arc<dyn EventConsumer>,
    ports: SubscriptionPorts,
) -> Subscription {
    let SubscriptionPorts {
        consuming,
        patience,
        health,
    } = ports;
    let handing = Handing {
        consuming,
        consumer,
        patience,
    };
    Subscription(match url {
        BrokerUrl::Amqp(url) => Way::Amqp(AmqpSubscription {
            url: url.clone(),
            handing,
            health,
        }),
        #[cfg(feature = "kafka")]
        BrokerUrl::Kafka(servers) => Way::Kafka(KafkaSubscription {
            servers: servers.clone(),
            handing,
            health,
        }),
    })
}

impl Subscription {
    /// Goes on until it is told to stop, whatever becomes of the broker. What is under way then comes
    /// again, here or to another instance.
    pub async fn receive(self, stopping: CancellationToken) {
        match self.0 {
            Way::Amqp(subscription) => subscription.receive(stopping).await,
            #[cfg(feature = "kafka")]
            Way::Kafka(subscription) => subscription.receive(stopping).await,
        }
    }
}
