//! Single entries of watchlists, each change one statement: alone, or within a unit of work.
use crate::{
    events::{EventBell, PublishedEvent, change_and_tell},
    persistence::{Database, Query, Transaction, WriteTurns, dialect::held},
};
use application::{
    library::ports::{AddOutcome, EntryRepository, RemoveOutcome, WatchlistEntries},
    shared::{clock::IdGenerator, store::StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, events::DomainEvent, identity::UserId, library::WatchlistId};
use sea_orm::{ConnectionTrait, Value};
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

/// The same as [`ADD`], after the owner has been held.
fn add_in_turn(on: &impl ConnectionTrait) -> String {
    let held = held(on);
    format!(
        "WITH owner AS (SELECT u.id FROM users u WHERE u.id = $2{held}) \
         INSERT INTO watchlist_items (watchlist_id, film_id, added_at) \
         SELECT w.id, f.id, $4 FROM owner, watchlists w, films f \
         WHERE w.id = $1 AND w.user_id = owner.id AND f.id = $3 \
         ON CONFLICT (watchlist_id, film_id) DO NOTHING"
    )
}

/// The same as [`REMOVE`], after the owner has been held.
fn remove_in_turn(on: &impl ConnectionTrait) -> String {
    let held = held(on);
    format!(
        "WITH owner AS (SELECT u.id FROM users u WHERE u.id = $2{held}) \
         DELETE FROM watchlist_items WHERE film_id = $3 AND watchlist_id = \
         (SELECT w.id FROM watchlists w, owner WHERE w.id = $1 AND w.user_id = owner.id)"
    )
}

fn named(list: WatchlistId, owner: UserId, film: FilmId) -> [Value; 3] {
    [
        list.as_uuid().into(),
        owner.as_uuid().into(),
        film.as_uuid().into(),
    ]
}

struct Circumstances {
    owner: Option<Uuid>,
    has_film: bool,
}

impl Circumstances {
    async fn of(
        on: &impl ConnectionTrait,
        list: WatchlistId,
        film: FilmId,
    ) -> Result<Self, StoreError> {
        let values = [list.as_uuid().into(), film.as_uuid().into()];
        let row = Query::new(WHY_NOT, values).one(on).await?;
        match row {
            Some(row) => Ok(Self {
                owner: row.get(0)?,
                has_film: row.get(1)?,
            }),
            None => Ok(Self {
                owner: None,
                has_film: false,
            }),
        }
    }

    fn of_adding(self, owner: UserId) -> AddOutcome {
        match self.owner {
            None => AddOutcome::NoSuchList,
            Some(user) if user != owner.as_uuid() => AddOutcome::NotTheirs,
            Some(_) if !self.has_film => AddOutcome::NoSuchFilm,
            Some(_) => AddOutcome::Existing,
        }
    }

    fn of_removing(self, owner: UserId) -> RemoveOutcome {
        match self.owner {
            None => RemoveOutcome::NoSuchList,
            Some(user) if user != owner.as_uuid() => RemoveOutcome::NotTheirs,
            Some(_) => RemoveOutcome::NotListed,
        }
    }
}

/// Changes entries through the pool.
#[derive(Component)]
#[shaku(interface = WatchlistEntries)]
pub struct SqlWatchlistEntries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    turns: WriteTurns,
    bell: EventBell,
}

impl SqlWatchlistEntries {
    /// Changes one entry and tells of it; says whether there was anything to change.
    async fn change(
        &self,
        change: &str,
        values: Vec<Value>,
        event: DomainEvent,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let event = PublishedEvent { event, at };
        let turn = self.turns.take().await;
        let connection = self.database.connection();
        let is_changed = change_and_tell(connection, &*self.ids, (change, values), event).await?;
        drop(turn);
        if is_changed {
            self.bell.ring();
        }
        Ok(is_changed)
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
        let mut values = named(list, owner, film).to_vec();
        values.push(at.into());
        let added = DomainEvent::WatchlistFilmAdded {
            watchlist: list,
            user: owner,
            film,
        };
        if self.change(ADD, values, added, at).await? {
            return Ok(AddOutcome::Added);
        }
        let why = Circumstances::of(self.database.connection(), list, film).await?;
        Ok(why.of_adding(owner))
    }

    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<RemoveOutcome, StoreError> {
        let values = named(list, owner, film).to_vec();
        let removed = DomainEvent::WatchlistFilmRemoved {
            watchlist: list,
            user: owner,
            film,
        };
        if self.change(REMOVE, values, removed, at).await? {
            return Ok(RemoveOutcome::Removed);
        }
        let why = Circumstances::of(self.database.connection(), list, film).await?;
        Ok(why.of_removing(owner))
    }
}

#[async_trait]
impl EntryRepository for Transaction {
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        let mut values = named(list, owner, film).to_vec();
        values.push(at.into());
        let sql = add_in_turn(&self.tx);
        if Query::new(&sql, values).change(&self.tx).await? > 0 {
            return Ok(AddOutcome::Added);
        }
        let why = Circumstances::of(&self.tx, list, film).await?;
        Ok(why.of_adding(owner))
    }

    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
    ) -> Result<RemoveOutcome, StoreError> {
        let sql = remove_in_turn(&self.tx);
        let values = named(list, owner, film);
        if Query::new(&sql, values).change(&self.tx).await? > 0 {
            return Ok(RemoveOutcome::Removed);
        }
        let why = Circumstances::of(&self.tx, list, film).await?;
        Ok(why.of_removing(owner))
    }
}
