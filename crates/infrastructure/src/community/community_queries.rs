//! Reads of communities.
use crate::persistence::{Database, Query, Row, corrupt};
use application::{community::ports::CommunityQueries, shared::store::StoreError};
use async_trait::async_trait;
use domain::community::{Community, CommunityId, InvalidCommunityName, NotADigest};
use shaku::Component;
use std::sync::Arc;

/// The columns of `communities` in the order in which [`read`] expects them.
pub(super) const COLUMNS: &str =
    "id, name, digest, round, lines_done, raters, ratings, started_at, imported_at";

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = CommunityQueries)]
pub struct SqlCommunityQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl CommunityQueries for SqlCommunityQueries {
    async fn list(&self) -> Result<Vec<Community>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM communities ORDER BY name");
        let rows = Query::new(&sql, []).all(self.database.connection()).await?;
        rows.iter().map(read).collect()
    }
}

/// Reads a community from a row of [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Community, StoreError> {
    let name: String = row.get(1)?;
    let digest: String = row.get(2)?;
    let done: Option<i64> = row.get(4)?;
    Ok(Community {
        id: CommunityId(row.get(0)?),
        name: name
            .parse()
            .map_err(|source: InvalidCommunityName| corrupt("community", source))?,
        digest: digest
            .parse()
            .map_err(|source: NotADigest| corrupt("community", source))?,
        round: row.get(3)?,
        done: done.map(count).transpose()?,
        raters: count(row.get(5)?)?,
        ratings: count(row.get(6)?)?,
        started_at: row.get(7)?,
        imported_at: row.get(8)?,
    })
}

/// A number of things, which is never below nothing.
pub(super) fn count(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|source| corrupt("community", source))
}
