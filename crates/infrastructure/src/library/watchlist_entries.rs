//! Single entries of watchlists, each change one statement.
use crate::persistence::{Database, Query, WriteTurns};
use application::{
    library::ports::{AddOutcome, RemoveOutcome, WatchlistEntries},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, identity::UserId, library::WatchlistId};
use shaku::Component;
use std::sync::Arc;
use uuid::Uuid;

/// Nothing is inserted unless the list is the owner's and the film is there.
const ADD: &str = "INSERT INTO watchlist_items (watchlist_id, film_id, added_at) \
     SELECT w.id, f.id, $4 FROM watchlists w, films f \
     WHERE w.id = $1 AND w.user_id = $2 AND f.id = $3 \
     ON CONFLICT (watchlist_id, film_id) DO NOTHING";
const REMOVE: &str = "DELETE FROM watchlist_items WHERE film_id = $3 AND watchlist_id = \
     (SELECT w.id FROM watchlists w WHERE w.id = $1 AND w.user_id = $2)";
/// Asked only when nothing changed: whose the list is, and whether the film is there.
const WHY_NOT: &str = "SELECT (SELECT w.user_id FROM watchlists w WHERE w.id = $1), \
     EXISTS (SELECT 1 FROM films f WHERE f.id = $2)";

/// Changes entries through the pool.
#[derive(Component)]
#[shaku(interface = WatchlistEntries)]
pub struct SqlWatchlistEntries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    turns: WriteTurns,
}

struct Circumstances {
    owner: Option<Uuid>,
    has_film: bool,
}

impl SqlWatchlistEntries {
    async fn why_not(&self, list: WatchlistId, film: FilmId) -> Result<Circumstances, StoreError> {
        let values = [list.as_uuid().into(), film.as_uuid().into()];
        let row = Query::new(WHY_NOT, values)
            .one(self.database.connection())
            .await?;
        match row {
            Some(row) => Ok(Circumstances {
                owner: row.get(0)?,
                has_film: row.get(1)?,
            }),
            None => Ok(Circumstances {
                owner: None,
                has_film: false,
            }),
        }
    }
}

#[async_trait]
impl WatchlistEntries for SqlWatchlistEntries {
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        let values = [
            list.as_uuid().into(),
            owner.as_uuid().into(),
            film.as_uuid().into(),
            at.into(),
        ];
        let turn = self.turns.take().await;
        let added = Query::new(ADD, values)
            .change(self.database.connection())
            .await?;
        drop(turn);
        if added > 0 {
            return Ok(AddOutcome::Added);
        }
        let why = self.why_not(list, film).await?;
        Ok(match why.owner {
            None => AddOutcome::NoSuchList,
            Some(user) if user != owner.as_uuid() => AddOutcome::NotTheirs,
            Some(_) if !why.has_film => AddOutcome::NoSuchFilm,
            Some(_) => AddOutcome::Existing,
        })
    }

    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
    ) -> Result<RemoveOutcome, StoreError> {
        let values = [
            list.as_uuid().into(),
            owner.as_uuid().into(),
            film.as_uuid().into(),
        ];
        let turn = self.turns.take().await;
        let removed = Query::new(REMOVE, values)
            .change(self.database.connection())
            .await?;
        drop(turn);
        if removed > 0 {
            return Ok(RemoveOutcome::Removed);
        }
        Ok(match self.why_not(list, film).await?.owner {
            None => RemoveOutcome::NoSuchList,
            Some(user) if user != owner.as_uuid() => RemoveOutcome::NotTheirs,
            Some(_) => RemoveOutcome::NotListed,
        })
    }
}
