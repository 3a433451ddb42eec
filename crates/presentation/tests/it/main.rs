//! The HTTP face on fakes: what each path answers, and that nothing answers otherwise than the
//! document says.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod admin;
mod assistant;
mod auth;
mod bad_input;
mod client_contract;
mod companions;
mod films;
mod me;
mod notifications;
mod openapi;
mod posters;
mod problems;
mod recommend;
mod recommendations;
mod sessions;
mod slow;
mod stats;
mod support;
mod surroundings;
mod taste;
mod telegram;
mod vocabulary;
mod watchlists;
