//! How often an event is tried that somebody could not deal with.
use chrono::Duration;
use domain::jobs::RetryRule;

/// After the last try, about twenty minutes after the first, the event is given up.
pub(crate) const RULE: RetryRule = RetryRule {
    most_attempts: 10,
    first_rest: Duration::seconds(2),
    longest_rest: Duration::minutes(5),
};
