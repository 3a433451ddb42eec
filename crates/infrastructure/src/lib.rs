//! The adapters through which the application reaches the world: databases, poster stores, the search
//! index, password hashing, tokens, time and chance.

pub mod assistant;
pub mod catalogue;
pub mod identity;
mod library;
mod mixes;
pub mod module;
pub mod persistence;
mod recommendation;
pub mod system;
