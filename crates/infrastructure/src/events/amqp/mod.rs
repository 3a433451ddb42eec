//! Events by way of `RabbitMQ`, with AMQP 0.9.1.
mod connection;
mod publisher;
mod subscription;
mod topology;

pub(super) use connection::check;
pub(super) use publisher::AmqpBroker;
pub(super) use subscription::AmqpSubscription;
