//! Work that outlives a request: what there is to do, where it waits, and who does it.
pub mod administer;
pub mod handler;
pub mod ports;
mod run;
mod task;
pub mod views;

pub use run::{Held, RunEnd, Steps, Takeover};
pub use task::{Task, TaskKind, UnknownTaskKind};
