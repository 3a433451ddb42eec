//! A user makes a list of their own.
use super::show_watchlist::WatchlistError;
use crate::{
    assistant::ports::{LanguageModel, ModelState},
    jobs::{Task, ports::NewJob},
    shared::{
        actor::Actor,
        clock::{Chance, Clock, IdGenerator},
        store::Store,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    events::DomainEvent,
    library::{Gradient, Watchlist, WatchlistTitle},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Makes a list; its colours are drawn by lot, and where there is a model it is asked for better ones
/// afterwards.
#[derive(Debug)]
pub struct CreateWatchlist {
    /// What the user calls it.
    pub title: WatchlistTitle,
}

request!(CreateWatchlist => Watchlist, WatchlistError);

#[derive(Component)]
#[shaku(interface = UseCase<CreateWatchlist>)]
pub(crate) struct CreateWatchlistUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    chance: Arc<dyn Chance>,
    #[shaku(inject)]
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<CreateWatchlist> for CreateWatchlistUseCase {
    #[instrument(name = "library.create_watchlist", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: CreateWatchlist,
    ) -> Result<Watchlist, WatchlistError> {
        let now = self.clock.now();
        let gradient = Gradient::built_in(self.chance.draw());
        let list = Watchlist::custom(
            self.ids.next(),
            actor.user()?.id,
            request.title,
            gradient,
            now,
        );
        let uow = self.store.begin().await?;
        uow.watchlists()
            .insert_many(std::slice::from_ref(&list))
            .await?;
        if self.model.state() != ModelState::NotConfigured {
            let task = Task::ChooseGradient { watchlist: list.id };
            let job = NewJob::new(self.ids.next(), task, now);
            uow.jobs().enqueue(&job).await?;
        }
        let (watchlist, user) = (list.id, list.owner);
        uow.outbox()
            .publish(DomainEvent::WatchlistCreated { watchlist, user }, now);
        uow.commit().await?;
        Ok(list)
    }
}
