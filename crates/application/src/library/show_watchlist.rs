//! A user sees the films of a list, and deletes a list.
use super::ports::{Entry, EntryKey, EntryRange, LibraryQueries, WatchlistRef};
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{
        actor::{AccessDenied, Actor},
        clock::Clock,
        failure::failure,
        page::Page,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    events::DomainEvent,
    library::{NotYourWatchlist, StandardListStays},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the films of a list, newest first.
#[derive(Debug)]
pub struct ListEntries {
    /// Which list.
    pub list: WatchlistRef,
    /// Which of its films.
    pub range: EntryRange,
}

/// Deletes a list that the user made.
#[derive(Debug)]
pub struct DeleteWatchlist {
    /// Which list.
    pub list: WatchlistRef,
}

/// Why a list was not shown, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum WatchlistError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such list.
    #[error("Watchlist not found")]
    NotFound,
    /// The list is somebody else's.
    #[error(transparent)]
    NotYours(#[from] NotYourWatchlist),
    /// The list is one that everybody has.
    #[error(transparent)]
    Stays(#[from] StandardListStays),
    /// There is no such film.
    #[error("Film not found")]
    FilmNotFound,
    /// The film is not on the list.
    #[error("Film is not on the watchlist")]
    NotListed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(WatchlistError {
    NotFound => NotFound "library.watchlist_not_found",
    NotYours => Forbidden "library.not_your_watchlist",
    Stays => Forbidden "library.standard_list_stays",
    FilmNotFound => NotFound "catalogue.film_not_found",
    NotListed => NotFound "library.film_not_listed",
} via Access, Store);
request!(ListEntries => Page<FlaggedFilm, EntryKey>, WatchlistError);
request!(DeleteWatchlist => (), WatchlistError);

#[derive(Component)]
#[shaku(interface = UseCase<ListEntries>)]
pub(crate) struct ListEntriesUseCase {
    #[shaku(inject)]
    queries: Arc<dyn LibraryQueries>,
}

#[async_trait]
impl UseCase<ListEntries> for ListEntriesUseCase {
    #[instrument(name = "library.list_entries", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListEntries,
    ) -> Result<Page<FlaggedFilm, EntryKey>, WatchlistError> {
        let viewer = actor.user()?.id;
        let list = request.list.resolve(viewer);
        let found = self
            .queries
            .list_entries(list, viewer, request.range)
            .await?;
        let found = found.ok_or(WatchlistError::NotFound)?;
        if found.owner != viewer {
            return Err(NotYourWatchlist.into());
        }
        let page = match request.range.most {
            Some(size) => Page::from_overfetched(found.entries, size, key),
            None => Page {
                items: found.entries,
                next: None,
            },
        };
        Ok(page.map(|entry| entry.film))
    }
}

fn key(entry: &Entry) -> EntryKey {
    EntryKey {
        added_at: entry.added_at,
        film: entry.film.card.id,
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteWatchlist>)]
pub(crate) struct DeleteWatchlistUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeleteWatchlist> for DeleteWatchlistUseCase {
    #[instrument(name = "library.delete_watchlist", skip_all)]
    async fn execute(&self, actor: &Actor, request: DeleteWatchlist) -> Result<(), WatchlistError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let list = uow.watchlists().find(request.list.resolve(user)).await?;
        let list = list.ok_or(WatchlistError::NotFound)?;
        list.ensure_owned_by(user)?;
        list.ensure_deletable()?;
        uow.watchlists().remove(list.id).await?;
        let watchlist = list.id;
        uow.outbox().publish(
            DomainEvent::WatchlistDeleted { watchlist, user },
            self.clock.now(),
        );
        uow.commit().await?;
        Ok(())
    }
}
