//! Which films have changed: what the search index and recommending follow.
use crate::persistence::Query;
use application::shared::store::StoreError;
use domain::{catalogue::FilmId, shared::Id};
use sea_orm::DatabaseConnection;

/// The number of the newest change; 0 where there is none.
pub(crate) async fn newest_change(connection: &DatabaseConnection) -> Result<i64, StoreError> {
    const READ: &str = "SELECT COALESCE(MAX(seq), 0) FROM film_changes";
    let row = Query::new(READ, []).one(connection).await?;
    row.map_or(Ok(0), |row| row.get(0))
}

/// Up to `most` changes after a number, the oldest first: number and film.
pub(crate) async fn changes_after(
    connection: &DatabaseConnection,
    after: i64,
    most: u32,
) -> Result<Vec<(i64, FilmId)>, StoreError> {
    const READ: &str = "SELECT seq, film_id FROM film_changes WHERE seq > $1 \
         ORDER BY seq LIMIT $2";
    let values = [after.into(), i64::from(most).into()];
    let rows = Query::new(READ, values).all(connection).await?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, Id::from_uuid(row.get(1)?))))
        .collect()
}
