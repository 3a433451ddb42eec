//! The way to the server.
use crate::events::broker_url::{AmqpUrl, InvalidBrokerUrl};
use lapin::{Channel, Connection, ConnectionProperties};
use std::time::Duration;
use tokio::time::timeout;

/// How long the server may take to say that it is there, and how long to make what is asked for. With the
/// time to confirm events it is less than the relay waits.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// The server could not be reached.
#[derive(Debug, thiserror::Error)]
pub enum AmqpTrouble {
    /// It does not answer, or not with what it was asked for.
    #[error("it does not do what it is asked")]
    Refused(#[from] lapin::Error),
    /// It does not answer in time.
    #[error("it does not answer in time")]
    TooSlow,
    /// Its address cannot be used.
    #[error("its address cannot be used")]
    Address(#[from] InvalidBrokerUrl),
    /// It does not confirm that it has taken an event.
    #[error("it does not take an event")]
    NotTaken,
    /// It has ended the connection.
    #[error("it has ended the connection")]
    Closed,
    /// It has no queue for an event that a consumer of this service wants.
    #[error("a queue is missing on it")]
    QueueMissing,
}

/// A connection with one channel on it; both go when it is dropped.
pub(super) struct Link {
    pub(super) channel: Channel,
    connection: Connection,
}

impl Link {
    /// Connects, under a name by which an operator knows it.
    pub(super) async fn open(url: &AmqpUrl, name: &str) -> Result<Self, AmqpTrouble> {
        let options = ConnectionProperties::default().with_connection_name(name.into());
        let uri = url.for_client()?;
        in_time(async {
            let connection = Connection::connect_uri(uri, options).await?;
            let channel = connection.create_channel().await?;
            Ok(Self {
                channel,
                connection,
            })
        })
        .await
    }

    pub(super) fn is_open(&self) -> bool {
        self.connection.status().connected() && self.channel.status().connected()
    }

    /// Takes leave; a server that does not answer is left alone.
    pub(super) async fn close(self) {
        const GOODBYE: u16 = 200;
        let closing = self.connection.close(GOODBYE, "stopping".into());
        if !matches!(timeout(CONNECT_WITHIN, closing).await, Ok(Ok(()))) {
            tracing::debug!("the broker did not say goodbye");
        }
    }
}

/// What the server does, if it does it in time.
pub(super) async fn in_time<T>(
    work: impl Future<Output = lapin::Result<T>>,
) -> Result<T, AmqpTrouble> {
    match timeout(CONNECT_WITHIN, work).await {
        Ok(done) => Ok(done?),
        Err(_elapsed) => Err(AmqpTrouble::TooSlow),
    }
}

/// Looks whether the server lets this service in.
///
/// # Errors
/// [`AmqpTrouble`] when it does not.
pub async fn check(url: &AmqpUrl) -> Result<(), AmqpTrouble> {
    let link = Link::open(url, "filmhub doctor").await?;
    link.close().await;
    Ok(())
}
