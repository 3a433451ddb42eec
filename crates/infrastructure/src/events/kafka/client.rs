//! How Kafka is spoken to, and which topics there are.
use crate::events::broker_url::KafkaServers;
use application::events::ports::EventConsumer;
use domain::events::DomainEvent;
use rdkafka::{
    ClientConfig,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};
use std::{collections::BTreeSet, time::Duration};

/// How long Kafka may take to say what it has.
const CHECK_WITHIN: Duration = Duration::from_secs(5);

/// Kafka could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KafkaTrouble {
    /// It does not do what it is asked.
    #[error("it does not do what it is asked")]
    Refused(#[from] KafkaError),
    /// It takes too long; what it has confirmed counts.
    #[error("it takes too long")]
    TooSlow,
    /// The client went away in the middle.
    #[error("nobody asked it")]
    Unasked,
}

/// What all clients have in common.
pub(super) fn client(servers: &KafkaServers) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", servers.to_string())
        .set("client.id", "filmhub")
        .set("socket.keepalive.enable", "true");
    config
}

/// The topic for events about one kind of thing. A film was a movie to those who listened first.
pub(super) fn topic_of(aggregate: &str) -> String {
    match aggregate {
        "film" => "movie-events".to_owned(),
        other => format!("{other}-events"),
    }
}

/// The topics that a consumer wants something of.
pub(super) fn topics_of(consumer: &dyn EventConsumer) -> BTreeSet<String> {
    let wanted = DomainEvent::KINDS
        .iter()
        .filter(|kind| consumer.wants(kind.name));
    wanted.map(|kind| topic_of(kind.aggregate)).collect()
}

/// The group of a consumer: instances in it share the work.
pub(super) fn group_of(consumer: &dyn EventConsumer) -> String {
    format!("filmhub.{}", consumer.name())
}

/// Looks whether Kafka answers.
///
/// # Errors
/// [`KafkaTrouble`] when it does not.
pub async fn check(servers: &KafkaServers) -> Result<(), KafkaTrouble> {
    let config = client(servers);
    let asked = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = config.create()?;
        consumer.fetch_metadata(None, CHECK_WITHIN).map(drop)
    });
    Ok(asked.await.map_err(|_stopped| KafkaTrouble::Unasked)??)
}
