//! A new list gets colours that suit its title, or those of its films' posters.
use super::{
    painting::{Canvas, POSTERS, Painter},
    ports::LibraryQueries,
};
use crate::{
    assistant::ports::ModelError,
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{
        actor::{AccessDenied, Actor},
        failure::failure,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::library::WatchlistId;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Chooses colours for a list; until then, and where nothing suits, it keeps those it was made with.
#[derive(Debug)]
pub struct ChooseGradient {
    /// Which list.
    pub watchlist: WatchlistId,
}

/// Why no colours were chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChooseGradientError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The model failed, and may not fail another time.
    #[error("the model could not be asked for colours")]
    Model(#[from] ModelError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ChooseGradientError {
    Model => Unavailable "library.colors_unavailable",
} via Access, Store);
request!(ChooseGradient => (), ChooseGradientError);

#[derive(Component)]
#[shaku(interface = UseCase<ChooseGradient>)]
pub(crate) struct ChooseGradientUseCase {
    #[shaku(inject)]
    queries: Arc<dyn LibraryQueries>,
    #[shaku(inject)]
    painter: Arc<dyn Painter>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ChooseGradient> for ChooseGradientUseCase {
    #[instrument(name = "library.choose_gradient", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ChooseGradient,
    ) -> Result<(), ChooseGradientError> {
        actor.ensure_operator()?;
        let Some(list) = self.queries.show(request.watchlist).await? else {
            return Ok(());
        };
        let posters = self.queries.list_poster_colours(list.id, POSTERS).await?;
        let canvas = Canvas {
            title: list.title.as_str(),
            payer: Some(list.owner),
            posters: &posters,
        };
        let Some(gradient) = self.painter.paint(canvas).await? else {
            return Ok(());
        };
        let uow = self.store.begin().await?;
        uow.watchlists().recolor(list.id, &gradient).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct ChooseGradientHandler {
    #[shaku(inject)]
    choose: Arc<dyn UseCase<ChooseGradient>>,
}

#[async_trait]
impl TaskHandler for ChooseGradientHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::ChooseGradient
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::ChooseGradient { watchlist } = task else {
            return Err(TaskFailure::GiveUp("this is another kind of work".into()));
        };
        let request = ChooseGradient {
            watchlist: *watchlist,
        };
        Ok(self.choose.execute(&Actor::System, request).await?)
    }
}
