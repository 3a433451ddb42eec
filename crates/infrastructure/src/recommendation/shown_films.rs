//! Which films were proposed to whom.
use crate::persistence::{Database, Query, WriteTurns, in_list};
use application::{recommendation::ports::ShownFilms, shared::store::StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, identity::UserId};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;
use uuid::Uuid;

/// Notes what was proposed through the pool, by one statement.
#[derive(Component)]
#[shaku(interface = ShownFilms)]
pub struct SqlShownFilms {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    turns: WriteTurns,
}

#[async_trait]
impl ShownFilms for SqlShownFilms {
    async fn note(
        &self,
        user: UserId,
        films: &[FilmId],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if films.is_empty() {
            return Ok(());
        }
        let films: Vec<Uuid> = films.iter().map(|film| film.as_uuid()).collect();
        let (places, members) = in_list(3, &films);
        let mut values: Vec<Value> = vec![user.as_uuid().into(), at.into()];
        values.extend(members);
        // In one order, so that of two at once neither waits for the other for ever.
        let note = format!(
            "INSERT INTO shown_recommendations (user_id, film_id, times, last_shown_at) \
             SELECT u.id, f.id, 1, $2 FROM users u, films f \
             WHERE u.id = $1 AND f.id IN ({places}) ORDER BY f.id \
             ON CONFLICT (user_id, film_id) DO UPDATE SET \
                 times = shown_recommendations.times + 1, last_shown_at = excluded.last_shown_at"
        );
        let turn = self.turns.take().await;
        let noted = Query::new(&note, values)
            .change(self.database.connection())
            .await;
        drop(turn);
        noted.map(drop)
    }
}
