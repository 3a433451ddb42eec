//! What Filmhub can do: one use case per request, and the ports through which they reach the world.
#![warn(missing_docs)]

pub mod assistant;
pub mod catalogue;
pub mod community;
pub mod events;
#[cfg(feature = "fakes")]
pub mod fakes;
pub mod identity;
pub mod jobs;
pub mod library;
pub mod mixes;
pub mod module;
pub mod notifications;
pub mod recommendation;
pub mod shared;
pub mod taste;
pub mod telegram;
pub mod upkeep;
