//! Learning what to recommend, and which of the trained models serves.
use super::recommender::ModelVersion;
use crate::{
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
        ports::{JobQueries, NewJob},
        views::JobView,
    },
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        retry::retryable,
        store::{Cause, Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use shaku::{Component, Interface};
use std::{sync::Arc, time::Duration};
use tracing::{info, instrument};

/// A trained model and what it was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrainedModel {
    /// Its number.
    pub version: ModelVersion,
    /// How many bytes it takes.
    pub size: u64,
    /// Whose acts it learned from, people of other communities among them.
    pub users: u64,
    /// How many acts.
    pub acts: u64,
    /// How many films it knows.
    pub films: u64,
    /// How long learning took.
    pub took: Duration,
    /// When it was trained.
    pub trained_at: DateTime<Utc>,
    /// When it was last chosen to serve.
    pub chosen_at: DateTime<Utc>,
}

/// No model was trained.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Too few people have told anything.
    #[error("there is too little to learn from")]
    TooLittle,
    /// The model could not be computed or kept.
    #[error("the model could not be made")]
    Failed(#[source] Cause),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Trains models and keeps them.
#[async_trait]
pub trait ModelWorkshop: Interface {
    /// Learns from everything that users and communities tell now, keeps the model and chooses it. Of
    /// the older ones so many are kept that one can go back. What a user who is gone told MUST NOT be
    /// learned from.
    async fn train(&self, now: DateTime<Utc>) -> Result<TrainedModel, TrainingError>;
    /// Lists the models that are kept; the one chosen last comes first.
    async fn list(&self) -> Result<Vec<TrainedModel>, StoreError>;
    /// Chooses a model to serve; `false` where there is no such model.
    async fn choose(&self, version: ModelVersion, now: DateTime<Utc>) -> Result<bool, StoreError>;
}

/// Lists the trained models.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListModels;

/// Trains a model now, while whoever asks for it waits.
#[derive(Clone, Copy, Debug, Default)]
pub struct TrainModel;

/// Has a model trained by a job. Who asks while one waits gets that job.
#[derive(Clone, Copy, Debug, Default)]
pub struct OrderTraining;

/// Chooses the model that serves, as for going back to an older one.
#[derive(Clone, Copy, Debug)]
pub struct ChooseModel {
    /// Which model.
    pub version: ModelVersion,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such model.
    #[error("there is no such model")]
    ModelNotFound,
    /// Too few people have told anything.
    #[error("there is too little to learn from")]
    TooLittle,
    /// The model could not be computed or kept.
    #[error("the model could not be made")]
    NotMade(#[source] Cause),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ModelsError {
    ModelNotFound => NotFound "recommendation.model_not_found",
    TooLittle => Conflict "recommendation.too_little_to_learn",
    NotMade => Internal "recommendation.model_not_made",
} via Access, Store);
request!(ListModels => Vec<TrainedModel>, ModelsError);
request!(TrainModel => TrainedModel, ModelsError);
request!(OrderTraining => JobView, ModelsError);
request!(ChooseModel => Vec<TrainedModel>, ModelsError);
retryable!(OrderTraining);

impl From<TrainingError> for ModelsError {
    fn from(failure: TrainingError) -> Self {
        match failure {
            TrainingError::TooLittle => Self::TooLittle,
            TrainingError::Failed(cause) => Self::NotMade(cause),
            TrainingError::Store(failure) => Self::Store(failure),
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListModels>)]
pub(crate) struct ListModelsUseCase {
    #[shaku(inject)]
    workshop: Arc<dyn ModelWorkshop>,
}

#[async_trait]
impl UseCase<ListModels> for ListModelsUseCase {
    #[instrument(name = "recommendation.list_models", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        _: ListModels,
    ) -> Result<Vec<TrainedModel>, ModelsError> {
        actor.ensure_admin()?;
        Ok(self.workshop.list().await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<TrainModel>)]
pub(crate) struct TrainModelUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    workshop: Arc<dyn ModelWorkshop>,
}

#[async_trait]
impl UseCase<TrainModel> for TrainModelUseCase {
    #[instrument(name = "recommendation.train_model", skip_all)]
    async fn execute(&self, actor: &Actor, _: TrainModel) -> Result<TrainedModel, ModelsError> {
        actor.ensure_operator()?;
        Ok(self.workshop.train(self.clock.now()).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<OrderTraining>)]
pub(crate) struct OrderTrainingUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn JobQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<OrderTraining> for OrderTrainingUseCase {
    #[instrument(name = "recommendation.order_training", skip_all)]
    async fn execute(&self, actor: &Actor, _: OrderTraining) -> Result<JobView, ModelsError> {
        actor.ensure_admin()?;
        let job = NewJob::new(self.ids.next(), Task::TrainRecommender, self.clock.now());
        let uow = self.store.begin().await?;
        let job = uow.jobs().enqueue(&job).await?.job();
        uow.commit().await?;
        let view = self.queries.show(job).await?;
        // It was there a moment ago, and jobs are kept for days.
        Ok(view.ok_or(StoreError::Stale)?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ChooseModel>)]
pub(crate) struct ChooseModelUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    workshop: Arc<dyn ModelWorkshop>,
}

#[async_trait]
impl UseCase<ChooseModel> for ChooseModelUseCase {
    #[instrument(name = "recommendation.choose_model", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ChooseModel,
    ) -> Result<Vec<TrainedModel>, ModelsError> {
        actor.ensure_admin()?;
        if !self
            .workshop
            .choose(request.version, self.clock.now())
            .await?
        {
            return Err(ModelsError::ModelNotFound);
        }
        Ok(self.workshop.list().await?)
    }
}

/// Trains by the schedule. Too little to learn from is no failure: there will be more.
#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct TrainRecommenderHandler {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    workshop: Arc<dyn ModelWorkshop>,
}

#[async_trait]
impl TaskHandler for TrainRecommenderHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::TrainRecommender
    }

    async fn handle(&self, _: &Task, progress: &dyn Progress) -> Result<(), TaskFailure> {
        progress.report(0, Some(1)).await;
        match self.workshop.train(self.clock.now()).await {
            Ok(_) => progress.report(1, Some(1)).await,
            Err(TrainingError::TooLittle) => info!("there is too little to learn from yet"),
            Err(failure) => return Err(ModelsError::from(failure).into()),
        }
        Ok(())
    }
}
