//! Work that is due again and again.
use super::cron_words::CronWords;
use application::{
    jobs::{Task, TaskKind, ports::NewJob},
    shared::{
        clock::{Clock, IdGenerator},
        failure::logged,
        store::{Store, StoreError},
    },
};
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What is due in which rhythm.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The name under which all instances know it.
    pub name: &'static str,
    /// When it is due.
    pub words: CronWords,
    /// What is to be done then.
    pub task: Task,
}

/// Puts into the queue what is due. Many may do so at once: each tick is taken by one of them. Of the
/// ticks that nobody was there for the last one counts.
pub struct Scheduler {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    schedules: Vec<(Schedule, Option<DateTime<Utc>>)>,
}

impl Scheduler {
    /// A scheduler of these schedules, but for those whose task nobody here knows how to do.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdGenerator>,
        schedules: Vec<Schedule>,
        known: &[TaskKind],
    ) -> Self {
        let schedules = schedules.into_iter();
        let schedules = schedules.filter(|schedule| known.contains(&schedule.task.kind()));
        Self {
            store,
            clock,
            ids,
            schedules: schedules.map(|schedule| (schedule, None)).collect(),
        }
    }

    /// Keeps the schedules until it is told to stop.
    pub async fn keep(mut self, stopping: CancellationToken) {
        /// Clocks are set, and machines sleep: no pause is longer.
        const LONGEST_PAUSE: Duration = Duration::from_secs(30);
        loop {
            self.fire_what_is_due().await;
            let now = self.clock.now();
            let next = self
                .schedules
                .iter()
                .filter_map(|(schedule, _)| schedule.words.next_tick(now))
                .min();
            let pause = next
                .and_then(|next| (next - now).to_std().ok())
                .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE));
            let pause = tokio::time::sleep(pause);
            if stopping.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Fires each schedule whose last tick nobody has taken yet.
    pub async fn fire_what_is_due(&mut self) {
        let now = self.clock.now();
        for (schedule, seen) in &mut self.schedules {
            let Some(tick) = schedule
                .words
                .last_tick(now)
                .filter(|tick| Some(*tick) != *seen)
            else {
                continue;
            };
            let job = NewJob::new(self.ids.next(), schedule.task.clone(), now);
            match fire(&*self.store, schedule.name, tick, &job).await {
                Ok(is_ours) => {
                    *seen = Some(tick);
                    if is_ours {
                        tracing::debug!(schedule = schedule.name, %tick, "a schedule has fired");
                    }
                }
                Err(failure) => tracing::warn!(
                    error = logged(&failure),
                    schedule = schedule.name,
                    "a schedule could not fire, trying again"
                ),
            }
        }
    }
}

/// Takes a tick and puts its job into the queue, or finds that somebody else has.
async fn fire(
    store: &dyn Store,
    schedule: &str,
    tick: DateTime<Utc>,
    job: &NewJob,
) -> Result<bool, StoreError> {
    let uow = store.begin().await?;
    let is_ours = uow.jobs().take_tick(schedule, tick).await?;
    if is_ours {
        uow.jobs().enqueue(job).await?;
        uow.commit().await?;
    }
    Ok(is_ours)
}
