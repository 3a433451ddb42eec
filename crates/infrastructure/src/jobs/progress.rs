//! What passes between a handler and who watches over its run.
use application::jobs::{Steps, handler::Progress};
use async_trait::async_trait;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use tokio::sync::Notify;

/// How far a run is, and whether it is to stop.
#[derive(Debug, Default)]
pub(super) struct RunProgress {
    steps: Mutex<Steps>,
    news: Notify,
    is_cancelled: AtomicBool,
}

impl RunProgress {
    /// How far it is.
    pub(super) fn steps(&self) -> Steps {
        *self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is further.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// Tells the handler to stop.
    pub(super) fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Progress for RunProgress {
    /// Only notes it; who watches over the run tells the database.
    async fn report(&self, done: u64, total: Option<u64>) {
        *self.steps.lock().unwrap_or_else(PoisonError::into_inner) = Steps { done, total };
        self.news.notify_one();
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::Relaxed)
    }
}
