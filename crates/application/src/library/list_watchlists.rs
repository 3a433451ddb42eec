//! A user sees the lists they made, and one list of theirs.
use super::{
    ports::{LibraryQueries, WatchlistRef},
    show_watchlist::WatchlistError,
};
use crate::shared::{
    actor::Actor,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::library::Watchlist;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the lists that the user made, the newest first; the standard ones are not among them.
#[derive(Debug)]
pub struct ListWatchlists;

/// Shows a list without its films.
#[derive(Debug)]
pub struct ShowWatchlist {
    /// Which list.
    pub list: WatchlistRef,
}

request!(ListWatchlists => Vec<Watchlist>, WatchlistError);
request!(ShowWatchlist => Watchlist, WatchlistError);

#[derive(Component)]
#[shaku(interface = UseCase<ListWatchlists>)]
pub(crate) struct ListWatchlistsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn LibraryQueries>,
}

#[async_trait]
impl UseCase<ListWatchlists> for ListWatchlistsUseCase {
    #[instrument(name = "library.list_watchlists", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        _: ListWatchlists,
    ) -> Result<Vec<Watchlist>, WatchlistError> {
        Ok(self.queries.list_custom(actor.user()?.id).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowWatchlist>)]
pub(crate) struct ShowWatchlistUseCase {
    #[shaku(inject)]
    queries: Arc<dyn LibraryQueries>,
}

#[async_trait]
impl UseCase<ShowWatchlist> for ShowWatchlistUseCase {
    #[instrument(name = "library.show_watchlist", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowWatchlist,
    ) -> Result<Watchlist, WatchlistError> {
        let viewer = actor.user()?.id;
        let list = self.queries.show(request.list.resolve(viewer)).await?;
        let list = list.ok_or(WatchlistError::NotFound)?;
        list.ensure_owned_by(viewer)?;
        Ok(list)
    }
}
