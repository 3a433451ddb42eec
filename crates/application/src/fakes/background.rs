//! Work beside requests, done when a test says so.
use super::state::locked;
use crate::shared::background::{Background, Work};
use async_trait::async_trait;
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Keeps work until it is told to do it. Time stands still, so that waiting has no end, until it is told
/// to fly, so that it has an end at once.
#[derive(Clone, Default)]
pub struct FakeBackground {
    work: Arc<Mutex<Vec<Work>>>,
    time_flies: Arc<AtomicBool>,
}

impl FakeBackground {
    /// Does what has been started so far, and what that starts.
    pub async fn work_off(&self) {
        loop {
            let Some(work) = locked(&self.work).pop() else {
                return;
            };
            work.await;
        }
    }

    /// How much has been started and not been done.
    #[must_use]
    pub fn waiting(&self) -> usize {
        locked(&self.work).len()
    }

    /// Lets every waiting end at once from now on.
    pub fn let_time_fly(&self) {
        self.time_flies.store(true, Ordering::SeqCst);
    }
}

impl fmt::Debug for FakeBackground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FakeBackground({} waiting)", self.waiting())
    }
}

#[async_trait]
impl Background for FakeBackground {
    fn start(&self, work: Work) {
        locked(&self.work).push(work);
    }

    async fn pause(&self, _: Duration) {
        if !self.time_flies.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }
}
