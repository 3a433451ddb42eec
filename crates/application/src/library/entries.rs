//! A user puts films on lists and takes them off.
use super::{
    ports::{AddOutcome, RemoveOutcome, WatchlistEntries, WatchlistRef},
    show_watchlist::WatchlistError,
};
use crate::shared::{
    actor::Actor,
    clock::Clock,
    retry::retryable,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{catalogue::FilmId, library::NotYourWatchlist};
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

#[derive(Component)]
#[shaku(interface = UseCase<AddToWatchlist>)]
pub(crate) struct AddToWatchlistUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    entries: Arc<dyn WatchlistEntries>,
}

#[async_trait]
impl UseCase<AddToWatchlist> for AddToWatchlistUseCase {
    #[instrument(name = "library.add_to_watchlist", skip_all, fields(film.id = %request.film))]
    async fn execute(&self, actor: &Actor, request: AddToWatchlist) -> Result<(), WatchlistError> {
        let user = actor.user()?.id;
        let list = request.list.resolve(user);
        match self
            .entries
            .add(list, user, request.film, self.clock.now())
            .await?
        {
            AddOutcome::Added | AddOutcome::Existing => Ok(()),
            AddOutcome::NoSuchList => Err(WatchlistError::NotFound),
            AddOutcome::NotTheirs => Err(NotYourWatchlist.into()),
            AddOutcome::NoSuchFilm => Err(WatchlistError::FilmNotFound),
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RemoveFromWatchlist>)]
pub(crate) struct RemoveFromWatchlistUseCase {
    #[shaku(inject)]
    entries: Arc<dyn WatchlistEntries>,
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
        let list = request.list.resolve(user);
        match self.entries.remove(list, user, request.film).await? {
            RemoveOutcome::Removed => Ok(()),
            RemoveOutcome::NoSuchList => Err(WatchlistError::NotFound),
            RemoveOutcome::NotTheirs => Err(NotYourWatchlist.into()),
            RemoveOutcome::NotListed => Err(WatchlistError::NotListed),
        }
    }
}
