//! Events: kept with the change that they tell of, handed on in order, dealt with once.
mod bell;
mod cloud_events;
mod consuming;
mod event_row;
mod outbox;
mod outbox_queue;
mod policy;
mod relay;
mod retrying;
mod undelivered;

pub use bell::EventBell;
pub use cloud_events::{CONTENT_TYPE, Unreadable, decode, encode};
pub use consuming::Consuming;
pub(crate) use outbox::{PublishedEvent, change_and_tell, store_events};
pub use outbox_queue::{SqlOutboxQueue, SqlOutboxQueueParameters};
pub use policy::{FixedEventPolicy, FixedEventPolicyParameters};
pub use relay::{EventRelay, RelayPorts, Route};
pub use undelivered::{Undelivered, undelivered};
