//! The queue as a table.
//!
//! `due_at` of a job that waits is the time before which it is not run, of one that runs the end of its
//! lease. So whatever is open and due may be taken, and one index finds it.
use super::{
    job_row::{count, state},
    payload,
};
use crate::persistence::{Query, Row, Transaction, corrupt, dialect, in_list, insert_rows};
use application::{
    jobs::{
        Held, RunEnd, Steps, Takeover, TaskKind, UnknownTaskKind,
        ports::{Beat, Cancelling, Enqueued, JobQueue, NewJob, Offer, Reviving, TakenJob},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    jobs::{JobId, JobState},
    shared::Id,
};
use sea_orm::Value;
use std::{collections::HashMap, sync::atomic::Ordering};

/// Whoever takes a job passes here alone: how many of a kind are held is counted first, and two who
/// counted at once would both find room for one. The number is ours among the locks of the database.
const TAKING: i64 = 0x0066_696c_6d68_7562;

const ENQUEUE: &str = "INSERT INTO jobs (id, kind, payload, task_key, priority, state, due_at, \
        attempts, is_cancel_asked, done, created_at, trace_parent) VALUES";
const UNLESS_WAITING: &str = "ON CONFLICT (kind, task_key) WHERE state = 'waiting' DO NOTHING";

const WAITING: &str = "SELECT id FROM jobs WHERE kind = $1 AND task_key = $2 AND state = 'waiting'";

const COUNT_HELD: &str =
    "SELECT kind, COUNT(*) FROM jobs WHERE state = 'running' AND due_at > $1 GROUP BY kind";

const RUN: &str = "UPDATE jobs SET state = 'running', lease_id = $2, due_at = $3, started_at = $4, \
    attempts = attempts + 1, done = 0, total = NULL WHERE id = $1";

const BEAT: &str = "UPDATE jobs SET due_at = $4, done = $5, total = $6 \
    WHERE id = $1 AND lease_id = $2 AND state = 'running' AND due_at > $3 \
    RETURNING is_cancel_asked";

const END: &str = "UPDATE jobs SET state = $3, ended_at = $4, lease_id = NULL, done = $5, \
        total = $6, problem = COALESCE($7, problem) \
    WHERE id = $1 AND lease_id = $2";

const DONE: &str = "UPDATE jobs SET state = 'done', ended_at = $3, lease_id = NULL, done = $4, \
        total = $5, problem = NULL \
    WHERE id = $1 AND lease_id = $2";

const WAIT: &str = "UPDATE jobs SET state = 'waiting', due_at = $3, lease_id = NULL, done = $4, \
        total = $5, problem = COALESCE($6, problem), attempts = attempts - $7 \
    WHERE id = $1 AND lease_id = $2 AND NOT is_cancel_asked \
      AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.kind = jobs.kind \
          AND other.task_key = jobs.task_key AND other.state = 'waiting')";

/// Changes nothing, but keeps others from the row until the transaction ends, on either database.
const KEEP: &str = "UPDATE jobs SET state = state WHERE id = $1 RETURNING state, due_at";

const CLOSE: &str = "UPDATE jobs SET state = $2, ended_at = $3, lease_id = NULL, \
    problem = COALESCE($4, problem) WHERE id = $1";

const ASK_TO_STOP: &str = "UPDATE jobs SET is_cancel_asked = TRUE WHERE id = $1";

const REVIVE: &str = "UPDATE jobs SET state = 'waiting', due_at = $2, attempts = 0, \
        is_cancel_asked = FALSE, ended_at = NULL \
    WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM jobs other WHERE other.kind = jobs.kind \
        AND other.task_key = jobs.task_key AND other.state = 'waiting')";

const FORGET: &str = "DELETE FROM jobs WHERE (state IN ('done', 'cancelled') AND ended_at < $1) \
    OR (state = 'failed' AND ended_at < $2)";

const TAKE_TICK: &str = "INSERT INTO schedules (name, last_tick) VALUES ($1, $2) \
    ON CONFLICT (name) DO UPDATE SET last_tick = excluded.last_tick \
    WHERE schedules.last_tick < excluded.last_tick";

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

    async fn enqueue_all(&self, mut jobs: Vec<NewJob>) -> Result<(), StoreError> {
        // Always in the same order: so no two who add the same jobs wait for each other.
        jobs.sort_by_key(|job| (job.task.kind(), job.task.key()));
        if self.insert_jobs(&jobs).await? > 0 {
            self.has_new_jobs.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn take(&self, offer: &Offer<'_>) -> Result<Option<TakenJob>, StoreError> {
        dialect::pass_alone(&self.tx, TAKING).await?;
        let kinds = self.kinds_with_room(offer).await?;
        while let Some(found) = self.next_due(&kinds, offer.now).await? {
            if let Some(taken) = self.take_over(found, offer).await? {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    async fn beat(
        &self,
        held: Held,
        steps: Steps,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Beat, StoreError> {
        let [done, total] = stored(steps);
        let [job, lease] = named(held);
        let values = [job, lease, now.into(), until.into(), done, total];
        let Some(row) = Query::new(BEAT, values).one(&self.tx).await? else {
            return Ok(Beat::Lost);
        };
        Ok(if row.get(0)? {
            Beat::CancelAsked
        } else {
            Beat::Kept
        })
    }

    async fn end_run(
        &self,
        held: Held,
        end: &RunEnd,
        steps: Steps,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        match end {
            RunEnd::Done => {
                let [job, lease] = named(held);
                let [done, total] = stored(steps);
                let values = [job, lease, now.into(), done, total];
                Ok(Query::new(DONE, values).change(&self.tx).await? > 0)
            }
            RunEnd::Failed { problem } => {
                self.end(held, JobState::Failed, Some(problem), steps, now)
                    .await
            }
            RunEnd::Cancelled => self.end(held, JobState::Cancelled, None, steps, now).await,
            RunEnd::Again { due_at, problem } => {
                let wait = self.wait(held, *due_at, Some(problem), steps, 0).await?;
                Ok(wait
                    || self
                        .end(held, JobState::Cancelled, Some(problem), steps, now)
                        .await?)
            }
            RunEnd::HandedBack => {
                let wait = self.wait(held, now, None, steps, 1).await?;
                Ok(wait
                    || self
                        .end(held, JobState::Cancelled, None, steps, now)
                        .await?)
            }
        }
    }

    async fn cancel(&self, job: JobId, now: DateTime<Utc>) -> Result<Cancelling, StoreError> {
        let Some((state, due_at)) = self.keep(job).await? else {
            return Ok(Cancelling::Unknown);
        };
        match state {
            JobState::Running if due_at > now => {
                Query::new(ASK_TO_STOP, [job.as_uuid().into()])
                    .change(&self.tx)
                    .await?;
                Ok(Cancelling::Asked)
            }
            JobState::Waiting | JobState::Running => {
                self.close(job, JobState::Cancelled, None, now).await?;
                Ok(Cancelling::Cancelled)
            }
            JobState::Done | JobState::Failed | JobState::Cancelled => Ok(Cancelling::Over),
        }
    }

    async fn revive(&self, job: JobId, now: DateTime<Utc>) -> Result<Reviving, StoreError> {
        match self.keep(job).await? {
            None => Ok(Reviving::Unknown),
            Some((JobState::Failed, _)) => {
                let values = [job.as_uuid().into(), now.into()];
                if Query::new(REVIVE, values).change(&self.tx).await? == 0 {
                    return Ok(Reviving::AlreadyWaiting);
                }
                self.has_new_jobs.store(true, Ordering::Relaxed);
                Ok(Reviving::Waiting)
            }
            Some(_) => Ok(Reviving::NotFailed),
        }
    }

    async fn forget(&self, over: DateTime<Utc>, failed: DateTime<Utc>) -> Result<u64, StoreError> {
        Query::new(FORGET, [over.into(), failed.into()])
            .change(&self.tx)
            .await
    }

    async fn take_tick(&self, schedule: &str, tick: DateTime<Utc>) -> Result<bool, StoreError> {
        let values = [schedule.into(), tick.into()];
        Ok(Query::new(TAKE_TICK, values).change(&self.tx).await? > 0)
    }
}

/// A job that may be taken.
struct Found {
    id: JobId,
    kind: TaskKind,
    payload: String,
    is_running: bool,
    attempts: u32,
    is_cancel_asked: bool,
    asked_by: Option<String>,
}

impl Found {
    fn read(row: &Row) -> Result<Self, StoreError> {
        let kind: String = row.get(1)?;
        Ok(Self {
            id: Id::from_uuid(row.get(0)?),
            kind: kind
                .parse()
                .map_err(|source: UnknownTaskKind| corrupt("job", source))?,
            payload: row.get(2)?,
            is_running: state(&row.get::<String>(3)?)? == JobState::Running,
            attempts: count(row.get(4)?),
            is_cancel_asked: row.get(5)?,
            asked_by: row.get(6)?,
        })
    }

    fn takeover(&self) -> Takeover {
        if self.is_running {
            Takeover::decide(self.kind, self.attempts, self.is_cancel_asked)
        } else {
            Takeover::Run
        }
    }
}

impl Transaction {
    /// Adds a job unless one that does the same is waiting.
    async fn insert_job(&self, job: &NewJob) -> Result<bool, StoreError> {
        Ok(self.insert_jobs(std::slice::from_ref(job)).await? > 0)
    }

    /// Adds those jobs beside which none that does the same is waiting, and says how many.
    async fn insert_jobs(&self, jobs: &[NewJob]) -> Result<u64, StoreError> {
        let asked_by = telemetry::current();
        let rows = jobs.iter().map(|job| row(job, asked_by.as_deref()));
        let rows = rows.collect::<Result<_, _>>()?;
        insert_rows(&self.tx, ENQUEUE, rows, UNLESS_WAITING).await
    }

    /// Those of the kinds on offer of which more may be held.
    async fn kinds_with_room(&self, offer: &Offer<'_>) -> Result<Vec<&'static str>, StoreError> {
        let rows = Query::new(COUNT_HELD, [offer.now.into()])
            .all(&self.tx)
            .await?;
        let held: HashMap<String, i64> = rows
            .iter()
            .map(|row| Ok((row.get(0)?, row.get(1)?)))
            .collect::<Result<_, StoreError>>()?;
        let has_room = |kind: &&TaskKind| {
            let held = held.get(kind.name()).copied().unwrap_or_default();
            held < i64::from(kind.at_once())
        };
        let kinds = offer.kinds.iter().filter(has_room);
        Ok(kinds.map(|kind| kind.name()).collect())
    }

    async fn next_due(
        &self,
        kinds: &[&'static str],
        now: DateTime<Utc>,
    ) -> Result<Option<Found>, StoreError> {
        if kinds.is_empty() {
            return Ok(None);
        }
        let (places, members) = in_list(2, kinds);
        let sql = format!(
            "SELECT id, kind, payload, state, attempts, is_cancel_asked, trace_parent FROM jobs \
             WHERE state IN ('waiting', 'running') AND due_at <= $1 AND kind IN ({places}) \
             ORDER BY priority, due_at, id LIMIT 1{}",
            dialect::skip_locked(&self.tx)
        );
        let mut values: Vec<Value> = vec![now.into()];
        values.extend(members);
        let row = Query::new(&sql, values).one(&self.tx).await?;
        row.as_ref().map(Found::read).transpose()
    }

    /// Takes a job that may be taken, or else makes it one that may not.
    async fn take_over(
        &self,
        found: Found,
        offer: &Offer<'_>,
    ) -> Result<Option<TakenJob>, StoreError> {
        let id = found.id;
        match found.takeover() {
            Takeover::Cancel => {
                self.close(id, JobState::Cancelled, None, offer.now).await?;
                return Ok(None);
            }
            Takeover::Fail => {
                self.close(id, JobState::Failed, Some(Takeover::SILENT), offer.now)
                    .await?;
                return Ok(None);
            }
            Takeover::Run => {}
        }
        let task = match payload::read(found.kind, &found.payload) {
            Ok(task) => task,
            Err(failure) => {
                let problem = failure.to_string();
                self.close(id, JobState::Failed, Some(&problem), offer.now)
                    .await?;
                return Ok(None);
            }
        };
        let values = [
            id.as_uuid().into(),
            offer.lease.as_uuid().into(),
            offer.until.into(),
            offer.now.into(),
        ];
        Query::new(RUN, values).change(&self.tx).await?;
        Ok(Some(TakenJob {
            held: Held {
                job: id,
                lease: offer.lease,
            },
            task,
            attempts: found.attempts + 1,
            asked_by: found.asked_by,
        }))
    }

    /// Keeps others from a job, and tells its state and when it is due.
    async fn keep(&self, job: JobId) -> Result<Option<(JobState, DateTime<Utc>)>, StoreError> {
        let row = Query::new(KEEP, [job.as_uuid().into()])
            .one(&self.tx)
            .await?;
        row.map(|row| Ok((state(&row.get::<String>(0)?)?, row.get(1)?)))
            .transpose()
    }

    /// Ends a job that nobody holds.
    async fn close(
        &self,
        job: JobId,
        state: JobState,
        problem: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let values = [
            job.as_uuid().into(),
            state.name().into(),
            now.into(),
            problem.map(str::to_owned).into(),
        ];
        Query::new(CLOSE, values).change(&self.tx).await?;
        Ok(())
    }

    /// Ends a job that is held.
    async fn end(
        &self,
        held: Held,
        state: JobState,
        problem: Option<&String>,
        steps: Steps,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let [job, lease] = named(held);
        let [done, total] = stored(steps);
        let values = [
            job,
            lease,
            state.name().into(),
            now.into(),
            done,
            total,
            problem.cloned().into(),
        ];
        Ok(Query::new(END, values).change(&self.tx).await? > 0)
    }

    /// Makes a job wait that is held, unless it need not be run any more.
    async fn wait(
        &self,
        held: Held,
        due_at: DateTime<Utc>,
        problem: Option<&String>,
        steps: Steps,
        uncounted: i32,
    ) -> Result<bool, StoreError> {
        let [job, lease] = named(held);
        let [done, total] = stored(steps);
        let values = [
            job,
            lease,
            due_at.into(),
            done,
            total,
            problem.cloned().into(),
            uncounted.into(),
        ];
        Ok(Query::new(WAIT, values).change(&self.tx).await? > 0)
    }
}

fn named(held: Held) -> [Value; 2] {
    [held.job.as_uuid().into(), held.lease.as_uuid().into()]
}

fn stored(steps: Steps) -> [Value; 2] {
    let number = |steps: u64| i64::try_from(steps).unwrap_or(i64::MAX);
    [number(steps.done).into(), steps.total.map(number).into()]
}

fn row(job: &NewJob, asked_by: Option<&str>) -> Result<[Value; 12], StoreError> {
    let payload = payload::write(&job.task).map_err(|source| corrupt("job", source))?;
    Ok([
        job.id.as_uuid().into(),
        job.task.kind().name().into(),
        payload.into(),
        job.task.key().into(),
        job.priority.rank().into(),
        "waiting".into(),
        job.due_at.into(),
        0_i32.into(),
        false.into(),
        0_i64.into(),
        job.created_at.into(),
        asked_by.map(str::to_owned).into(),
    ])
}
