//! Events by way of Kafka.
mod client;
mod publisher;
mod subscription;

pub(super) use client::check;
pub(super) use publisher::KafkaBroker;
pub(super) use subscription::KafkaSubscription;
