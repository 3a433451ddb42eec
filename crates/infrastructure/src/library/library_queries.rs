//! Reads of watchlists.
use super::watchlist_row::{Column, Entity};
use crate::{
    catalogue::{FLAG_COLUMNS, FLAG_JOINS, FilmCards, FlagReader, Seen, flag_lists},
    persistence::{Database, IntoStoreError, Query, Row, corrupt, in_list},
};
use application::{
    library::ports::{Entry, EntryRange, LibraryQueries, ListedFilms, OwnedEntries},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::UserId,
    library::{HexColor, MalformedHexColor, Watchlist, WatchlistId},
    shared::Id,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use shaku::Component;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};
use uuid::Uuid;

/// One row for each film, and one without a film for an empty list or one that is not the viewer's;
/// no row when there is no such list.
static LIST_ENTRIES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT w.user_id, i.added_at, f.id, f.revision, {FLAG_COLUMNS} FROM watchlists w \
         LEFT JOIN watchlist_items i ON i.watchlist_id = w.id AND w.user_id = $5 \
         LEFT JOIN films f ON f.id = i.film_id {FLAG_JOINS} \
         WHERE w.id = $4 ORDER BY i.added_at DESC, i.film_id DESC"
    )
});
/// The same for a part of the list, where the key of the entry before is given.
static LIST_ENTRIES_IN_PART: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT w.user_id, i.added_at, f.id, f.revision, {FLAG_COLUMNS} FROM watchlists w \
         LEFT JOIN watchlist_items i ON i.watchlist_id = w.id AND w.user_id = $5 \
             AND (i.added_at, i.film_id) < ($6, $7) \
         LEFT JOIN films f ON f.id = i.film_id {FLAG_JOINS} \
         WHERE w.id = $4 ORDER BY i.added_at DESC, i.film_id DESC LIMIT $8"
    )
});

/// Reads from the pool.
#[derive(Component)]
#[shaku(interface = LibraryQueries)]
pub struct SqlLibraryQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    #[shaku(inject)]
    cards: Arc<dyn FilmCards>,
}

#[async_trait]
impl LibraryQueries for SqlLibraryQueries {
    async fn list_custom(&self, owner: UserId) -> Result<Vec<Watchlist>, StoreError> {
        let rows = Entity::find()
            .filter(Column::UserId.eq(owner.as_uuid()))
            .filter(Column::Kind.eq("custom"))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .all(self.database.connection())
            .await
            .or_store_error()?;
        rows.into_iter().map(Watchlist::try_from).collect()
    }

    async fn show(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError> {
        let row = Entity::find_by_id(list.as_uuid())
            .one(self.database.connection())
            .await
            .or_store_error()?;
        row.map(Watchlist::try_from).transpose()
    }

    async fn list_poster_colours(
        &self,
        list: WatchlistId,
        most: u32,
    ) -> Result<Vec<HexColor>, StoreError> {
        const LIST: &str = "SELECT f.poster_colour FROM watchlist_items i \
             JOIN films f ON f.id = i.film_id \
             WHERE i.watchlist_id = $1 AND f.poster_colour IS NOT NULL \
             ORDER BY i.added_at DESC, i.film_id DESC LIMIT $2";
        let values = [list.as_uuid().into(), i64::from(most).into()];
        let rows = Query::new(LIST, values)
            .all(self.database.connection())
            .await?;
        read_colours(&rows)
    }

    async fn list_films(&self, lists: &[WatchlistId]) -> Result<Vec<ListedFilms>, StoreError> {
        if lists.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = lists.iter().map(|list| list.as_uuid()).collect();
        let (places, values) = in_list(1, &ids);
        let sql = format!(
            "SELECT w.id, w.user_id, i.film_id FROM watchlists w \
             LEFT JOIN watchlist_items i ON i.watchlist_id = w.id WHERE w.id IN ({places})"
        );
        let rows = Query::new(&sql, values)
            .all(self.database.connection())
            .await?;
        let mut found: HashMap<Uuid, ListedFilms> = HashMap::with_capacity(lists.len());
        for row in &rows {
            let (list, owner): (Uuid, Uuid) = (row.get(0)?, row.get(1)?);
            let listed = found.entry(list).or_insert_with(|| ListedFilms {
                list: Id::from_uuid(list),
                owner: Id::from_uuid(owner),
                films: Vec::new(),
            });
            let film = row.get::<Option<Uuid>>(2)?;
            listed.films.extend(film.map(Id::from_uuid));
        }
        Ok(found.into_values().collect())
    }

    async fn list_entries(
        &self,
        list: WatchlistId,
        viewer: UserId,
        range: EntryRange,
    ) -> Result<Option<OwnedEntries>, StoreError> {
        let rows = self.rows(list, viewer, range).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let owner = Id::from_uuid(first.get(0)?);
        let mut added_at = HashMap::with_capacity(rows.len());
        let mut seen = Vec::with_capacity(rows.len());
        for row in &rows {
            if let Some(entry) = read_seen(row)? {
                added_at.insert(entry.film, row.get::<DateTime<Utc>>(1)?);
                seen.push(entry);
            }
        }
        let films = self.cards.complete(seen).await?;
        let entries = films
            .into_iter()
            .filter_map(|film| {
                let added_at = *added_at.get(&film.card.id)?;
                Some(Entry { film, added_at })
            })
            .collect();
        Ok(Some(OwnedEntries { owner, entries }))
    }
}

impl SqlLibraryQueries {
    async fn rows(
        &self,
        list: WatchlistId,
        viewer: UserId,
        range: EntryRange,
    ) -> Result<Vec<Row>, StoreError> {
        let mut values = flag_lists(Some(viewer)).to_vec();
        values.extend([list.as_uuid().into(), viewer.as_uuid().into()]);
        let connection = self.database.connection();
        if range == EntryRange::default() {
            return Query::new(&LIST_ENTRIES, values).all(connection).await;
        }
        // Without a key the part starts before everything.
        let (at, film) = range.after.map_or((far_future(), Uuid::max()), |key| {
            (key.added_at, key.film.as_uuid())
        });
        let most = range
            .most
            .map_or(i64::MAX, |size| i64::from(size.get()) + 1);
        values.extend([at.into(), film.into(), most.into()]);
        Query::new(&LIST_ENTRIES_IN_PART, values)
            .all(connection)
            .await
    }
}

/// Reads the colours of posters, one of each row.
pub(crate) fn read_colours(rows: &[Row]) -> Result<Vec<HexColor>, StoreError> {
    rows.iter()
        .map(|row| {
            let colour: String = row.get(0)?;
            let parsed = colour.parse();
            parsed.map_err(|source: MalformedHexColor| corrupt("film", source))
        })
        .collect()
}

/// Later than anything is added, and within what both databases can compare.
fn far_future() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_300_799, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn read_seen(row: &Row) -> Result<Option<Seen>, StoreError> {
    let Some(film) = row.get::<Option<Uuid>>(2)? else {
        return Ok(None);
    };
    Ok(Some(Seen {
        film: Id::from_uuid(film),
        revision: row.get(3)?,
        flags: FlagReader { first: 4 }.read(row)?,
    }))
}
