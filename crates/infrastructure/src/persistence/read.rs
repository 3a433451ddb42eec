//! Statements written once by hand, with bound parameters.
//!
//! `$1` is understood by both databases.
use super::IntoStoreError;
use application::shared::store::StoreError;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TryGetable, Value};
use std::fmt::Write;

/// One statement with its parameters.
pub(crate) struct Query<'a> {
    sql: &'a str,
    values: Vec<Value>,
}

impl<'a> Query<'a> {
    pub(crate) fn new(sql: &'a str, values: impl Into<Vec<Value>>) -> Self {
        Self {
            sql,
            values: values.into(),
        }
    }

    pub(crate) async fn all(self, on: &impl ConnectionTrait) -> Result<Vec<Row>, StoreError> {
        let rows = on.query_all_raw(self.build(on)).await.or_store_error()?;
        Ok(rows.into_iter().map(Row).collect())
    }

    pub(crate) async fn one(self, on: &impl ConnectionTrait) -> Result<Option<Row>, StoreError> {
        Ok(on
            .query_one_raw(self.build(on))
            .await
            .or_store_error()?
            .map(Row))
    }

    /// Runs the statement and says how many rows it changed.
    pub(crate) async fn change(self, on: &impl ConnectionTrait) -> Result<u64, StoreError> {
        Ok(on
            .execute_raw(self.build(on))
            .await
            .or_store_error()?
            .rows_affected())
    }

    fn build(self, on: &impl ConnectionTrait) -> Statement {
        Statement::from_sql_and_values(on.get_database_backend(), self.sql, self.values)
    }
}

/// One row, read by position.
pub(crate) struct Row(QueryResult);

impl Row {
    pub(crate) fn get<T: TryGetable>(&self, column: usize) -> Result<T, StoreError> {
        self.0.try_get_by_index(column).or_store_error()
    }
}

/// `$<from>, $<from + 1>, …` for a list of parameters.
///
/// The list is filled up by repeating its last member until its length is a power of two: the
/// database keeps a plan for each text of a statement, and so it has few texts to keep.
pub(crate) fn in_list<T: Copy + Into<Value>>(from: usize, members: &[T]) -> (String, Vec<Value>) {
    let length = members.len().next_power_of_two();
    let mut text = String::with_capacity(length * 5);
    for place in from..from + length {
        let comma = if place == from { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(text, "{comma}${place}");
    }
    let filled = members
        .iter()
        .copied()
        .chain(members.last().copied().into_iter().cycle())
        .take(length)
        .map(Into::into)
        .collect();
    (text, filled)
}

/// How many rows are stored by one statement; with few columns that is less than either database
/// takes in parameters.
pub(crate) const ROWS_AT_ONCE: usize = 1_000;

/// `($1,$2),($3,$4), …` for rows of so many columns.
pub(crate) fn row_list(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for place in 1..=rows * columns {
        let start = match (place, (place - 1) % columns) {
            (1, _) => "(",
            (_, 0) => "),(",
            _ => ",",
        };
        // Writing to a string cannot fail.
        let _ = write!(text, "{start}${place}");
    }
    text.push(')');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(row_list(1, 1), "($1)");
        assert_eq!(row_list(1, 2), "($1,$2)");
        assert_eq!(row_list(3, 2), "($1,$2),($3,$4),($5,$6)");
    }

    #[test]
    fn a_list_is_filled_up_to_a_power_of_two() {
        let (text, values) = in_list(2, &[7_i64, 8, 9]);
        assert_eq!(text, "$2,$3,$4,$5");
        assert_eq!(values, [7_i64, 8, 9, 9].map(Value::from).to_vec());
        let (text, values) = in_list(1, &[7_i64]);
        assert_eq!((text.as_str(), values.len()), ("$1", 1));
    }
}
