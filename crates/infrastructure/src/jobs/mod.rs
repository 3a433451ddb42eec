//! The queue in the database.
mod bell;
mod job_queue;
mod payload;

pub use bell::JobBell;
