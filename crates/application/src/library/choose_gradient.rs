//! A new list gets colours that suit its title, where a model can propose some.
use super::ports::LibraryQueries;
use crate::{
    assistant::{
        asking::may_ask,
        ports::{LanguageModel, ModelBudget, ModelError, ModelPolicy, ModelState},
    },
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{
        actor::{AccessDenied, Actor},
        clock::Clock,
        failure::failure,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::library::{Gradient, Watchlist, WatchlistId};
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
    Model(#[source] ModelError),
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
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    queries: Arc<dyn LibraryQueries>,
    #[shaku(inject)]
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    policy: Arc<dyn ModelPolicy>,
    #[shaku(inject)]
    budget: Arc<dyn ModelBudget>,
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
        let Some(gradient) = self.propose(&list).await? else {
            return Ok(());
        };
        let uow = self.store.begin().await?;
        uow.watchlists().recolor(list.id, &gradient).await?;
        uow.commit().await?;
        Ok(())
    }
}

impl ChooseGradientUseCase {
    /// Colours that the model proposes and on which the title can be read.
    async fn propose(&self, list: &Watchlist) -> Result<Option<Gradient>, ChooseGradientError> {
        if self.model.state() == ModelState::NotConfigured {
            return Ok(None);
        }
        let limits = self.policy.limits();
        let (owner, now) = (Some(list.owner), self.clock.now());
        if !may_ask(&*self.budget, owner, limits.daily_per_user, now).await {
            return Ok(None);
        }
        let title = list.title.as_str();
        match self.model.propose_colors(title, limits.reply_within).await {
            Ok(colors) => Ok(Gradient::readable(colors)),
            Err(ModelError::Unreadable) => Ok(None),
            Err(failure) => Err(ChooseGradientError::Model(failure)),
        }
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
