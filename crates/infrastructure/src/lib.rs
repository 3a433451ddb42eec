//! The adapters through which the application reaches the world: databases, poster stores, the search
//! index, password hashing, tokens, time and chance.

pub mod assistant;
mod audit;
pub mod catalogue;
pub mod community;
pub mod events;
pub mod identity;
pub mod jobs;
mod library;
pub mod limits;
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
