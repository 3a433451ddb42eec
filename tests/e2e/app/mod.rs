//! Starts the product and asks it.
mod answer;
mod caller;
mod files;
mod process;
mod setup;
mod template;
pub mod tmdb;

pub use answer::Answer;
pub use caller::{Caller, id_of, unique_email};
pub use process::{App, Output};
pub use setup::{Database, Setup};

use std::time::{Duration, Instant};

/// Runs each story on each database.
macro_rules! stories {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $story() {
                super::$story($crate::app::Database::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $story() {
                super::$story($crate::app::Database::Postgres).await;
            })+
        }
    };
}

/// Asks again and again until the answer is yes; says so loudly when it is not within the time.
#[track_caller]
pub fn until(what: &str, most: Duration, mut ask: impl FnMut() -> bool) {
    let start = Instant::now();
    while !ask() {
        assert!(start.elapsed() < most, "{what}: not within {most:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Asks again and again until there is an answer.
pub async fn eventually<T>(
    what: &str,
    most: Duration,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(start.elapsed() < most, "{what}: not within {most:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
