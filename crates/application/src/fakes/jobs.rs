//! The queue in memory.
use super::{
    state::{Stored, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    jobs::{
        Task,
        ports::{Enqueued, JobQueue, NewJob},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::jobs::{JobId, JobState};

/// A job and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredJob {
    pub(super) job: NewJob,
    pub(super) state: JobState,
}

impl Stored {
    fn enqueue(&mut self, job: &NewJob) -> Result<Enqueued, StoreError> {
        if let Some(waiting) = self.find_waiting(&job.task) {
            return Ok(Enqueued::AlreadyWaiting(waiting));
        }
        if self.jobs.contains_key(&job.id) {
            return Err(duplicate("job"));
        }
        let stored = StoredJob {
            job: job.clone(),
            state: JobState::Waiting,
        };
        self.jobs.insert(job.id, stored);
        Ok(Enqueued::New(job.id))
    }

    fn find_waiting(&self, task: &Task) -> Option<JobId> {
        let does_the_same = |stored: &&StoredJob| {
            let other = &stored.job.task;
            stored.state == JobState::Waiting
                && other.kind() == task.kind()
                && other.key() == task.key()
        };
        let waiting = self.jobs.values().find(does_the_same)?;
        Some(waiting.job.id)
    }

    /// What waits to be done, in the order in which it was asked for.
    #[must_use]
    pub fn waiting_tasks(&self) -> Vec<&Task> {
        let waiting = self.jobs.values();
        waiting
            .filter(|stored| stored.state == JobState::Waiting)
            .map(|stored| &stored.job.task)
            .collect()
    }
}

#[async_trait]
impl JobQueue for FakeUnitOfWork {
    async fn enqueue(&self, job: &NewJob) -> Result<Enqueued, StoreError> {
        self.with(|stored| stored.enqueue(job))?
    }
}
