//! Work that outlives a request: what there is to do, where it waits, and who does it.
pub mod handler;
pub mod ports;
mod task;

pub use task::{Task, TaskKind, UnknownTaskKind};
