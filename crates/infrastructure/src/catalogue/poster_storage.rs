//! The poster store that the configuration has chosen.
use application::catalogue::ports::{PosterStore, PosterStoreError};
use async_trait::async_trait;
use bytes::Bytes;
use domain::catalogue::{PosterImage, PosterKey};
use shaku::Component;
use std::sync::Arc;

/// Passes everything on to the store that was chosen when the program started: the container knows
/// one type for each port, the configuration two.
#[derive(Component)]
#[shaku(interface = PosterStore)]
pub struct ConfiguredPosterStore {
    /// The store that was chosen.
    store: Arc<dyn PosterStore>,
}

#[async_trait]
impl PosterStore for ConfiguredPosterStore {
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.store.put(key, bytes).await
    }

    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError> {
        self.store.fetch(key).await
    }

    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError> {
        self.store.put_image(image, bytes).await
    }

    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError> {
        self.store.fetch_image(image).await
    }

    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError> {
        self.store.remove(key).await
    }

    async fn check(&self) -> Result<(), PosterStoreError> {
        self.store.check().await
    }
}
