//! The rules of Filmhub, free of I/O: values that are valid once they exist, aggregates that keep
//! their invariants, and pure functions. Time, identifiers and chance are always handed in.
#![warn(missing_docs)]

pub mod assistant;
pub mod catalogue;
pub mod community;
pub mod events;
pub mod identity;
pub mod jobs;
pub mod library;
pub mod mixes;
pub mod notifications;
pub mod recommendation;
pub mod shared;
pub mod taste;
