//! Watchlists in memory.
use super::{
    state::{Database, Stored, dangling, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    library::ports::{
        AddOutcome, Entry, EntryKey, EntryRange, EntryRepository, LibraryQueries, ListedFilms,
        OwnedEntries, RemoveOutcome, WatchlistEntries, WatchlistRepository,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    events::DomainEvent,
    identity::UserId,
    library::{Gradient, HexColor, Watchlist, WatchlistId, WatchlistKind},
};
use std::{cmp::Reverse, collections::btree_map};

impl Stored {
    pub(super) fn insert_watchlist(&mut self, list: &Watchlist) -> Result<(), StoreError> {
        if !self.users.contains_key(&list.owner) {
            return Err(dangling("the list of no user"));
        }
        match self.watchlists.entry(list.id) {
            btree_map::Entry::Occupied(_) => Err(duplicate("watchlist")),
            btree_map::Entry::Vacant(place) => {
                place.insert(list.clone());
                if list.kind == WatchlistKind::Custom {
                    self.colorless_watchlists.insert(list.id);
                }
                Ok(())
            }
        }
    }

    fn remove_watchlist(&mut self, list: WatchlistId) {
        self.watchlists.remove(&list);
        self.colorless_watchlists.remove(&list);
        self.drop_loose_entries();
    }

    /// Removes entries whose list or film is gone.
    pub(super) fn drop_loose_entries(&mut self) {
        let (lists, films) = (&self.watchlists, &self.films);
        self.entries
            .retain(|(list, film), _| lists.contains_key(list) && films.contains_key(film));
    }

    pub(super) fn add_entry(
        &mut self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> AddOutcome {
        let Some(found) = self.watchlists.get(&list) else {
            return AddOutcome::NoSuchList;
        };
        if found.owner != owner {
            return AddOutcome::NotTheirs;
        }
        if !self.films.contains_key(&film) {
            return AddOutcome::NoSuchFilm;
        }
        match self.entries.entry((list, film)) {
            btree_map::Entry::Occupied(_) => AddOutcome::Existing,
            btree_map::Entry::Vacant(place) => {
                place.insert(at);
                AddOutcome::Added
            }
        }
    }

    fn remove_entry(&mut self, list: WatchlistId, owner: UserId, film: FilmId) -> RemoveOutcome {
        let Some(found) = self.watchlists.get(&list) else {
            return RemoveOutcome::NoSuchList;
        };
        if found.owner != owner {
            return RemoveOutcome::NotTheirs;
        }
        match self.entries.remove(&(list, film)) {
            Some(_) => RemoveOutcome::Removed,
            None => RemoveOutcome::NotListed,
        }
    }

    /// The colours of the posters of films, as far as they are known.
    pub(super) fn colours_of(
        &self,
        films: impl Iterator<Item = FilmId>,
    ) -> impl Iterator<Item = HexColor> {
        let films = films.filter_map(|film| self.films.get(&film));
        films.filter_map(|film| Some(film.poster_looks.as_ref()?.colour.clone()))
    }

    /// Whether there are enough of them for colours.
    pub(super) fn has_colours(&self, films: impl Iterator<Item = FilmId>) -> bool {
        let known = u32::try_from(self.colours_of(films).count()).unwrap_or(u32::MAX);
        known >= Gradient::POSTERS_NEEDED
    }

    pub(super) fn is_listed(&self, list: WatchlistId, film: FilmId) -> bool {
        self.entries.contains_key(&(list, film))
    }

    /// The entries of a list, newest first.
    pub(super) fn entries_of(&self, list: WatchlistId) -> Vec<EntryKey> {
        let mut keys: Vec<EntryKey> = self
            .entries
            .iter()
            .filter(|((each, _), _)| *each == list)
            .map(|((_, film), added_at)| EntryKey {
                added_at: *added_at,
                film: *film,
            })
            .collect();
        keys.sort_by_key(|key| Reverse(order(key)));
        keys
    }

    fn owned_entries(
        &self,
        list: WatchlistId,
        viewer: UserId,
        range: EntryRange,
    ) -> Option<OwnedEntries> {
        let owner = self.watchlists.get(&list)?.owner;
        let keys = if owner == viewer {
            self.entries_of(list)
        } else {
            Vec::new()
        };
        let most = range
            .most
            .map_or(usize::MAX, |most| usize::from(most.get()) + 1);
        let entries = keys
            .iter()
            .filter(|key| range.after.is_none_or(|after| order(key) < order(&after)))
            .filter_map(|key| {
                Some(Entry {
                    film: self.flagged(key.film, Some(viewer))?,
                    added_at: key.added_at,
                })
            })
            .take(most)
            .collect();
        Some(OwnedEntries { owner, entries })
    }
}

fn order(key: &EntryKey) -> (DateTime<Utc>, FilmId) {
    (key.added_at, key.film)
}

#[async_trait]
impl WatchlistRepository for FakeUnitOfWork {
    async fn find(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError> {
        self.with(|stored| stored.watchlists.get(&list).cloned())
    }

    async fn insert_many(&self, lists: &[Watchlist]) -> Result<(), StoreError> {
        self.with(|stored| {
            lists
                .iter()
                .try_for_each(|list| stored.insert_watchlist(list))
        })?
    }

    async fn recolor(&self, list: WatchlistId, gradient: &Gradient) -> Result<(), StoreError> {
        self.with(|stored| {
            if let Some(list) = stored.watchlists.get_mut(&list) {
                list.gradient = gradient.clone();
            }
            stored.colorless_watchlists.remove(&list);
        })
    }

    async fn list_colorless(
        &self,
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<WatchlistId>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.with(|stored| {
            let mut lists: Vec<&Watchlist> = stored
                .colorless_watchlists
                .iter()
                .filter_map(|list| stored.watchlists.get(list))
                .filter(|list| list.created_at >= since)
                .filter(|list| {
                    let films = stored.entries_of(list.id).into_iter();
                    stored.has_colours(films.map(|entry| entry.film))
                })
                .collect();
            lists.sort_by_key(|list| Reverse((list.created_at, list.id)));
            lists.into_iter().map(|list| list.id).take(most).collect()
        })
    }

    async fn remove(&self, list: WatchlistId) -> Result<(), StoreError> {
        self.with(|stored| stored.remove_watchlist(list))
    }
}

#[async_trait]
impl EntryRepository for FakeUnitOfWork {
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        self.with(|stored| stored.add_entry(list, owner, film, at))
    }

    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
    ) -> Result<RemoveOutcome, StoreError> {
        self.with(|stored| stored.remove_entry(list, owner, film))
    }
}

/// Changes of single entries.
#[derive(Clone, Debug, Default)]
pub struct FakeWatchlistEntries {
    pub(super) database: Database,
}

#[async_trait]
impl WatchlistEntries for FakeWatchlistEntries {
    async fn add(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<AddOutcome, StoreError> {
        self.database
            .change(|stored| {
                let outcome = stored.add_entry(list, owner, film, at);
                if outcome == AddOutcome::Added {
                    let (watchlist, user) = (list, owner);
                    let added = DomainEvent::WatchlistFilmAdded {
                        watchlist,
                        user,
                        film,
                    };
                    stored.tell(&added, at);
                }
                outcome
            })
            .await
    }

    async fn remove(
        &self,
        list: WatchlistId,
        owner: UserId,
        film: FilmId,
        at: DateTime<Utc>,
    ) -> Result<RemoveOutcome, StoreError> {
        self.database
            .change(|stored| {
                let outcome = stored.remove_entry(list, owner, film);
                if outcome == RemoveOutcome::Removed {
                    let (watchlist, user) = (list, owner);
                    let removed = DomainEvent::WatchlistFilmRemoved {
                        watchlist,
                        user,
                        film,
                    };
                    stored.tell(&removed, at);
                }
                outcome
            })
            .await
    }
}

/// Reads of watchlists.
#[derive(Clone, Debug, Default)]
pub struct FakeLibraryQueries {
    pub(super) database: Database,
}

#[async_trait]
impl LibraryQueries for FakeLibraryQueries {
    async fn list_custom(&self, owner: UserId) -> Result<Vec<Watchlist>, StoreError> {
        let is_meant = |list: &Watchlist| list.owner == owner && list.kind == WatchlistKind::Custom;
        let mut lists: Vec<Watchlist> = self.database.read(|stored| {
            let lists = stored.watchlists.values().filter(|list| is_meant(list));
            lists.cloned().collect()
        })?;
        lists.sort_by_key(|list| Reverse((list.created_at, list.id)));
        Ok(lists)
    }

    async fn show(&self, list: WatchlistId) -> Result<Option<Watchlist>, StoreError> {
        self.database
            .read(|stored| stored.watchlists.get(&list).cloned())
    }

    async fn list_poster_colours(
        &self,
        list: WatchlistId,
        most: u32,
    ) -> Result<Vec<HexColor>, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        self.database.read(|stored| {
            let entries = stored.entries_of(list).into_iter();
            let colours = stored.colours_of(entries.map(|entry| entry.film));
            colours.take(most).collect()
        })
    }

    async fn list_films(&self, lists: &[WatchlistId]) -> Result<Vec<ListedFilms>, StoreError> {
        self.database.read(|stored| {
            let found = lists.iter().filter_map(|list| stored.watchlists.get(list));
            let listed = found.map(|list| ListedFilms {
                list: list.id,
                owner: list.owner,
                films: stored
                    .entries_of(list.id)
                    .iter()
                    .map(|entry| entry.film)
                    .collect(),
            });
            listed.collect()
        })
    }

    async fn list_entries(
        &self,
        list: WatchlistId,
        viewer: UserId,
        range: EntryRange,
    ) -> Result<Option<OwnedEntries>, StoreError> {
        self.database
            .read(|stored| stored.owned_entries(list, viewer, range))
    }
}
