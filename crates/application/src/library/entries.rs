//! A user puts films on lists and takes them off.
use super::{
    ports::{AddOutcome, RemoveOutcome, WatchlistEntries, WatchlistRef},
    show_watchlist::WatchlistError,
};
use crate::{
    shared::{
        actor::Actor,
        clock::{Clock, IdGenerator},
        retry::retryable,
        store::Store,
        use_case::{UseCase, request},
    },
    taste::following::follow,
};
use async_trait::async_trait;
use domain::{
    catalogue::FilmId,
    events::DomainEvent,
    library::{NotYourWatchlist, StandardList},
    taste::{Deed, Viewing},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Puts a film on a list; doing it twice is the same as once.
#[derive(Clone, Debug)]
pub struct AddToWatchlist {
    /// Which list.
    pub list: WatchlistRef,
    /// Which film.
    pub film: FilmId,
}

/// Takes a film off a list.
#[derive(Clone, Debug)]
pub struct RemoveFromWatchlist {
    /// Which list.
    pub list: WatchlistRef,
    /// Which film.
    pub film: FilmId,
}

request!(AddToWatchlist => (), WatchlistError);
request!(RemoveFromWatchlist => (), WatchlistError);
retryable!(AddToWatchlist, RemoveFromWatchlist);

impl AddOutcome {
    fn done(self) -> Result<(), WatchlistError> {
        match self {
            Self::Added | Self::Existing => Ok(()),
            Self::NoSuchList => Err(WatchlistError::NotFound),
            Self::NotTheirs => Err(NotYourWatchlist.into()),
            Self::NoSuchFilm => Err(WatchlistError::FilmNotFound),
        }
    }
}

impl RemoveOutcome {
    fn done(self) -> Result<(), WatchlistError> {
        match self {
            Self::Removed => Ok(()),
            Self::NoSuchList => Err(WatchlistError::NotFound),
            Self::NotTheirs => Err(NotYourWatchlist.into()),
            Self::NotListed => Err(WatchlistError::NotListed),
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<AddToWatchlist>)]
pub(crate) struct AddToWatchlistUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    entries: Arc<dyn WatchlistEntries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<AddToWatchlist> for AddToWatchlistUseCase {
    #[instrument(name = "library.add_to_watchlist", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: AddToWatchlist) -> Result<(), WatchlistError> {
        let user = actor.user()?.id;
        let (list, film, now) = (request.list.resolve(user), request.film, self.clock.now());
        if list != StandardList::Watched.of(user) {
            return self.entries.add(list, user, film, now).await?.done();
        }
        // What was watched stands in the diary too.
        let bare = Viewing::bare(self.ids.next(), user, film, now);
        let uow = self.store.begin().await?;
        let outcome = uow.entries().add(list, user, film, now).await?;
        if outcome == AddOutcome::Added {
            let watchlist = list;
            let added = DomainEvent::WatchlistFilmAdded {
                watchlist,
                user,
                film,
            };
            uow.outbox().publish(added, now);
            follow(&*uow, Deed::PutOnWatched, &bare).await?;
            uow.commit().await?;
        }
        outcome.done()
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RemoveFromWatchlist>)]
pub(crate) struct RemoveFromWatchlistUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    entries: Arc<dyn WatchlistEntries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RemoveFromWatchlist> for RemoveFromWatchlistUseCase {
    #[instrument(name = "library.remove_from_watchlist", skip_all, fields(film.id = %request.film))]
    async fn execute(
        &self,
        actor: &Actor,
        request: RemoveFromWatchlist,
    ) -> Result<(), WatchlistError> {
        let user = actor.user()?.id;
        let (list, film, now) = (request.list.resolve(user), request.film, self.clock.now());
        if list != StandardList::Watched.of(user) {
            return self.entries.remove(list, user, film, now).await?.done();
        }
        let bare = Viewing::bare(self.ids.next(), user, film, now);
        let uow = self.store.begin().await?;
        let outcome = uow.entries().remove(list, user, film).await?;
        if outcome == RemoveOutcome::Removed {
            let watchlist = list;
            let removed = DomainEvent::WatchlistFilmRemoved {
                watchlist,
                user,
                film,
            };
            uow.outbox().publish(removed, now);
            follow(&*uow, Deed::TakenOffWatched, &bare).await?;
            uow.commit().await?;
        }
        outcome.done()
    }
}
