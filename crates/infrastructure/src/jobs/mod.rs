//! The queue in the database, and who takes jobs from it.
mod backlog;
mod bell;
mod cron_words;
mod job_queries;
mod job_queue;
mod job_row;
mod payload;
mod progress;
mod scheduler;
mod worker;

pub use backlog::{Backlog, backlog};
pub use bell::JobBell;
pub use cron_words::{CronWords, InvalidCronWords};
pub use job_queries::SqlJobQueries;
pub use scheduler::{Schedule, Scheduler};
pub use worker::{JobWorker, WorkerPorts, WorkerSettings};
