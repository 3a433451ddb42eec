//! Wakes who hands events on in this process.
use std::sync::Arc;
use tokio::sync::Notify;

/// Wakes who hands events on in this process. Copies are the same bell.
#[derive(Clone, Debug, Default)]
pub struct EventBell(Arc<Notify>);

impl EventBell {
    /// Wakes whoever waits, or else the next one who would.
    pub(crate) fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits until somebody rings.
    pub(super) async fn rung(&self) {
        self.0.notified().await;
    }
}
