//! Many rows in one statement.
use super::Query;
use application::shared::store::StoreError;
use sea_orm::{ConnectionTrait, Value};
use std::fmt::Write;

/// Fewer parameters than either database takes in a statement (SQLite: 32,766).
const MOST_PARAMETERS: usize = 30_000;

/// Stores rows with as few statements as can be, and says how many were stored: `head` ends with
/// `VALUES`, `tail` follows the rows.
pub(crate) async fn insert_rows<const N: usize>(
    on: &impl ConnectionTrait,
    head: &str,
    rows: Vec<[Value; N]>,
    tail: &str,
) -> Result<u64, StoreError> {
    let mut stored = 0;
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<[Value; N]> = rows.by_ref().take(MOST_PARAMETERS / N).collect();
        let sql = format!("{head} {} {tail}", places(some.len(), N));
        let values: Vec<Value> = some.into_iter().flatten().collect();
        stored += Query::new(&sql, values).change(on).await?;
    }
    Ok(stored)
}

/// `($1,$2),($3,$4)` for two rows of two.
fn places(rows: usize, width: usize) -> String {
    let mut text = String::with_capacity(rows * width * 6);
    for row in 0..rows {
        for column in 0..width {
            let before = match (row, column) {
                (0, 0) => "(",
                (_, 0) => "),(",
                (_, _) => ",",
            };
            // Writing to a string cannot fail.
            let _ = write!(text, "{before}${}", row * width + column + 1);
        }
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_places_of_its_own() {
        assert_eq!(places(2, 3), "($1,$2,$3),($4,$5,$6)");
        assert_eq!(places(1, 1), "($1)");
    }
}
