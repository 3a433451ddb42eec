//! What all use cases share: who asks, how failure speaks, pages, and the unit of work.
pub mod actor;
pub mod background;
pub mod clock;
pub mod failure;
pub mod limiter;
pub mod once;
pub mod page;
pub mod problems;
pub mod retry;
pub mod store;
pub mod use_case;
