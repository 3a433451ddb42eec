//! Where trained models lie: beside the posters, on disk or in the bucket, but never served.
use crate::catalogue::S3PosterStore;
use application::shared::store::Cause;
use async_trait::async_trait;
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::task::spawn_blocking;

/// Keeps the bytes of models by name. A name stands for one content.
#[async_trait]
pub trait ModelFiles: Send + Sync {
    /// Stores a model; when it has returned, the bytes survive a crash.
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), Cause>;
    /// The bytes of a model, if it is there.
    async fn fetch(&self, name: &str) -> Result<Option<Bytes>, Cause>;
    /// Removes a model; removing one that is not there is no error.
    async fn remove(&self, name: &str) -> Result<(), Cause>;
}

/// Models as files in a folder.
#[derive(Clone, Debug)]
pub struct DiskModelFiles {
    folder: Arc<Path>,
}

impl DiskModelFiles {
    /// Keeps models below this folder, which is made when the first one comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    async fn with_file<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&Path) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, Cause> {
        let file = self.folder.join(name);
        Ok(spawn_blocking(move || work(&file)).await??)
    }
}

#[async_trait]
impl ModelFiles for DiskModelFiles {
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), Cause> {
        let write = move |file: &Path| {
            if let Some(folder) = file.parent() {
                fs::create_dir_all(folder)?;
            }
            // It gets its name when all of it is on the disk.
            let incoming = file.with_extension("incoming");
            let mut opened = File::create(&incoming)?;
            opened.write_all(&bytes)?;
            opened.sync_all()?;
            fs::rename(&incoming, file)?;
            file.parent()
                .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        self.with_file(name, write).await
    }

    async fn fetch(&self, name: &str) -> Result<Option<Bytes>, Cause> {
        let read = |file: &Path| match fs::read(file) {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(failure) if failure.kind() == ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        };
        self.with_file(name, read).await
    }

    async fn remove(&self, name: &str) -> Result<(), Cause> {
        let remove = |file: &Path| match fs::remove_file(file) {
            Err(failure) if failure.kind() != ErrorKind::NotFound => Err(failure),
            _ => Ok(()),
        };
        self.with_file(name, remove).await
    }
}

/// Models as objects of the bucket that posters lie in.
#[async_trait]
impl ModelFiles for S3PosterStore {
    async fn put(&self, name: &str, bytes: Bytes) -> Result<(), Cause> {
        Ok(self.put_private(&object(name), bytes).await?)
    }

    async fn fetch(&self, name: &str) -> Result<Option<Bytes>, Cause> {
        Ok(self.get_object(&object(name)).await?)
    }

    async fn remove(&self, name: &str) -> Result<(), Cause> {
        Ok(self.delete_object(&object(name)).await?)
    }
}

fn object(name: &str) -> String {
    format!("models/{name}")
}
