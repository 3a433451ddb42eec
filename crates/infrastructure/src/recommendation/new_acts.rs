//! How much was told since a model was trained.
use crate::persistence::{Query, Transaction};
use application::{
    recommendation::ports::{ActsSince, NewActs},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Begins anew when a model was trained after the count began.
const COUNT: &str = "INSERT INTO new_acts (name, acts, counted_since) VALUES ('all', 1, $1) \
    ON CONFLICT (name) DO UPDATE SET \
        acts = CASE WHEN new_acts.counted_since < COALESCE( \
                (SELECT MAX(m.trained_at) FROM recommender_models m), new_acts.counted_since) \
            THEN 1 ELSE new_acts.acts + 1 END, \
        counted_since = CASE WHEN new_acts.counted_since < COALESCE( \
                (SELECT MAX(m.trained_at) FROM recommender_models m), new_acts.counted_since) \
            THEN excluded.counted_since ELSE new_acts.counted_since END \
    RETURNING acts, (SELECT MAX(m.trained_at) FROM recommender_models m)";

#[async_trait]
impl NewActs for Transaction {
    async fn count(&self, now: DateTime<Utc>) -> Result<ActsSince, StoreError> {
        let row = Query::new(COUNT, [now.into()]).one(&self.tx).await?;
        let Some(row) = row else {
            return Ok(ActsSince::default());
        };
        Ok(ActsSince {
            acts: row.get::<i64>(0)?.unsigned_abs(),
            trained_at: row.get(1)?,
        })
    }
}
