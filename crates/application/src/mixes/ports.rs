//! What browsing mixes asks of the outside world.
use crate::{catalogue::views::FlaggedFilm, shared::store::StoreError};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    library::{Gradient, HexColor},
    mixes::{Mix, MixId},
};
use shaku::Interface;
use std::sync::Arc;

/// The repositories of this context, bound to one unit of work.
pub trait MixStores {
    /// Mixes.
    fn mixes(&self) -> &dyn MixRepository;
}

/// Keeps mixes.
#[async_trait]
pub trait MixRepository: Send + Sync {
    /// Gives a mix colours of its own.
    async fn recolor(&self, mix: MixId, gradient: &Gradient) -> Result<(), StoreError>;
    /// Notes that a model had nothing to propose for a mix, so that it is not asked again.
    async fn leave_to_posters(&self, mix: MixId) -> Result<(), StoreError>;
    /// Lists mixes that have no colours of their own yet: those with enough films with posters whose
    /// colours are known and, where there is a model, those for which it was not asked.
    async fn list_colorless(&self, has_model: bool) -> Result<Vec<MixId>, StoreError>;
}

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
    /// The dominant colours of the posters of a mix's films, the best first, up to `most`; films whose
    /// poster nobody has looked at are passed over.
    async fn list_poster_colours(&self, mix: MixId, most: u32)
    -> Result<Vec<HexColor>, StoreError>;
}
