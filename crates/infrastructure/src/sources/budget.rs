//! How long a search waits for sources.
use application::catalogue::ports::SearchBudget;
use shaku::Component;
use std::time::Duration;

/// What the configuration says.
#[derive(Component)]
#[shaku(interface = SearchBudget)]
pub struct FixedSearchBudget {
    /// For a search by title.
    of_a_search: Duration,
}

impl SearchBudget for FixedSearchBudget {
    fn of_a_search(&self) -> Duration {
        self.of_a_search
    }
}
