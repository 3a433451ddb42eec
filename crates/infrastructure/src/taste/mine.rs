//! What a user says of films, beside lists of them.
use crate::persistence::{Database, Query, Row, corrupt, in_list};
use application::{
    shared::store::StoreError,
    taste::mine::{Mine, MineQueries},
};
use async_trait::async_trait;
use domain::{catalogue::FilmId, identity::UserId, shared::Id, taste::Rating};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = MineQueries)]
pub struct SqlMineQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl MineQueries for SqlMineQueries {
    async fn of(
        &self,
        user: UserId,
        films: &[FilmId],
    ) -> Result<HashMap<FilmId, Mine>, StoreError> {
        if films.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let (places, members) = in_list(2, &ids);
        let mut values = vec![user.as_uuid().into()];
        values.extend(members);
        let sql = format!(
            "SELECT f.id, r.value, r.rated_at, v.last_seen_on, COALESCE(v.times, 0) FROM films f \
             LEFT JOIN film_ratings r ON r.user_id = $1 AND r.film_id = f.id \
             LEFT JOIN (SELECT film_id, MAX(watched_on) AS last_seen_on, COUNT(*) AS times \
                 FROM viewings WHERE user_id = $1 AND film_id IN ({places}) GROUP BY film_id) v \
                 ON v.film_id = f.id \
             WHERE f.id IN ({places}) AND (r.value IS NOT NULL OR v.times IS NOT NULL)"
        );
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        rows.iter()
            .map(|row| Ok((Id::from_uuid(row.get(0)?), read(row)?)))
            .collect()
    }
}

fn read(row: &Row) -> Result<Mine, StoreError> {
    let rating = row.get::<Option<i16>>(1)?.map(|value| {
        let rating = Rating::try_from(i64::from(value));
        rating.map_err(|source| corrupt("rating", source))
    });
    let rating = rating.transpose()?;
    let rated_at = row.get(2)?;
    Ok(Mine {
        rating: rating.zip(rated_at),
        last_seen_on: row.get(3)?,
        viewings: u64::try_from(row.get::<i64>(4)?).unwrap_or_default(),
    })
}
