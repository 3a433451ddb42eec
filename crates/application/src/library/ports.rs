//! What keeping watchlists asks of the outside world.
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{page::PageSize, store::StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    identity::UserId,
    library::{Gradient, HexColor, StandardList, Watchlist, WatchlistId},
};
use shaku::Interface;

/// The repositories of this context, bound to one unit of work.
pub trait LibraryStores {
    /// Watchlists.
    fn watchlists(&self) -> &dyn WatchlistRepository;
    /// What stands on them, where its changes mean something for what else is kept.
    fn entries(&self) -> &dyn EntryRepository;
}

/// Keeps watchlists.
#[async_trait]
pub trait WatchlistRepository: Send + Sync {
    /// Finds a list.
    async fn find(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError>;
    /// Adds lists.
    async fn insert_many(&self, lists: &[Watchlist]) -> Result<(), StoreError>;
    /// Gives a list colours of its own; one that is not there (any more) stays so.
    async fn recolor(&self, list: WatchlistId, gradient: &Gradient) -> Result<(), StoreError>;
    /// Lists up to `most` lists that users made since then, that have no colours of their own yet and
    /// enough films with posters whose colours are known, the newest first.
    async fn list_colorless(
        &self,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<WatchlistId>, StoreError>;
    /// Removes a list with its entries.
    async fn remove(&self, list: WatchlistId) -> Result<(), StoreError>;
}

/// Which list is meant: by the word that everybody uses, or by identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchlistRef {
    /// The caller's own standard list.
    Standard(StandardList),
    /// Any list.
    Id(WatchlistId),
}

impl WatchlistRef {
    /// The list's identifier for a caller.
    #[must_use]
    pub fn resolve(self, caller: UserId) -> WatchlistId {
        match self {
            Self::Standard(list) => list.of(caller),
            Self::Id(list) => list,
        }
    }
}

/// What became of adding a film to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddOutcome {
    /// It is on the list now.
    Added,
    /// It was there already; nothing has changed.
    Existing,
    /// There is no such list.
    NoSuchList,
    /// The list is somebody else's.
    NotTheirs,
    /// There is no such film.
    NoSuchFilm,
}

/// What became of removing a film from a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoveOutcome {
    /// It is no longer on the list.
    Removed,
    /// There is no such list.
    NoSuchList,
    /// The list is somebody else's.
    NotTheirs,
    /// It was not there.
    NotListed,
}

/// Changes single entries of watchlists.
///
/// Each change needs no unit of work around it: it happens whole or not at all, and with it the event
/// that tells of it. It MUST change and tell nothing unless `owner` owns the list.
#[async_trait]
pub trait WatchlistEntries: Interface {
    /// Puts a film on a list, once.
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError>;
    /// Takes a film off a list.
    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<RemoveOutcome, StoreError>;
}

/// Changes single entries of watchlists within a unit of work.
///
/// As in [`WatchlistEntries`], each change is one statement and changes nothing unless `owner` owns the
/// list. Besides it MUST keep others who tell something in the owner's name waiting until the unit of
/// work ends.
#[async_trait]
pub trait EntryRepository: Send + Sync {
    /// Puts a film on a list, once.
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError>;
    /// Takes a film off a list.
    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
    ) -> Result<RemoveOutcome, StoreError>;
}

/// Where in a list, newest first, an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryKey {
    /// When it was added.
    pub added_at: DateTime<Utc>,
    /// Which film it is.
    pub film: FilmId,
}

/// A film on a list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The film with the viewer's flags.
    pub film: FlaggedFilm,
    /// When it was added.
    pub added_at: DateTime<Utc>,
}

/// Which entries of a list are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct EntryRange {
    /// How many at the most; without it, all.
    pub most: Option<PageSize>,
    /// Those after this one.
    pub after: Option<EntryKey>,
}

/// The films of a list by identifier alone, and whose list it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFilms {
    /// Which list.
    pub list: WatchlistId,
    /// Whose list it is.
    pub owner: UserId,
    /// Its films.
    pub films: Vec<FilmId>,
}

/// The entries of a list and whose list it is.
#[derive(Clone, Debug)]
pub struct OwnedEntries {
    /// Whose list it is.
    pub owner: UserId,
    /// Its entries, newest first.
    pub entries: Vec<Entry>,
}

/// Reads of this context, each one statement.
#[async_trait]
pub trait LibraryQueries: Interface {
    /// Lists the lists that a user made, the newest first.
    async fn list_custom(&self, owner: UserId) -> Result<Vec<Watchlist>, StoreError>;
    /// Shows a list without its films.
    async fn show(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError>;
    /// The dominant colours of the posters of a list's films, those of the newest first, up to `most`;
    /// films whose poster nobody has looked at are passed over.
    async fn list_poster_colours(
        &self,
        list: WatchlistId,
        most: u32,
    ) -> Result<Vec<HexColor>, StoreError>;
    /// The films of several lists by identifier alone, in no particular order; lists that are not there
    /// are left out.
    async fn list_films(&self, lists: &[WatchlistId]) -> Result<Vec<ListedFilms>, StoreError>;
    /// Lists the films of a list, newest first, with the viewer's flags. Films are left out when
    /// `viewer` does not own the list; one more than asked for is given where there are more.
    async fn list_entries(
        &self,
        list: WatchlistId,
        viewer: UserId,
        range: EntryRange,
    ) -> Result<Option<OwnedEntries>, StoreError>;
}
