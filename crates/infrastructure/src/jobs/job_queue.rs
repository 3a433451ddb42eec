//! The queue as a table.
use super::payload;
use crate::persistence::{Query, Transaction, corrupt};
use application::{
    jobs::ports::{Enqueued, JobQueue, NewJob},
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::shared::Id;
use std::sync::atomic::Ordering;

const ENQUEUE: &str = "INSERT INTO jobs (id, kind, payload, task_key, priority, state, due_at, \
        attempts, is_cancel_asked, done, created_at) \
    VALUES ($1, $2, $3, $4, $5, 'waiting', $6, 0, FALSE, 0, $7) \
    ON CONFLICT (kind, task_key) WHERE state = 'waiting' DO NOTHING";

const WAITING: &str = "SELECT id FROM jobs WHERE kind = $1 AND task_key = $2 AND state = 'waiting'";

#[async_trait]
impl JobQueue for Transaction {
    async fn enqueue(&self, job: &NewJob) -> Result<Enqueued, StoreError> {
        /// The waiting job may be taken between the two statements; twice in a row is not likely.
        const TRIES: u8 = 3;
        for _ in 0..TRIES {
            if self.insert_job(job).await? {
                self.has_new_jobs.store(true, Ordering::Relaxed);
                return Ok(Enqueued::New(job.id));
            }
            let values = [job.task.kind().name().into(), job.task.key().into()];
            if let Some(row) = Query::new(WAITING, values).one(&self.tx).await? {
                return Ok(Enqueued::AlreadyWaiting(Id::from_uuid(row.get(0)?)));
            }
        }
        Err(StoreError::Contention(
            "the same was put into the queue and taken from it again and again".into(),
        ))
    }
}

impl Transaction {
    /// Adds a job unless one that does the same is waiting.
    async fn insert_job(&self, job: &NewJob) -> Result<bool, StoreError> {
        let payload = payload::write(&job.task).map_err(|source| corrupt("job", source))?;
        let values = [
            job.id.as_uuid().into(),
            job.task.kind().name().into(),
            payload.into(),
            job.task.key().into(),
            job.priority.rank().into(),
            job.due_at.into(),
            job.created_at.into(),
        ];
        Ok(Query::new(ENQUEUE, values).change(&self.tx).await? > 0)
    }
}
