//! The adapters through which the application reaches the world: databases, poster stores, the search
//! index, password hashing, tokens, time and chance.

pub mod assistant;
pub mod catalogue;
pub mod community;
pub mod events;
pub mod identity;
pub mod jobs;
mod library;
mod mixes;
pub mod module;
pub mod notifications;
pub mod persistence;
mod readiness;
pub mod recommendation;
pub mod sources;
pub mod system;
mod taste;
pub mod telegram;
pub mod upkeep;
