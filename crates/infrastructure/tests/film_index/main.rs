//! The search index, fed from memory.
#![expect(
    clippy::as_conversions,
    reason = "in tests a wrong number shows itself at once"
)]
mod durability;
mod feed;
mod follows;
mod harness;
mod titles;
