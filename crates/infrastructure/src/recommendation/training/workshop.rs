//! Trains models from the database and keeps them.
use super::{
    learned::{Learned, sha256_of},
    model_files::ModelFiles,
    model_shelf::{forget_old, kept},
    reading,
};
use crate::persistence::{Database, Query, WriteTurns};
use application::{
    recommendation::{
        recommender::ModelVersion,
        training::{ModelWorkshop, TrainedModel, TrainingError},
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use learning::{Acts, Model, NotInvertible, Settings};
use shaku::Component;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::spawn_blocking;
use tracing::{info, warn};

/// With fewer acts there is nothing to learn.
const FEWEST_ACTS: usize = 20;
/// With fewer users there is nobody to learn from.
const FEWEST_USERS: usize = 2;

/// Trains in this process, on one thread beside those that answer requests.
#[derive(Component)]
#[shaku(interface = ModelWorkshop)]
pub struct SqlModelWorkshop {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    /// Whose turn it is to write.
    turns: WriteTurns,
    /// Where the bytes of models are kept.
    files: Arc<dyn ModelFiles>,
    /// How is learned.
    settings: Settings,
}

/// A model before it has a number.
struct Draft {
    bytes: Vec<u8>,
    users: usize,
    acts: usize,
    films: usize,
    took: Duration,
}

#[async_trait]
impl ModelWorkshop for SqlModelWorkshop {
    async fn train(&self, now: DateTime<Utc>) -> Result<TrainedModel, TrainingError> {
        let told = reading::read(self.database.connection()).await?;
        let settings = self.settings;
        let learning = spawn_blocking(move || learn(told, &settings));
        let learned = learning
            .await
            .map_err(|failure| TrainingError::Failed(failure.into()))?;
        let draft = learned.map_err(|failure| TrainingError::Failed(failure.into()))?;
        let draft = draft.ok_or(TrainingError::TooLittle)?;
        let sha256 = sha256_of(&draft.bytes);
        let size = draft.bytes.len();
        let key = format!("{}-{sha256}.model", now.timestamp_micros());
        // Before the database says so: whoever reads of it can read it.
        let stored = self.files.put(&key, draft.bytes.clone().into()).await;
        stored.map_err(TrainingError::Failed)?;
        let model = self.note(&draft, size, &key, &sha256, now).await?;
        let (version, users, acts) = (model.version.0, model.users, model.acts);
        info!(version, users, acts, size, took = ?model.took, "a model is trained");
        self.forget_old().await?;
        Ok(model)
    }

    async fn list(&self) -> Result<Vec<TrainedModel>, StoreError> {
        let models = kept(self.database.connection()).await?;
        Ok(models.into_iter().map(|model| model.trained).collect())
    }

    async fn choose(&self, version: ModelVersion, now: DateTime<Utc>) -> Result<bool, StoreError> {
        const CHOOSE: &str = "UPDATE recommender_models SET chosen_at = $2 WHERE version = $1";
        let values = [i64::from(version.0).into(), now.into()];
        let turn = self.turns.take().await;
        let chosen = Query::new(CHOOSE, values)
            .change(self.database.connection())
            .await?;
        drop(turn);
        Ok(chosen > 0)
    }
}

impl SqlModelWorkshop {
    async fn note(
        &self,
        draft: &Draft,
        size: usize,
        key: &str,
        sha256: &str,
        now: DateTime<Utc>,
    ) -> Result<TrainedModel, StoreError> {
        const NOTE: &str = "INSERT INTO recommender_models (version, storage_key, sha256, size, \
               users, acts, films, milliseconds, trained_at, chosen_at) \
             SELECT COALESCE(MAX(version), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $8 \
             FROM recommender_models RETURNING version";
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let milliseconds = i64::try_from(draft.took.as_millis()).unwrap_or(i64::MAX);
        let values = [
            key.into(),
            sha256.into(),
            count(size).into(),
            count(draft.users).into(),
            count(draft.acts).into(),
            count(draft.films).into(),
            milliseconds.into(),
            now.into(),
        ];
        let turn = self.turns.take().await;
        let row = Query::new(NOTE, values)
            .one(self.database.connection())
            .await?;
        drop(turn);
        let version = row.map_or(Ok(1), |row| row.get::<i32>(0))?;
        Ok(TrainedModel {
            version: ModelVersion(version.unsigned_abs()),
            size: count(size).unsigned_abs(),
            users: count(draft.users).unsigned_abs(),
            acts: count(draft.acts).unsigned_abs(),
            films: count(draft.films).unsigned_abs(),
            took: draft.took,
            trained_at: now,
            chosen_at: now,
        })
    }

    async fn forget_old(&self) -> Result<(), StoreError> {
        let turn = self.turns.take().await;
        let forgotten = forget_old(self.database.connection()).await?;
        drop(turn);
        for key in forgotten {
            if let Err(error) = self.files.remove(&key).await {
                warn!(error, key, "the bytes of an old model could not be removed");
            }
        }
        Ok(())
    }
}

/// Learns, if there is enough to learn from.
fn learn(told: reading::Told, settings: &Settings) -> Result<Option<Draft>, NotInvertible> {
    let began = Instant::now();
    let films = told.films;
    let acts = Acts::new(told.acts, films.len(), settings.acts_of_each);
    if acts.users() < FEWEST_USERS || acts.count() < FEWEST_ACTS {
        return Ok(None);
    }
    let model = Model::train(&acts, settings)?;
    let learned = Learned { films, model };
    Ok(Some(Draft {
        bytes: learned.to_bytes(),
        users: acts.users(),
        acts: acts.count(),
        films: learned.films.len(),
        took: began.elapsed(),
    }))
}
