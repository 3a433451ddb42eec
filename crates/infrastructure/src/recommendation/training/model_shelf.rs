//! The trained models that are kept: which there are, and their bytes.
use super::{
    learned::{Learned, sha256_of},
    model_files::ModelFiles,
};
use crate::persistence::{Query, Row};
use application::{
    recommendation::{recommender::ModelVersion, training::TrainedModel},
    shared::store::{Cause, StoreError},
};
use async_trait::async_trait;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use std::{sync::Arc, time::Duration};

/// How many models are kept, the one that serves among them.
const KEPT: i64 = 3;

/// A trained model, and where its bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptModel {
    /// What it was made of.
    pub trained: TrainedModel,
    /// The name of its bytes.
    pub storage_key: String,
    /// Their digest.
    pub sha256: String,
}

/// What the one who serves asks of the models that are kept.
#[async_trait]
pub(crate) trait ModelShelf: Send + Sync {
    /// The models, the one chosen last first.
    async fn kept(&self) -> Result<Vec<KeptModel>, StoreError>;
    /// Reads a model whole. One that is gone or not what was written is refused.
    async fn read(&self, model: &KeptModel) -> Result<Learned, Cause>;
}

/// Models noted in the database, their bytes elsewhere.
pub struct SqlModelShelf {
    connection: DatabaseConnection,
    files: Arc<dyn ModelFiles>,
}

/// The bytes of a model cannot serve.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the bytes of the model are gone")]
    Gone,
    #[error("the bytes of the model are not those that were written")]
    Changed,
}

impl SqlModelShelf {
    /// A shelf of this database.
    #[must_use]
    pub fn new(connection: DatabaseConnection, files: Arc<dyn ModelFiles>) -> Arc<Self> {
        Arc::new(Self { connection, files })
    }
}

#[async_trait]
impl ModelShelf for SqlModelShelf {
    async fn kept(&self) -> Result<Vec<KeptModel>, StoreError> {
        kept(&self.connection).await
    }

    async fn read(&self, model: &KeptModel) -> Result<Learned, Cause> {
        let bytes = self.files.fetch(&model.storage_key).await?;
        let bytes = bytes.ok_or(Refused::Gone)?;
        if sha256_of(&bytes) != model.sha256 {
            return Err(Refused::Changed.into());
        }
        Ok(Learned::from_bytes(&bytes)?)
    }
}

/// Lists the models that are kept.
pub(super) async fn kept(on: &impl ConnectionTrait) -> Result<Vec<KeptModel>, StoreError> {
    const LIST: &str = "SELECT version, storage_key, sha256, size, users, acts, films, \
           milliseconds, trained_at, chosen_at \
         FROM recommender_models ORDER BY chosen_at DESC, version DESC";
    let rows = Query::new(LIST, []).all(on).await?;
    rows.iter().map(read_row).collect()
}

/// Forgets the models chosen longest ago, and says where their bytes are.
pub(super) async fn forget_old(on: &impl ConnectionTrait) -> Result<Vec<String>, StoreError> {
    const FORGET: &str = "DELETE FROM recommender_models WHERE version NOT IN (\
           SELECT version FROM recommender_models ORDER BY chosen_at DESC, version DESC LIMIT $1\
         ) RETURNING storage_key";
    let rows = Query::new(FORGET, [KEPT.into()]).all(on).await?;
    rows.iter().map(|row| row.get(0)).collect()
}

fn read_row(row: &Row) -> Result<KeptModel, StoreError> {
    let count = |column| Ok::<_, StoreError>(row.get::<i64>(column)?.unsigned_abs());
    Ok(KeptModel {
        trained: TrainedModel {
            version: ModelVersion(row.get::<i32>(0)?.unsigned_abs()),
            size: count(3)?,
            users: count(4)?,
            acts: count(5)?,
            films: count(6)?,
            took: Duration::from_millis(count(7)?),
            trained_at: row.get(8)?,
            chosen_at: row.get(9)?,
        },
        storage_key: row.get(1)?,
        sha256: row.get(2)?,
    })
}
