//! Who does the work.
use super::{Task, TaskKind};
use crate::shared::{
    failure::{Failure, FailureKind},
    store::Cause,
};
use async_trait::async_trait;
use shaku::Interface;
use std::time::Duration;

/// Does the work of one kind.
///
/// It may be told to do the same again, when what it did could not be noted or when it fell silent;
/// and it may be dropped at any point where it awaits. So it MUST change things only in units of work
/// that leave everything well when they are the last thing that happened. It MUST NOT block the thread
/// that it runs on: what computes for long goes elsewhere.
#[async_trait]
pub trait TaskHandler: Interface {
    /// Which kind.
    fn kind(&self) -> TaskKind;
    /// Does one task.
    async fn handle(&self, task: &Task, progress: &dyn Progress) -> Result<(), TaskFailure>;
}

/// How a handler tells how far it is, and learns whether to go on.
#[async_trait]
pub trait Progress: Send + Sync {
    /// Tells how many steps are done, and of how many if that is known. Cheap enough for every step.
    async fn report(&self, done: u64, total: Option<u64>);
    /// Whether the job was called off. A handler that goes on all the same is dropped a little later.
    fn is_cancelled(&self) -> bool;
}

/// Why a task was not done.
#[derive(Debug, thiserror::Error)]
pub enum TaskFailure {
    /// It may work another time.
    #[error("it may work another time")]
    Retry {
        /// The least time after which to try again, where it is known.
        after: Option<Duration>,
        /// What went wrong.
        #[source]
        cause: Cause,
    },
    /// It will never work.
    #[error("it will never work")]
    GiveUp(#[source] Cause),
    /// It was called off, and the handler has stopped.
    #[error("it was called off")]
    Cancelled,
}

impl<F: Failure> From<F> for TaskFailure {
    /// What the failure of a use case means to a job: what the request was at fault for will be so
    /// the next time.
    fn from(failure: F) -> Self {
        match failure.kind() {
            FailureKind::Invalid
            | FailureKind::Unauthenticated
            | FailureKind::Forbidden
            | FailureKind::NotFound
            | FailureKind::TooLarge => Self::GiveUp(Box::new(failure)),
            FailureKind::Conflict
            | FailureKind::Limited
            | FailureKind::Unavailable
            | FailureKind::Internal => Self::Retry {
                after: failure.retry_after(),
                cause: Box::new(failure),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::{actor::AccessDenied, store::StoreError};

    #[test]
    fn what_may_pass_is_tried_again_and_what_will_not_is_given_up() {
        let retried = TaskFailure::from(StoreError::Unavailable("down".into()));
        let TaskFailure::Retry { after, .. } = retried else {
            panic!("{retried:?}");
        };
        assert_eq!(after, Some(Duration::from_secs(5)));
        let given_up = TaskFailure::from(AccessDenied::NotOperator);
        assert!(matches!(given_up, TaskFailure::GiveUp(_)));
    }
}
