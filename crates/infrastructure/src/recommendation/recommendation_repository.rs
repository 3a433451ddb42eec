//! What was recommended, and what could be.
use crate::{
    catalogue::flag_lists,
    persistence::{Query, Transaction, in_list},
};
use application::{
    recommendation::ports::{RecommendationRepository, Wanted},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    recommendation::{Candidate, Recommendation},
    shared::Id,
};
use sea_orm::Value;
use std::{collections::HashMap, fmt::Write};
use uuid::Uuid;

#[async_trait]
impl RecommendationRepository for Transaction {
    async fn take_turn(&self, user: UserId) -> Result<bool, StoreError> {
        // A write of the user's row, so that the next one waits on either database.
        const TAKE: &str = "UPDATE users SET updated_at = updated_at WHERE id = $1";
        let taken = Query::new(TAKE, [user.as_uuid().into()])
            .change(&self.tx)
            .await?;
        Ok(taken > 0)
    }

    async fn find_candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        best: &[FilmId],
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let (sql, values) = candidates(user, wanted, best, since, most);
        let places: HashMap<FilmId, u32> = best.iter().copied().zip(0..).collect();
        let rows = Query::new(&sql, values).all(&self.tx).await?;
        rows.iter()
            .map(|row| {
                let matching: i64 = row.get(2)?;
                let film = Id::from_uuid(row.get(0)?);
                Ok(Candidate {
                    film,
                    is_wished: row.get(1)?,
                    matching_genres: u32::try_from(matching).unwrap_or_default(),
                    has_description: row.get(3)?,
                    place: places.get(&film).copied(),
                })
            })
            .collect()
    }

    async fn record(&self, recommendation: &Recommendation) -> Result<(), StoreError> {
        const RECORD: &str = "INSERT INTO recommendations (id, user_id, film_id, given_at) \
             VALUES ($1, $2, $3, $4)";
        let values = [
            recommendation.id.as_uuid().into(),
            recommendation.user.as_uuid().into(),
            recommendation.film.as_uuid().into(),
            recommendation.given_at.into(),
        ];
        Query::new(RECORD, values).change(&self.tx).await?;
        Ok(())
    }

    async fn forget_given(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        const FORGET: &str = "DELETE FROM recommendations WHERE given_at < $1";
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }

    async fn forget_shown(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        const FORGET: &str = "DELETE FROM shown_recommendations WHERE last_shown_at < $1";
        Query::new(FORGET, [before.into()]).change(&self.tx).await
    }
}

/// What the user has seen, as far as a rating tells it, or does not want to see.
const NOT_FOR_THE_USER: &str = "\
    AND NOT EXISTS (SELECT 1 FROM film_ratings x WHERE x.user_id = $3 AND x.film_id = f.id) \
    AND NOT EXISTS (SELECT 1 FROM hidden_films x WHERE x.user_id = $3 AND x.film_id = f.id) \
    AND NOT EXISTS (SELECT 1 FROM hidden_genres x JOIN film_genres g ON g.genre_id = x.genre_id \
        WHERE x.user_id = $3 AND x.how = 'hide' AND g.film_id = f.id) \
    AND NOT EXISTS (SELECT 1 FROM hidden_people x JOIN film_people p ON p.person_id = x.person_id \
        WHERE x.user_id = $3 AND x.how = 'hide' AND p.film_id = f.id)";

fn candidates(
    user: UserId,
    wanted: &Wanted,
    best: &[FilmId],
    since: DateTime<Utc>,
    most: u32,
) -> (String, Vec<Value>) {
    let [_liked, wish, watched] = flag_lists(Some(user));
    let mut values: Vec<Value> = vec![
        wish,
        watched,
        user.as_uuid().into(),
        since.into(),
        i64::from(most).into(),
    ];
    let genres: Vec<Uuid> = wanted.genres.iter().map(|genre| genre.as_uuid()).collect();
    let mut matching = "CAST(0 AS BIGINT)".to_owned();
    // Writing to a string cannot fail.
    let mut conditions = String::new();
    if !genres.is_empty() {
        let (places, members) = in_list(values.len() + 1, &genres);
        values.extend(members);
        matching = format!(
            "(SELECT COUNT(*) FROM film_genres g WHERE g.film_id = f.id AND g.genre_id IN ({places}))"
        );
        let _ = write!(
            conditions,
            " AND EXISTS (SELECT 1 FROM film_genres g \
               WHERE g.film_id = f.id AND g.genre_id IN ({places}))"
        );
    }
    if let Some(kind) = wanted.kind {
        values.push(kind.name().into());
        let _ = write!(conditions, " AND f.kind = ${}", values.len());
    }
    let best: Vec<Uuid> = best.iter().map(|film| film.as_uuid()).collect();
    let mut best_first = String::new();
    if !best.is_empty() {
        let (places, members) = in_list(values.len() + 1, &best);
        values.extend(members);
        let _ = write!(best_first, " (f.id NOT IN ({places})),");
    }
    let sql = format!(
        "SELECT f.id, (wish.film_id IS NOT NULL), {matching}, (f.description <> '') FROM films f \
         LEFT JOIN watchlist_items wish ON wish.watchlist_id = $1 AND wish.film_id = f.id \
         WHERE NOT EXISTS (SELECT 1 FROM watchlist_items w \
             WHERE w.watchlist_id = $2 AND w.film_id = f.id) \
           AND NOT EXISTS (SELECT 1 FROM recommendations r \
             WHERE r.user_id = $3 AND r.film_id = f.id AND r.given_at > $4) {NOT_FOR_THE_USER}{conditions} \
         ORDER BY (wish.film_id IS NULL),{best_first} RANDOM() LIMIT $5"
    );
    (sql, values)
}
