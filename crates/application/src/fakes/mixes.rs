//! Mixes in memory.
use super::state::{Database, Stored};
use crate::{catalogue::views::FlaggedFilm, mixes::ports::MixQueries, shared::store::StoreError};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    mixes::{Mix, MixId},
};
use std::sync::Arc;

/// Reads of mixes.
#[derive(Clone, Debug, Default)]
pub struct FakeMixQueries {
    pub(super) database: Database,
}

impl Stored {
    fn films_of_mix(&self, mix: MixId, viewer: Option<UserId>) -> Option<Vec<FlaggedFilm>> {
        let films = self.mix_films.get(&mix)?;
        let shown = films.iter().filter_map(|film| self.flagged(*film, viewer));
        Some(shown.collect())
    }
}

#[async_trait]
impl MixQueries for FakeMixQueries {
    async fn list(&self) -> Result<Arc<[Mix]>, StoreError> {
        self.database.read(|stored| stored.mixes.clone().into())
    }

    async fn list_films(
        &self,
        mix: MixId,
        viewer: Option<UserId>,
    ) -> Result<Option<Vec<FlaggedFilm>>, StoreError> {
        self.database
            .read(|stored| stored.films_of_mix(mix, viewer))
    }
}
