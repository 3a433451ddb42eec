//! Posters on their way into the poster store or out of it, in the database.
//!
//! Each step is one statement whose condition is looked at again once the row is locked, so that of
//! two units of work that want the same poster one gets it.
use crate::persistence::{Query, ROWS_AT_ONCE, Transaction, corrupt, row_list};
use application::{catalogue::ports::ObsoletePosterRepository, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::catalogue::PosterKey;
use sea_orm::Value;

#[async_trait]
impl ObsoletePosterRepository for Transaction {
    async fn add(&self, posters: &[PosterKey], at: DateTime<Utc>) -> Result<(), StoreError> {
        const ADD: &str = "INSERT INTO obsolete_posters (poster_key, since) VALUES ";
        const UNLESS_LATER: &str = " ON CONFLICT (poster_key) DO UPDATE SET since = excluded.since \
             WHERE obsolete_posters.since < excluded.since";
        for some in posters.chunks(ROWS_AT_ONCE) {
            let add = format!("{ADD}{}{UNLESS_LATER}", row_list(some.len(), 2));
            let values: Vec<Value> = some
                .iter()
                .flat_map(|poster| [poster.as_str().into(), at.into()])
                .collect();
            Query::new(&add, values).change(&self.tx).await?;
        }
        Ok(())
    }

    async fn reserve(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const RESERVE: &str = "INSERT INTO obsolete_posters (poster_key, since) VALUES ($1, $2) \
             ON CONFLICT (poster_key) DO UPDATE SET since = excluded.since, claimed_until = NULL \
             WHERE obsolete_posters.claimed_until IS NULL OR obsolete_posters.claimed_until <= $3";
        let values = [poster.as_str().into(), until.into(), now.into()];
        let reserved = Query::new(RESERVE, values).change(&self.tx).await?;
        Ok(reserved > 0)
    }

    async fn take_out(&self, poster: &PosterKey) -> Result<bool, StoreError> {
        const TAKE_OUT: &str = "DELETE FROM obsolete_posters \
             WHERE poster_key = $1 AND claimed_until IS NULL";
        let taken = Query::new(TAKE_OUT, [poster.as_str().into()])
            .change(&self.tx)
            .await?;
        Ok(taken > 0)
    }

    async fn list(&self, now: DateTime<Utc>, most: u32) -> Result<Vec<PosterKey>, StoreError> {
        const LIST: &str = "SELECT o.poster_key FROM obsolete_posters o \
             WHERE o.since <= $1 AND (o.claimed_until IS NULL OR o.claimed_until <= $1) \
               AND NOT EXISTS (SELECT 1 FROM films f WHERE f.poster_key = o.poster_key) \
             ORDER BY o.since, o.poster_key LIMIT $2";
        let rows = Query::new(LIST, [now.into(), i64::from(most).into()])
            .all(&self.tx)
            .await?;
        rows.iter()
            .map(|row| {
                let key: String = row.get(0)?;
                PosterKey::parse(&key).map_err(|source| corrupt("obsolete poster", source))
            })
            .collect()
    }

    async fn claim(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        const CLAIM: &str = "UPDATE obsolete_posters SET claimed_until = $3 \
             WHERE poster_key = $1 AND since <= $2 \
               AND (claimed_until IS NULL OR claimed_until <= $2) \
               AND NOT EXISTS (SELECT 1 FROM films f WHERE f.poster_key = $1)";
        let values = [poster.as_str().into(), now.into(), until.into()];
        let claimed = Query::new(CLAIM, values).change(&self.tx).await?;
        Ok(claimed > 0)
    }

    async fn forget(&self, poster: &PosterKey) -> Result<(), StoreError> {
        const FORGET: &str = "DELETE FROM obsolete_posters WHERE poster_key = $1";
        Query::new(FORGET, [poster.as_str().into()])
            .change(&self.tx)
            .await?;
        Ok(())
    }
}
