//! A viewer's flags, read beside films in one statement.
//!
//! The identifiers of the standard lists are derived from the viewer's, so that no list has to be
//! looked up. A statement joins [`FLAG_JOINS`] to `films f` and reads [`FLAG_COLUMNS`]; the lists are
//! its first three parameters.
use crate::persistence::Row;
use application::{catalogue::views::Flags, shared::store::StoreError};
use domain::{identity::UserId, library::StandardList};
use sea_orm::Value;
use uuid::Uuid;

pub(crate) const FLAG_COLUMNS: &str =
    "(liked.film_id IS NOT NULL), (wish.film_id IS NOT NULL), (watched.film_id IS NOT NULL)";

pub(crate) const FLAG_JOINS: &str = "\
    LEFT JOIN watchlist_items liked ON liked.watchlist_id = $1 AND liked.film_id = f.id \
    LEFT JOIN watchlist_items wish ON wish.watchlist_id = $2 AND wish.film_id = f.id \
    LEFT JOIN watchlist_items watched ON watched.watchlist_id = $3 AND watched.film_id = f.id";

/// The first three parameters; nobody's lists for somebody who has not signed in.
pub(crate) fn flag_lists(viewer: Option<UserId>) -> [Value; 3] {
    [
        StandardList::Liked,
        StandardList::Wish,
        StandardList::Watched,
    ]
    .map(|list| {
        viewer
            .map_or(Uuid::nil(), |user| list.of(user).as_uuid())
            .into()
    })
}

/// Reads the flag columns of a row.
pub(crate) struct FlagReader {
    /// The place of the first of them.
    pub(crate) first: usize,
}

impl FlagReader {
    pub(crate) fn read(&self, row: &Row) -> Result<Flags, StoreError> {
        Ok(Flags {
            is_liked: row.get(self.first)?,
            is_wish: row.get(self.first + 1)?,
            is_watched: row.get(self.first + 2)?,
        })
    }
}
