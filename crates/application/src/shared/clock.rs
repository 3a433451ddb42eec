//! Time, identifiers and chance, which use cases ask for instead of taking them from the air.
use chrono::{DateTime, Utc};
use domain::shared::Id;
use shaku::Interface;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Interface {
    /// Now, in whole microseconds, because that is what every database keeps.
    fn now(&self) -> DateTime<Utc>;
}

/// Makes identifiers that sort by creation time.
pub trait IdGenerator: Interface {
    /// A new identifier, never given before.
    fn next_uuid(&self) -> Uuid;
}

impl dyn IdGenerator {
    /// A new identifier of a kind.
    pub fn next<K: ?Sized>(&self) -> Id<K> {
        Id::from_uuid(self.next_uuid())
    }
}

/// Draws lots.
pub trait Chance: Interface {
    /// A uniformly random number.
    fn draw(&self) -> u64;
}
