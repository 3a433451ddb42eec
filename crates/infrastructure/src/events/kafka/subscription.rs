//! Gets events out of the topics that a consumer wants something of.
use super::{
    client::{KafkaTrouble, client, group_of, topics_of},
    publisher::{headers, new_producer},
};
use crate::events::{
    broker_health::BrokerHealth,
    broker_url::KafkaServers,
    handing::{Handed, Handing},
    rests::Rests,
};
use rdkafka::{
    Message,
    consumer::{Consumer, StreamConsumer},
    message::BorrowedMessage,
    producer::{FutureProducer, FutureRecord},
    util::Timeout,
};
use tokio::{task::spawn_blocking, time::sleep};
use tokio_util::sync::CancellationToken;

/// Gets events out of topics, as one of the group of a consumer, and hands them to it one after the
/// other.
pub(in crate::events) struct KafkaSubscription {
    pub(in crate::events) servers: KafkaServers,
    pub(in crate::events) handing: Handing,
    pub(in crate::events) health: BrokerHealth,
}

impl KafkaSubscription {
    /// Goes on until it is told to stop, whatever becomes of Kafka.
    pub(in crate::events) async fn receive(self, stopping: CancellationToken) {
        let mut rests = Rests::default();
        while let Err(trouble) = self.receive_until_broken(&mut rests, &stopping).await {
            self.health.is_down(self.handing.consumer.name(), &trouble);
            tokio::select! {
                () = stopping.cancelled() => return,
                () = sleep(rests.next()) => {}
            }
        }
    }

    /// Ends well when it is told to stop; what is under way then comes again.
    async fn receive_until_broken(
        &self,
        rests: &mut Rests,
        stopping: &CancellationToken,
    ) -> Result<(), KafkaTrouble> {
        let received = self.member()?;
        let producer = new_producer(&self.servers)?;
        let ended = self
            .receive_from(&received, &producer, rests, stopping)
            .await;
        // Leaving the group, and saying how far it came, waits for Kafka.
        let left = spawn_blocking(move || drop(received)).await;
        left.map_err(|_stopped| KafkaTrouble::Unasked)?;
        ended
    }

    /// A member of the group. How far it came is noted for all that it says is done with, every few
    /// seconds and when it leaves.
    fn member(&self) -> Result<StreamConsumer, KafkaTrouble> {
        let consumer = self.handing.consumer.as_ref();
        let mut config = client(&self.servers);
        config
            .set("group.id", group_of(consumer))
            .set("auto.offset.reset", "earliest")
            .set("enable.auto.offset.store", "false")
            .set("allow.auto.create.topics", "true");
        let member: StreamConsumer = config.create()?;
        let topics = topics_of(consumer);
        let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
        member.subscribe(&topics)?;
        Ok(member)
    }

    async fn receive_from(
        &self,
        member: &StreamConsumer,
        producer: &FutureProducer,
        rests: &mut Rests,
        stopping: &CancellationToken,
    ) -> Result<(), KafkaTrouble> {
        loop {
            let message = tokio::select! {
                () = stopping.cancelled() => return Ok(()),
                received = member.recv() => received?,
            };
            self.health.is_up(self.handing.consumer.name());
            rests.begin_anew();
            match self.hand(&message, stopping).await {
                Handed::NotYet => return Ok(()),
                Handed::Settled => {}
                Handed::GivenUp => self.put_away(producer, &message).await?,
            }
            member.store_offset_from_message(&message)?;
        }
    }

    async fn hand(&self, message: &BorrowedMessage<'_>, stopping: &CancellationToken) -> Handed {
        match message.payload() {
            Some(bytes) => self.handing.hand(bytes, stopping).await,
            // What tells Kafka to forget a key tells us nothing.
            None => Handed::Settled,
        }
    }

    /// Puts a message where somebody can look at it.
    async fn put_away(
        &self,
        producer: &FutureProducer,
        message: &BorrowedMessage<'_>,
    ) -> Result<(), KafkaTrouble> {
        let topic = format!("{}.dead", group_of(self.handing.consumer.as_ref()));
        let record = FutureRecord::to(&topic)
            .key(message.key().unwrap_or_default())
            .payload(message.payload().unwrap_or_default())
            .headers(headers());
        let sent = producer.send(record, Timeout::Never).await;
        sent.map(drop)
            .map_err(|(failure, _message)| KafkaTrouble::Refused(failure))
    }
}
