//! With a real `RabbitMQ`.
use super::{Ends, Manner, UNWANTED, confirmed, event, events, publish_at_last, until};
use application::events::{EventEnvelope, broker::BrokerState};
use futures_util::StreamExt;
use infrastructure::events::{BrokerUrl, CONTENT_TYPE, check, decode, encode};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    options::{
        BasicAckOptions, BasicConsumeOptions, BasicGetOptions, BasicPublishOptions,
        QueueDeclareOptions, QueueDeleteOptions,
    },
    types::FieldTable,
};
use std::time::Duration;
use test_servers::RabbitMqServer;
use tokio::time::Instant;

const QUEUE: &str = "filmhub.listener";
const DEAD: &str = "filmhub.listener.dead";

/// A channel of somebody else.
async fn channel(url: &str) -> (Connection, Channel) {
    let options = ConnectionProperties::default();
    let connection = Connection::connect(url, options).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

/// How many messages wait in a queue.
async fn waiting(channel: &Channel, queue: &str) -> u32 {
    let options = QueueDeclareOptions {
        passive: true,
        ..QueueDeclareOptions::default()
    };
    let none = FieldTable::default();
    let queue = channel.queue_declare(queue.into(), options, none).await;
    queue.unwrap().message_count()
}

/// Waits until as many messages wait in a queue.
async fn wait_until_full(channel: &Channel, queue: &str, messages: u32) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while waiting(channel, queue).await < messages {
        assert!(Instant::now() < deadline, "they do not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Takes a message out of the queue of the listener, which gives them to who subscribes only.
async fn take_first(channel: &Channel) -> (Vec<u8>, BasicProperties) {
    let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
    let tag = "somebody else".into();
    let consumed = channel.basic_consume(QUEUE.into(), tag, options, none);
    let message = consumed.await.unwrap().next().await.unwrap().unwrap();
    message.ack(BasicAckOptions::default()).await.unwrap();
    (message.data, message.properties)
}

/// Takes a message out of another queue.
async fn take(channel: &Channel, queue: &str) -> (Vec<u8>, BasicProperties) {
    let options = BasicGetOptions { no_ack: true };
    let message = channel.basic_get(queue.into(), options).await.unwrap();
    let message = message.expect("the queue is empty");
    (message.delivery.data, message.delivery.properties)
}

#[tokio::test]
async fn events_wait_for_a_consumer_and_come_to_it_whole_and_in_order() {
    let ends = Ends::of(&RabbitMqServer::shared().fresh_url());
    assert_eq!(ends.health.state(), BrokerState::Unknown);
    let all = events(1..61);
    let (early, late) = all.split_at(30);
    ends.publish(early).await.unwrap();
    assert_eq!(ends.health.state(), BrokerState::Up);
    let listening = ends.listens();
    ends.wait_for(30).await;
    ends.publish(late).await.unwrap();
    ends.wait_for(60).await;
    assert_eq!(ends.listener.dealt_with(), all);
    listening.stop().await;
}

#[tokio::test]
async fn a_message_is_an_event_in_one_document_that_outlives_the_server() {
    let url = RabbitMqServer::shared().fresh_url();
    let ends = Ends::of(&url);
    let event = event(1, 1);
    ends.publish(std::slice::from_ref(&event)).await.unwrap();
    let (_connection, channel) = channel(&url).await;
    let (body, properties) = take_first(&channel).await;
    assert_eq!(decode(&body).unwrap(), event);
    let words = |word: &Option<lapin::types::ShortString>| word.as_ref().map(ToString::to_string);
    assert_eq!(
        words(properties.content_type()).as_deref(),
        Some(CONTENT_TYPE)
    );
    assert_eq!(words(properties.message_id()), Some(event.id.to_string()));
    assert_eq!(words(properties.kind()), Some(event.kind));
    assert_eq!(*properties.delivery_mode(), Some(2));
}

#[tokio::test]
async fn what_nobody_wants_is_published_and_what_has_lost_its_queue_is_not() {
    let url = RabbitMqServer::shared().fresh_url();
    let ends = Ends::of(&url);
    let (wanted, unwanted) = (event(1, 1), {
        let kind = UNWANTED.to_owned();
        EventEnvelope {
            kind,
            ..event(2, 2)
        }
    });
    ends.publish(std::slice::from_ref(&unwanted)).await.unwrap();
    let (_connection, channel) = channel(&url).await;
    let options = QueueDeleteOptions::default();
    channel.queue_delete(QUEUE.into(), options).await.unwrap();
    let failure = ends.publish(&[unwanted, wanted.clone()]).await.unwrap_err();
    assert_eq!(confirmed(&failure), 1);
    // The next time the queue is made again.
    ends.publish(std::slice::from_ref(&wanted)).await.unwrap();
    assert_eq!(decode(&take_first(&channel).await.0).unwrap(), wanted);
}

#[tokio::test]
async fn a_killed_server_keeps_what_it_confirmed_and_takes_the_rest_when_it_is_back() {
    let mut server = RabbitMqServer::start();
    let ends = Ends::of(&server.fresh_url());
    let all = events(1..31);
    let (before, after) = all.split_at(10);
    ends.publish(before).await.unwrap();
    server.kill();
    let begun = Instant::now();
    let failure = ends.publish(after).await.unwrap_err();
    assert_eq!(confirmed(&failure), 0);
    assert_eq!(ends.health.state(), BrokerState::Down);
    // Whoever publishes waits, but not for long.
    assert!(begun.elapsed() < Duration::from_secs(10));
    let listening = ends.listens();
    server.start_again();
    publish_at_last(&ends, after).await;
    ends.wait_for(30).await;
    // And once more under a consumer that is at it.
    server.kill();
    server.start_again();
    let more = events(31..41);
    publish_at_last(&ends, &more).await;
    ends.wait_for(40).await;
    assert_eq!(ends.listener.dealt_with(), [all, more].concat());
    listening.stop().await;
}

#[tokio::test]
async fn another_instance_goes_on_where_one_has_died() {
    let ends = Ends::of(&RabbitMqServer::shared().fresh_url());
    let all = events(1..31);
    ends.listener.deals(&all[4], Manner::Hangs);
    let one = ends.listens();
    ends.publish(&all).await.unwrap();
    until(|| ends.listener.tries(&all[4]) == 1).await;
    // There is another one, which gets nothing while the first lives.
    let other = ends.listens();
    ends.listener.heard().manners.clear();
    assert_eq!(ends.listener.dealt_with(), all[..4]);
    one.die().await;
    ends.wait_for(30).await;
    assert_eq!(ends.listener.dealt_with(), all);
    other.stop().await;
}

#[tokio::test]
async fn what_is_under_way_when_an_instance_is_stopped_comes_again() {
    let ends = Ends::of(&RabbitMqServer::shared().fresh_url());
    let all = events(1..5);
    ends.listener.deals(&all[1], Manner::Hangs);
    let one = ends.listens();
    ends.publish(&all).await.unwrap();
    until(|| ends.listener.tries(&all[1]) == 1).await;
    one.stop().await;
    ends.listener.heard().manners.clear();
    let other = ends.listens();
    ends.wait_for(4).await;
    assert_eq!(ends.listener.dealt_with(), all);
    other.stop().await;
}

#[tokio::test]
async fn an_event_that_comes_again_is_ignored_and_one_that_comes_late_is_not() {
    let ends = Ends::of(&RabbitMqServer::shared().fresh_url());
    let all = events(1..11);
    let listening = ends.listens();
    ends.publish(&all[1..]).await.unwrap();
    ends.publish(&all[1..]).await.unwrap();
    // The first of all comes last.
    ends.publish(&all[..1]).await.unwrap();
    ends.wait_for(10).await;
    ends.publish(&all).await.unwrap();
    let last = event(11, 1);
    ends.publish(std::slice::from_ref(&last)).await.unwrap();
    ends.wait_for(11).await;
    let expected = [&all[1..], &all[..1], &[last]].concat();
    assert_eq!(ends.listener.dealt_with(), expected);
    listening.stop().await;
}

#[tokio::test]
async fn what_does_not_work_is_tried_again_and_then_put_where_somebody_can_look_at_it() {
    let url = RabbitMqServer::shared().fresh_url();
    let ends = Ends::of(&url);
    let all = events(1..7);
    ends.listener.deals(&all[1], Manner::FailsOnce);
    ends.listener.deals(&all[2], Manner::Fails);
    ends.listener.deals(&all[4], Manner::Refuses);
    ends.publish(&all[..1]).await.unwrap();
    let (_connection, channel) = channel(&url).await;
    let poison = b"{\"specversion\":\"1.0\"}";
    let sent = channel.basic_publish(
        "filmhub.events".into(),
        super::WANTED.into(),
        BasicPublishOptions::default(),
        poison,
        BasicProperties::default(),
    );
    sent.await.unwrap().await.unwrap();
    ends.publish(&all[1..]).await.unwrap();
    let listening = ends.listens();
    ends.wait_for(4).await;
    wait_until_full(&channel, DEAD, 3).await;
    let tries = [1, 2, 4].map(|place: usize| ends.listener.tries(&all[place]));
    assert_eq!(tries, [2, 3, 1]);
    let good: Vec<_> = [0, 1, 3, 5].map(|place: usize| all[place].clone()).into();
    assert_eq!(ends.listener.dealt_with(), good);
    let mut expected = [&all[2], &all[4]]
        .map(|event| encode(event).unwrap())
        .to_vec();
    expected.push(poison.to_vec());
    for _ in 0..3 {
        let (body, properties) = take(&channel, DEAD).await;
        let place = expected.iter().position(|expected| *expected == body);
        expected.remove(place.expect("it was not to be given up, or is there twice"));
        // The server notes why and when.
        let headers = properties.headers().clone().unwrap();
        assert!(headers.contains_key("x-death"), "{headers:?}");
    }
    listening.stop().await;
    assert_eq!(waiting(&channel, QUEUE).await, 0);
}

#[tokio::test]
async fn an_event_that_ends_every_instance_is_given_up_by_the_server() {
    let url = RabbitMqServer::shared().fresh_url();
    let ends = Ends::of(&url);
    let fatal = event(1, 1);
    ends.listener.deals(&fatal, Manner::Hangs);
    ends.publish(std::slice::from_ref(&fatal)).await.unwrap();
    let (_connection, channel) = channel(&url).await;
    for times in 1.. {
        let listening = ends.listens();
        let next = async {
            until(|| ends.listener.tries(&fatal) == times).await;
        };
        tokio::select! {
            () = next => listening.die().await,
            () = wait_until_full(&channel, DEAD, 1) => {
                listening.stop().await;
                break;
            }
        }
    }
    assert_eq!(ends.listener.tries(&fatal), 21);
    let healthy = event(2, 1);
    ends.publish(std::slice::from_ref(&healthy)).await.unwrap();
    let listening = ends.listens();
    ends.wait_for(1).await;
    listening.stop().await;
}

#[tokio::test]
async fn whether_a_server_lets_this_service_in_can_be_looked_at() {
    let url = RabbitMqServer::shared().fresh_url();
    let look = async |url: String| check(&BrokerUrl::read(&url.into()).unwrap()).await;
    look(url.clone()).await.unwrap();
    let wrong = url.replace("p%40ss", "hidden");
    let refused = look(wrong).await.unwrap_err();
    assert!(!format!("{refused:?} {refused}").contains("hidden"));
    let nowhere = url.replace("/v", "/nowhere");
    look(nowhere).await.unwrap_err();
}
