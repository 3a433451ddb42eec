//! What users have told of their taste, read by one statement.
use crate::persistence::{Database, Query, Row, corrupt, in_list};
use application::{
    recommendation::recommender::{Act, ActKind, Taste, TasteQueries},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::UserId,
    recommendation::Shown,
    shared::Id,
    taste::{Hide, Rating},
};
use shaku::Component;
use std::{collections::HashMap, sync::Arc};
use uuid::Uuid;

/// Reads what users have told from the database.
#[derive(Component)]
#[shaku(interface = TasteQueries)]
pub struct SqlTasteQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl TasteQueries for SqlTasteQueries {
    async fn read(&self, user: UserId) -> Result<Taste, StoreError> {
        let mut read = self.read_many(&[user]).await?;
        Ok(read.pop().unwrap_or_default())
    }

    async fn read_many(&self, users: &[UserId]) -> Result<Vec<Taste>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = users.iter().map(|user| user.as_uuid()).collect();
        let (places, values) = in_list(1, &ids);
        let sql = statement(&places);
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let mut told: HashMap<Uuid, Taste> = HashMap::with_capacity(users.len());
        for row in &rows {
            add(told.entry(row.get(0)?).or_default(), row)?;
        }
        let told_by = |user: &UserId| told.get(&user.as_uuid()).cloned().unwrap_or_default();
        Ok(users.iter().map(told_by).collect())
    }
}

/// Rows of: whose, what was told, of what, how, how many, when.
fn statement(users: &str) -> String {
    format!(
        "SELECT user_id, 'rated' AS what, film_id AS subject, '' AS how, value AS count, \
                rated_at AS at \
             FROM film_ratings WHERE user_id IN ({users}) \
         UNION ALL SELECT w.user_id, w.kind, i.film_id, '', 0, i.added_at \
             FROM watchlists w JOIN watchlist_items i ON i.watchlist_id = w.id \
             WHERE w.user_id IN ({users}) AND w.kind <> 'custom' \
         UNION ALL SELECT user_id, 'film', film_id, how, 0, hidden_at \
             FROM hidden_films WHERE user_id IN ({users}) \
         UNION ALL SELECT user_id, 'genre', genre_id, how, 0, hidden_at \
             FROM hidden_genres WHERE user_id IN ({users}) \
         UNION ALL SELECT user_id, 'person', person_id, how, 0, hidden_at \
             FROM hidden_people WHERE user_id IN ({users}) \
         UNION ALL SELECT user_id, 'shown', film_id, '', times, last_shown_at \
             FROM shown_recommendations WHERE user_id IN ({users})"
    )
}

fn add(taste: &mut Taste, row: &Row) -> Result<(), StoreError> {
    let what: String = row.get(1)?;
    let subject: Uuid = row.get(2)?;
    match what.as_str() {
        "film" => drop(taste.hidden.films.insert(Id::from_uuid(subject), how(row)?)),
        "genre" => drop(
            taste
                .hidden
                .genres
                .insert(Id::from_uuid(subject), how(row)?),
        ),
        "person" => drop(
            taste
                .hidden
                .people
                .insert(Id::from_uuid(subject), how(row)?),
        ),
        "shown" => taste.shown.push(Shown {
            film: Id::from_uuid(subject),
            times: u32::try_from(row.get::<i32>(4)?).unwrap_or_default(),
            last_shown_at: row.get(5)?,
        }),
        act => taste.acts.push(Act {
            film: Id::from_uuid(subject),
            kind: kind_of(act, row)?,
            at: row.get::<DateTime<Utc>>(5)?,
        }),
    }
    Ok(())
}

fn kind_of(act: &str, row: &Row) -> Result<ActKind, StoreError> {
    match act {
        "rated" => {
            let value = i64::from(row.get::<i32>(4)?);
            let rating = Rating::try_from(value).map_err(|source| corrupt("rating", source))?;
            Ok(ActKind::Rated(rating))
        }
        "liked" => Ok(ActKind::Liked),
        "wish" => Ok(ActKind::Wished),
        "watched" => Ok(ActKind::Watched),
        other => Err(corrupt("taste", format!("`{other}` is no act"))),
    }
}

fn how(row: &Row) -> Result<Hide, StoreError> {
    let how: String = row.get(3)?;
    how.parse().map_err(|source| corrupt("hide", source))
}
