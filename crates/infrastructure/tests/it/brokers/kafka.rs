//! With the cluster that librdkafka plays.
use super::{Ends, Manner, confirmed, event, events, publish_at_last, until};
use application::events::{EventEnvelope, broker::BrokerState};
use infrastructure::events::{BrokerUrl, CONTENT_TYPE, check, decode};
use rdkafka::{
    ClientConfig, Message,
    consumer::{Consumer, StreamConsumer},
    message::Headers,
    mocking::MockCluster,
    producer::DefaultProducerContext,
};
use std::slice;

type Cluster = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> (Cluster, Ends) {
    let cluster = MockCluster::new(1).unwrap();
    let ends = Ends::of(&format!("kafka://{}", cluster.bootstrap_servers()));
    (cluster, ends)
}

/// Somebody else who reads a topic from its beginning.
fn reader(cluster: &Cluster, topic: &str) -> StreamConsumer {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", cluster.bootstrap_servers())
        .set("group.id", "somebody else")
        .set("auto.offset.reset", "earliest")
        .set("allow.auto.create.topics", "true");
    let reader: StreamConsumer = config.create().unwrap();
    reader.subscribe(&[topic]).unwrap();
    reader
}

/// What was dealt with, by the film that it is about: topics keep the order of each.
fn by_film(events: &[EventEnvelope]) -> Vec<EventEnvelope> {
    let mut events = events.to_vec();
    events.sort_by_key(|event| event.aggregate_id);
    events
}

#[tokio::test]
async fn events_come_whole_and_those_of_a_film_in_order() {
    let (_cluster, ends) = cluster();
    let all = events(1..61);
    let (early, late) = all.split_at(30);
    ends.publish(early).await.unwrap();
    assert_eq!(ends.health.state(), BrokerState::Up);
    let listening = ends.listens();
    ends.wait_for(30).await;
    ends.publish(late).await.unwrap();
    ends.wait_for(60).await;
    assert_eq!(by_film(&ends.listener.dealt_with()), by_film(&all));
    listening.stop().await;
}

#[tokio::test]
async fn a_message_is_an_event_in_one_document_under_its_subject() {
    let (cluster, ends) = cluster();
    let event = event(1, 1);
    ends.publish(slice::from_ref(&event)).await.unwrap();
    let reader = reader(&cluster, "movie-events");
    let message = reader.recv().await.unwrap();
    assert_eq!(decode(message.payload().unwrap()).unwrap(), event);
    assert_eq!(message.key(), Some(event.subject().as_bytes()));
    let header = message.headers().unwrap().get(0);
    let expected = ("content-type", Some(CONTENT_TYPE.as_bytes()));
    assert_eq!((header.key, header.value), expected);
}

#[tokio::test]
async fn what_is_not_taken_while_kafka_is_away_is_taken_later() {
    let (cluster, ends) = cluster();
    let all = events(1..31);
    let (before, after) = all.split_at(10);
    let listening = ends.listens();
    ends.publish(before).await.unwrap();
    ends.wait_for(10).await;
    cluster.broker_down(-1).unwrap();
    let failure = ends.publish(after).await.unwrap_err();
    assert_eq!(confirmed(&failure), 0);
    assert_eq!(ends.health.state(), BrokerState::Down);
    cluster.broker_up(-1).unwrap();
    publish_at_last(&ends, after).await;
    ends.wait_for(30).await;
    assert_eq!(by_film(&ends.listener.dealt_with()), by_film(&all));
    listening.stop().await;
}

#[tokio::test]
async fn another_instance_goes_on_and_ignores_what_was_dealt_with() {
    let (_cluster, ends) = cluster();
    let all = events(1..21);
    let listening = ends.listens();
    ends.publish(&all[..10]).await.unwrap();
    ends.wait_for(10).await;
    ends.listener.deals(&all[10], Manner::Hangs);
    ends.publish(&all[10..]).await.unwrap();
    until(|| ends.listener.tries(&all[10]) == 1).await;
    listening.stop().await;
    ends.listener.heard().manners.clear();
    // Delivered twice, in part.
    ends.publish(&all[5..]).await.unwrap();
    let other = ends.listens();
    ends.wait_for(20).await;
    assert_eq!(by_film(&ends.listener.dealt_with()), by_film(&all));
    other.stop().await;
}

#[tokio::test]
async fn what_does_not_work_is_tried_again_and_then_put_into_a_topic_of_its_own() {
    let (cluster, ends) = cluster();
    let all = events(1..7);
    ends.listener.deals(&all[1], Manner::FailsOnce);
    ends.listener.deals(&all[2], Manner::Fails);
    let listening = ends.listens();
    ends.publish(&all).await.unwrap();
    ends.wait_for(5).await;
    let reader = reader(&cluster, "filmhub.listener.dead");
    let dead = reader.recv().await.unwrap();
    assert_eq!(decode(dead.payload().unwrap()).unwrap(), all[2]);
    assert_eq!(dead.key(), Some(all[2].subject().as_bytes()));
    assert_eq!(ends.listener.tries(&all[2]), 3);
    listening.stop().await;
}

#[tokio::test]
async fn whether_kafka_answers_can_be_looked_at() {
    let (cluster, _ends) = cluster();
    let url = |servers: &str| BrokerUrl::read(&format!("kafka://{servers}").into()).unwrap();
    check(&url(&cluster.bootstrap_servers())).await.unwrap();
    check(&url("127.0.0.1:1")).await.unwrap_err();
}
