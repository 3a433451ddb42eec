//! What a database's error means to the application.
use application::shared::store::{Cause, StoreError};
use sea_orm::{DbErr, RuntimeErr, SqlErr};

/// Turns a driver's result into one that the application understands.
pub(crate) trait IntoStoreError<T> {
    /// Says what the error means; the driver's own words stay attached as the source.
    fn or_store_error(self) -> Result<T, StoreError>;
}

impl<T> IntoStoreError<T> for Result<T, DbErr> {
    fn or_store_error(self) -> Result<T, StoreError> {
        self.map_err(meaning)
    }
}

/// What is stored breaks a rule of the domain.
pub(crate) fn corrupt(entity: &'static str, source: impl Into<Cause>) -> StoreError {
    StoreError::Corrupt {
        entity,
        source: source.into(),
    }
}

fn meaning(failure: DbErr) -> StoreError {
    if let Some(SqlErr::ForeignKeyConstraintViolation(_)) = failure.sql_err() {
        return StoreError::Dangling(Box::new(failure));
    }
    if is_contention(&failure) {
        return StoreError::Contention(Box::new(failure));
    }
    match failure {
        DbErr::RecordNotUpdated => StoreError::Stale,
        DbErr::TryIntoErr { .. } | DbErr::Type(_) | DbErr::Json(_) | DbErr::ConvertFromU64(_) => {
            corrupt("row", failure)
        }
        other => StoreError::Unavailable(Box::new(other)),
    }
}

/// PostgreSQL: serialization failure, deadlock, lock timeout (appendix A of its manual); SQLite:
/// `SQLITE_BUSY` and `SQLITE_LOCKED` with their extended codes.
fn is_contention(failure: &DbErr) -> bool {
    const CODES: [&str; 8] = ["40001", "40P01", "55P03", "5", "6", "261", "262", "517"];
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        failure
    else {
        return false;
    };
    cause
        .as_database_error()
        .and_then(sea_orm::sqlx::error::DatabaseError::code)
        .is_some_and(|code| CODES.contains(&code.as_ref()))
}
