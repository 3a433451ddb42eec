//! How long what the service needs may take to say that it is well.
use std::time::Duration;
use tokio::time::{error::Elapsed, timeout};

/// A probe of the operator waits no longer, so an answer that comes later is none.
const WITHIN: Duration = Duration::from_secs(2);

/// What a part says of itself, if it says it in time.
pub(crate) async fn asked<E>(
    part: impl Future<Output = Result<(), E>>,
    too_late: impl FnOnce(Elapsed) -> E,
) -> Result<(), E> {
    within(WITHIN, part, too_late).await
}

async fn within<E>(
    most: Duration,
    part: impl Future<Output = Result<(), E>>,
    too_late: impl FnOnce(Elapsed) -> E,
) -> Result<(), E> {
    let answer = timeout(most, part).await;
    answer.unwrap_or_else(|elapsed| Err(too_late(elapsed)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn what_does_not_answer_in_time_is_not_well() {
        let soon = Duration::from_millis(5);
        let late = |_| "late";
        assert_eq!(within(soon, pending(), late).await, Err("late"));
        assert_eq!(within(soon, ready(Err("ill")), late).await, Err("ill"));
        assert_eq!(within(soon, ready(Ok(())), late).await, Ok(()));
    }
}
