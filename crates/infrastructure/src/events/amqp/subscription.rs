//! Gets events out of the queue of a consumer.
use super::{
    connection::{AmqpTrouble, Link, in_time},
    topology::{declare, queue_of},
};
use crate::events::{
    broker_health::BrokerHealth,
    broker_url::AmqpUrl,
    handing::{Handed, Handing},
    rests::Rests,
};
use futures_util::StreamExt;
use lapin::{
    Consumer,
    message::Delivery,
    options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions},
    types::FieldTable,
};
use std::slice;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How many events are on their way to a consumer.
const PREFETCH: u16 = 16;

/// Gets events out of the queue of one consumer and hands them to it, one after the other.
pub(in crate::events) struct AmqpSubscription {
    pub(in crate::events) url: AmqpUrl,
    pub(in crate::events) handing: Handing,
    pub(in crate::events) health: BrokerHealth,
}

impl AmqpSubscription {
    /// Goes on until it is told to stop, whatever becomes of the server.
    pub(in crate::events) async fn receive(self, stopping: CancellationToken) {
        let mut rests = Rests::default();
        while !stopping.is_cancelled() {
            let broken = tokio::select! {
                () = stopping.cancelled() => return,
                opened = self.open() => match opened {
                    Ok((link, deliveries)) => {
                        self.health.is_up(self.handing.consumer.name());
                        rests.begin_anew();
                        self.receive_from(link, deliveries, &stopping).await
                    }
                    Err(trouble) => Err(trouble),
                },
            };
            let Err(trouble) = broken else {
                return;
            };
            self.health.is_down(self.handing.consumer.name(), &trouble);
            tokio::select! {
                () = stopping.cancelled() => {}
                () = sleep(rests.next()) => {}
            }
        }
    }

    async fn open(&self) -> Result<(Link, Consumer), AmqpTrouble> {
        let consumer = &self.handing.consumer;
        let name = format!("filmhub consumer {}", consumer.name());
        let link = Link::open(&self.url, &name).await?;
        let deliveries = in_time(async {
            declare(&link.channel, slice::from_ref(consumer)).await?;
            let options = BasicQosOptions::default();
            link.channel.basic_qos(PREFETCH, options).await?;
            let queue = queue_of(consumer.as_ref()).as_str().into();
            let (options, none) = (BasicConsumeOptions::default(), FieldTable::default());
            let named_by_server = "".into();
            link.channel
                .basic_consume(queue, named_by_server, options, none)
                .await
        });
        let deliveries = deliveries.await?;
        Ok((link, deliveries))
    }

    /// Ends well when it is told to stop; what is under way then comes again.
    async fn receive_from(
        &self,
        link: Link,
        mut deliveries: Consumer,
        stopping: &CancellationToken,
    ) -> Result<(), AmqpTrouble> {
        loop {
            let delivery = tokio::select! {
                () = stopping.cancelled() => break,
                delivery = deliveries.next() => delivery.ok_or(AmqpTrouble::Closed)??,
            };
            match self.handing.hand(&delivery.data, stopping).await {
                Handed::NotYet => break,
                handed => answer(&delivery, handed).await?,
            }
        }
        link.close().await;
        Ok(())
    }
}

async fn answer(delivery: &Delivery, handed: Handed) -> Result<(), AmqpTrouble> {
    in_time(async {
        if handed == Handed::GivenUp {
            // Without being put back, so it goes to the queue of what is given up.
            let options = BasicRejectOptions { requeue: false };
            delivery.reject(options).await
        } else {
            delivery.ack(BasicAckOptions::default()).await
        }
    })
    .await
    .map(drop)
}
