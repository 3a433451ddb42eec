//! What browsing mixes asks of the outside world.
use crate::{catalogue::views::FlaggedFilm, shared::store::StoreError};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    mixes::{Mix, MixId},
};
use shaku::Interface;
use std::sync::Arc;

/// Reads of this context.
#[async_trait]
pub trait MixQueries: Interface {
    /// Lists all mixes in the order of their editors; the same for everybody, so it may come from
    /// memory.
    async fn list(&self) -> Result<Arc<[Mix]>, StoreError>;
    /// Lists the films of a mix, the best first, with the viewer's flags; `None` when there is no
    /// such mix.
    async fn list_films(
        &self,
        mix: MixId,
        viewer: Option<UserId>,
    ) -> Result<Option<Vec<FlaggedFilm>>, StoreError>;
}
