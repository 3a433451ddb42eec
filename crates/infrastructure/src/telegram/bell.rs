//! Wakes who answers updates in this process.
use std::sync::Arc;
use tokio::sync::Notify;

/// Wakes who answers updates in this process. Copies are the same bell.
#[derive(Clone, Debug, Default)]
pub struct UpdateBell(Arc<Notify>);

impl UpdateBell {
    /// Wakes whoever waits, or else the next one who would.
    pub(super) fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody rings.
    pub(super) async fn rung(&self) {
        self.0.notified().await;
    }
}
