//! Whether a model may be asked once more, and how long it may take.
use super::ports::ModelBudget;
use crate::shared::failure::logged;
use chrono::{DateTime, Utc};
use domain::identity::UserId;
use std::time::Duration;

/// When something has to be over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    /// When it started.
    pub(super) since: DateTime<Utc>,
    /// How long it may take in all.
    pub(super) within: Duration,
}

impl Deadline {
    /// What is left of the time.
    pub(super) fn left(&self, now: DateTime<Utc>) -> Duration {
        let gone = (now - self.since).to_std().unwrap_or_default();
        self.within.saturating_sub(gone)
    }
}

/// Counts one more question against today's budget of a user, or of all visitors together. A budget
/// that cannot be read is as good as spent.
pub(crate) async fn may_ask(
    budget: &dyn ModelBudget,
    user: Option<UserId>,
    most: u32,
    now: DateTime<Utc>,
) -> bool {
    match budget.spend(user, now.date_naive(), most).await {
        Ok(is_granted) => is_granted,
        Err(failure) => {
            tracing::warn!(
                error = logged(&failure),
                "the model is not asked, its budget is unknown"
            );
            false
        }
    }
}
