//! Statements, counted and timed.
use metrics::{Histogram, counter, histogram};
use sea_orm::DatabaseConnection;

/// The first words of statements; all others are told as one.
const WORDS: [&str; 4] = ["select", "insert", "update", "delete"];
const OTHER: &str = "other";

/// Counts and times every statement from now on, by its first word. The time is that of the database,
/// without the wait for a connection.
pub fn measure(connection: &mut DatabaseConnection) {
    let series = |word| (word, seconds(word));
    let of_words = WORDS.map(series);
    let others = seconds(OTHER);
    connection.set_metric_callback(move |done| {
        let word = done.statement.sql.split_whitespace().next();
        let word = word.unwrap_or_default();
        let known = of_words
            .iter()
            .find(|(known, _)| word.eq_ignore_ascii_case(known));
        let series = known.map_or(&others, |(_, series)| series);
        series.record(done.elapsed);
        if done.failed {
            counter!("filmhub_db_statement_failures_total").increment(1);
        }
    });
}

fn seconds(word: &'static str) -> Histogram {
    histogram!("filmhub_db_statement_seconds", "operation" => word)
}
