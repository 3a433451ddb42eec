//! A mix gets colours that suit its title, or those of its films' posters.
use super::ports::MixQueries;
use crate::{
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    library::painting::{Canvas, POSTERS, Painter},
    shared::{
        actor::{AccessDenied, Actor},
        failure::{failure, logged},
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::mixes::MixId;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Chooses colours for a mix; until then it keeps those it came with.
#[derive(Debug)]
pub struct ChooseMixGradient {
    /// Which mix.
    pub mix: MixId,
}

/// Why no colours were chosen.
#[derive(Debug, thiserror::Error)]
pub enum ChooseMixGradientError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ChooseMixGradientError {} via Access, Store);
request!(ChooseMixGradient => (), ChooseMixGradientError);

#[derive(Component)]
#[shaku(interface = UseCase<ChooseMixGradient>)]
pub(crate) struct ChooseMixGradientUseCase {
    #[shaku(inject)]
    queries: Arc<dyn MixQueries>,
    #[shaku(inject)]
    painter: Arc<dyn Painter>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ChooseMixGradient> for ChooseMixGradientUseCase {
    #[instrument(name = "mixes.choose_gradient", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ChooseMixGradient,
    ) -> Result<(), ChooseMixGradientError> {
        actor.ensure_operator()?;
        let mixes = self.queries.list().await?;
        let Some(mix) = mixes.iter().find(|mix| mix.id == request.mix) else {
            return Ok(());
        };
        let posters = self.queries.list_poster_colours(mix.id, POSTERS).await?;
        let canvas = Canvas {
            title: &mix.english,
            payer: None,
            posters: &posters,
        };
        let chosen = match self.painter.paint(canvas).await {
            Ok(chosen) => chosen,
            Err(failure) => {
                // The upkeep asks again while the model is ready; there is no hurry.
                tracing::debug!(error = logged(&failure), "a mix keeps its colours for now");
                return Ok(());
            }
        };
        let uow = self.store.begin().await?;
        match chosen {
            Some(gradient) => uow.mixes().recolor(mix.id, &gradient).await?,
            None => uow.mixes().leave_to_posters(mix.id).await?,
        }
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct ChooseMixGradientHandler {
    #[shaku(inject)]
    choose: Arc<dyn UseCase<ChooseMixGradient>>,
}

#[async_trait]
impl TaskHandler for ChooseMixGradientHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::ChooseMixGradient
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::ChooseMixGradient { mix } = task else {
            return Err(TaskFailure::GiveUp("this is another kind of work".into()));
        };
        let request = ChooseMixGradient { mix: *mix };
        Ok(self.choose.execute(&Actor::System, request).await?)
    }
}
