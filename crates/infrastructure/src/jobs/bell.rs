//! Wakes who waits for jobs in this process.
use std::sync::Arc;
use tokio::sync::Notify;

/// Wakes who waits for jobs in this process. Copies are the same bell.
#[derive(Clone, Debug, Default)]
pub struct JobBell(Arc<Notify>);

impl JobBell {
    /// Wakes whoever waits, or else the next one who would.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody rings.
    pub async fn rung(&self) {
        self.0.notified().await;
    }
}
