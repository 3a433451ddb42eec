//! Rows of the table `jobs`.
use super::payload;
use crate::persistence::{Row, corrupt};
use application::{
    jobs::{Steps, Task, TaskKind, views::JobView},
    shared::store::StoreError,
};
use domain::{
    jobs::{JobState, Priority, UnknownJobState, UnknownPriority},
    shared::Id,
};

/// What [`view`] reads, in this order.
pub(super) const COLUMNS: &str = "id, kind, payload, state, priority, due_at, attempts, \
    is_cancel_asked, done, total, problem, created_at, started_at, ended_at";

/// Reads a row of [`COLUMNS`]. What only another version understands of it is left out.
pub(super) fn view(row: &Row) -> Result<JobView, StoreError> {
    let kind: String = row.get(1)?;
    let payload: String = row.get(2)?;
    let state = state(&row.get::<String>(3)?)?;
    let priority = Priority::try_from(row.get::<i16>(4)?)
        .map_err(|source: UnknownPriority| corrupt("job", source))?;
    Ok(JobView {
        id: Id::from_uuid(row.get(0)?),
        task: task(&kind, &payload),
        kind,
        state,
        priority,
        due_at: match state {
            JobState::Waiting => Some(row.get(5)?),
            JobState::Running | JobState::Done | JobState::Failed | JobState::Cancelled => None,
        },
        attempts: count(row.get(6)?),
        is_cancel_asked: row.get(7)?,
        steps: Steps {
            done: row.get::<i64>(8)?.unsigned_abs(),
            total: row.get::<Option<i64>>(9)?.map(i64::unsigned_abs),
        },
        problem: row.get(10)?,
        created_at: row.get(11)?,
        started_at: row.get(12)?,
        ended_at: row.get(13)?,
    })
}

/// Reads the name of a state.
pub(super) fn state(name: &str) -> Result<JobState, StoreError> {
    name.parse()
        .map_err(|source: UnknownJobState| corrupt("job", source))
}

/// Reads how often something was tried.
pub(super) fn count(number: i32) -> u32 {
    number.unsigned_abs()
}

fn task(kind: &str, payload: &str) -> Option<Task> {
    let kind: TaskKind = kind.parse().ok()?;
    payload::read(kind, payload).ok()
}
