//! Events: kept with the change that they tell of, handed on in order, dealt with once.
mod amqp;
mod bell;
mod broker;
mod broker_health;
mod broker_url;
mod cloud_events;
mod consuming;
mod event_row;
mod handing;
#[cfg(feature = "kafka")]
mod kafka;
mod outbox;
mod outbox_queue;
mod policy;
mod relay;
mod rests;
mod retrying;
mod runs;
mod telling;
mod undelivered;

pub use bell::EventBell;
pub use broker::{Subscription, SubscriptionPorts, broker, check, subscription};
pub use broker_health::{BrokerHealth, ConfiguredBrokerWatch, ConfiguredBrokerWatchParameters};
pub use broker_url::{BrokerUrl, InvalidBrokerUrl};
pub use cloud_events::{CONTENT_TYPE, Unreadable, decode, encode};
pub use consuming::Consuming;
pub use handing::Patience;
pub(crate) use outbox::{PublishedEvent, change_and_tell, store_events};
pub use outbox_queue::{SqlOutboxQueue, SqlOutboxQueueParameters};
pub use policy::{FixedEventPolicy, FixedEventPolicyParameters};
pub use relay::{EventRelay, RelayPorts, Route};
pub use undelivered::{Undelivered, undelivered};
