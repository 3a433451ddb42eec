//! The search index, fed from memory.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "in tests a panic is the answer, and this counts for their tools too"
)]
mod durability;
mod feed;
mod follows;
mod harness;
mod titles;
