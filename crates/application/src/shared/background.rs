//! Work that goes on beside a request, and waiting.
use async_trait::async_trait;
use shaku::Interface;
use std::{pin::Pin, time::Duration};

/// Work that nobody waits for.
pub type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Lets work go on by itself. It is lost when the process ends; what must not be lost is a job.
#[async_trait]
pub trait Background: Interface {
    /// Starts work, and returns at once.
    fn start(&self, work: Work);
    /// Waits.
    async fn pause(&self, time: Duration);
}
