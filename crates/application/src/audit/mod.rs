//! What is remembered of who came in, and of what administrators did.
pub mod list;
pub mod ports;
