//! Training in memory: models without anything in them.
use super::{state::Database, store::FakeUnitOfWork};
use crate::{
    recommendation::{
        ports::{ActsSince, NewActs},
        recommender::ModelVersion,
        training::{ModelWorkshop, TrainedModel, TrainingError},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::{
    cmp::Reverse,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Makes models of as many acts as it is told that there are.
#[derive(Clone, Debug, Default)]
pub struct FakeModelWorkshop {
    database: Database,
    models: Arc<Mutex<Vec<TrainedModel>>>,
    acts: Arc<AtomicU64>,
}

impl FakeModelWorkshop {
    pub(super) fn on(database: Database) -> Self {
        Self {
            database,
            ..Self::default()
        }
    }

    /// From now on there are so many acts to learn from.
    pub fn has_acts(&self, count: u64) {
        self.acts.store(count, Ordering::SeqCst);
    }

    fn models(&self) -> MutexGuard<'_, Vec<TrainedModel>> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ModelWorkshop for FakeModelWorkshop {
    async fn train(&self, now: DateTime<Utc>) -> Result<TrainedModel, TrainingError> {
        let acts = self.acts.load(Ordering::SeqCst);
        if acts == 0 {
            return Err(TrainingError::TooLittle);
        }
        let since = ActsSince {
            acts: 0,
            trained_at: Some(now),
        };
        let counted = self.database.change(|stored| stored.new_acts = since);
        counted.await?;
        let mut models = self.models();
        let newest = models.iter().map(|model| model.version.0).max();
        let model = TrainedModel {
            version: ModelVersion(newest.unwrap_or(0) + 1),
            size: 1,
            users: 1,
            acts,
            films: 1,
            took: Duration::from_secs(1),
            trained_at: now,
            chosen_at: now,
        };
        models.push(model);
        Ok(model)
    }

    async fn list(&self) -> Result<Vec<TrainedModel>, StoreError> {
        let mut models = self.models().clone();
        models.sort_by_key(|model| Reverse((model.chosen_at, model.version)));
        Ok(models)
    }

    async fn choose(&self, version: ModelVersion, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut models = self.models();
        let found = models.iter_mut().find(|model| model.version == version);
        Ok(found.map(|model| model.chosen_at = now).is_some())
    }
}

#[async_trait]
impl NewActs for FakeUnitOfWork {
    async fn count(&self, _: DateTime<Utc>) -> Result<ActsSince, StoreError> {
        self.with(|stored| {
            stored.new_acts.acts += 1;
            stored.new_acts
        })
    }
}
