//! The mixes, one mix, and its films.
use super::ports::MixQueries;
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{
        actor::Actor,
        failure::failure,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::mixes::{Mix, MixId};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists all mixes.
#[derive(Debug)]
pub struct ListMixes;

/// Shows one mix without its films.
#[derive(Debug)]
pub struct ShowMix {
    /// Which mix.
    pub mix: MixId,
}

/// Lists the films of a mix, the best first.
#[derive(Debug)]
pub struct ListMixFilms {
    /// Which mix.
    pub mix: MixId,
}

/// Why no mix was shown.
#[derive(Debug, thiserror::Error)]
pub enum MixError {
    /// There is no such mix.
    #[error("Mix not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(MixError { NotFound => NotFound "mixes.mix_not_found" } via Store);
request!(ListMixes => Arc<[Mix]>, MixError);
request!(ShowMix => Mix, MixError);
request!(ListMixFilms => Vec<FlaggedFilm>, MixError);

#[derive(Component)]
#[shaku(interface = UseCase<ListMixes>)]
pub(crate) struct ListMixesUseCase {
    #[shaku(inject)]
    queries: Arc<dyn MixQueries>,
}

#[async_trait]
impl UseCase<ListMixes> for ListMixesUseCase {
    #[instrument(name = "mixes.list_mixes", skip_all)]
    async fn execute(&self, _: &Actor, _: ListMixes) -> Result<Arc<[Mix]>, MixError> {
        Ok(self.queries.list().await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowMix>)]
pub(crate) struct ShowMixUseCase {
    #[shaku(inject)]
    queries: Arc<dyn MixQueries>,
}

#[async_trait]
impl UseCase<ShowMix> for ShowMixUseCase {
    #[instrument(name = "mixes.show_mix", skip_all)]
    async fn execute(&self, _: &Actor, request: ShowMix) -> Result<Mix, MixError> {
        let mixes = self.queries.list().await?;
        let mix = mixes.iter().find(|mix| mix.id == request.mix);
        mix.cloned().ok_or(MixError::NotFound)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListMixFilms>)]
pub(crate) struct ListMixFilmsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn MixQueries>,
}

#[async_trait]
impl UseCase<ListMixFilms> for ListMixFilmsUseCase {
    #[instrument(name = "mixes.list_mix_films", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListMixFilms,
    ) -> Result<Vec<FlaggedFilm>, MixError> {
        let films = self.queries.list_films(request.mix, actor.viewer()).await?;
        films.ok_or(MixError::NotFound)
    }
}
