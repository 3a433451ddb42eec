//! One run of a job: who holds it, how far it is, and how it ends.
use super::{TaskKind, handler::TaskFailure};
use chrono::{DateTime, Duration, Utc};
use domain::jobs::{JobId, LeaseId};
use std::error::Error;

/// A job and the lease by which somebody runs it. A later run has another lease, and whoever shows an
/// older one is not listened to any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Which job.
    pub job: JobId,
    /// By which lease.
    pub lease: LeaseId,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// How many steps are done.
    pub done: u64,
    /// Of how many, where that is known.
    pub total: Option<u64>,
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// The job is done.
    Done,
    /// It is tried again.
    Again {
        /// Not before this.
        due_at: DateTime<Utc>,
        /// What went wrong.
        problem: String,
    },
    /// It is not tried again.
    Failed {
        /// What went wrong.
        problem: String,
    },
    /// It was called off.
    Cancelled,
    /// Whoever ran it stops for a reason of its own; somebody else may go on at once, and the run does
    /// not count.
    HandedBack,
}

impl RunEnd {
    /// How a run ends whose handler failed, after so many attempts, this one among them.
    #[must_use]
    pub fn of_failure(
        kind: TaskKind,
        attempts: u32,
        failure: &TaskFailure,
        lot: u64,
        now: DateTime<Utc>,
    ) -> Self {
        let (after, cause) = match failure {
            TaskFailure::Cancelled => return Self::Cancelled,
            TaskFailure::GiveUp(cause) => return Self::failed(cause.as_ref()),
            TaskFailure::Retry { after, cause } => (after, cause.as_ref()),
        };
        let Some(rest) = kind.retry_rule().rest_after(attempts, lot) else {
            return Self::failed(cause);
        };
        let least = after.and_then(|after| Duration::from_std(after).ok());
        let due_at = now.checked_add_signed(rest.max(least.unwrap_or_default()));
        Self::Again {
            due_at: due_at.unwrap_or(now + rest),
            problem: told(cause),
        }
    }

    fn failed(cause: &(dyn Error + 'static)) -> Self {
        let problem = told(cause);
        Self::Failed { problem }
    }
}

/// A failure with its causes, of bounded length.
fn told(failure: &(dyn Error + 'static)) -> String {
    const MAX: usize = 1000;
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = next.source();
    }
    // PostgreSQL has no place for it in texts.
    text.retain(|letter| letter != '\0');
    text.chars().take(MAX).collect()
}

/// What becomes of a job whose runner fell silent, once somebody else comes across it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover {
    /// It is run again.
    Run,
    /// It was called off meanwhile.
    Cancel,
    /// It has been tried as often as it may be; perhaps it is what brings its runners down.
    Fail,
}

impl Takeover {
    /// What is noted of a job that is not run again because all who ran it fell silent.
    pub const SILENT: &str = "whoever ran it fell silent";

    /// Decides by how often the job was tried.
    #[must_use]
    pub const fn decide(kind: TaskKind, attempts: u32, is_cancel_asked: bool) -> Self {
        if is_cancel_asked {
            Self::Cancel
        } else if kind.retry_rule().allows_more_than(attempts) {
            Self::Run
        } else {
            Self::Fail
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::store::StoreError;
    use std::time::Duration as StdDuration;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn retry(after: Option<u64>) -> TaskFailure {
        TaskFailure::Retry {
            after: after.map(StdDuration::from_secs),
            cause: Box::new(StoreError::Unavailable("no route".into())),
        }
    }

    fn end(attempts: u32, failure: &TaskFailure) -> RunEnd {
        RunEnd::of_failure(TaskKind::SearchSources, attempts, failure, 0, NOW)
    }

    #[test]
    fn what_may_work_later_is_tried_again_after_a_rest() {
        let again = RunEnd::Again {
            due_at: NOW + Duration::milliseconds(2_500),
            problem: "the store is unavailable: no route".to_owned(),
        };
        assert_eq!(end(1, &retry(None)), again);
    }

    #[test]
    fn it_is_not_tried_before_it_can_work() {
        let RunEnd::Again { due_at, .. } = end(1, &retry(Some(3600))) else {
            panic!("it is not tried again");
        };
        assert_eq!(due_at, NOW + Duration::hours(1));
        let never = TaskFailure::Retry {
            after: Some(StdDuration::MAX),
            cause: "later".into(),
        };
        assert!(matches!(end(1, &never), RunEnd::Again { .. }));
    }

    #[test]
    fn after_the_last_attempt_it_has_failed() {
        assert!(matches!(end(3, &retry(Some(1))), RunEnd::Failed { .. }));
        let hopeless = TaskFailure::GiveUp("a \0 film without a title".into());
        let problem = "a  film without a title".to_owned();
        assert_eq!(end(1, &hopeless), RunEnd::Failed { problem });
    }

    #[test]
    fn what_was_called_off_has_not_failed() {
        assert_eq!(end(3, &TaskFailure::Cancelled), RunEnd::Cancelled);
    }

    #[test]
    fn a_job_that_brings_its_runners_down_is_not_run_for_ever() {
        let decide = |attempts, asked| Takeover::decide(TaskKind::TidyUp, attempts, asked);
        assert_eq!(decide(1, false), Takeover::Run);
        assert_eq!(decide(1, true), Takeover::Cancel);
        assert_eq!(decide(5, false), Takeover::Fail);
    }
}
