//! Tells how the sources of films are.
//!
//! The service can do without any of them, so this is apart from the parts that it needs.
use crate::{
    catalogue::sources::{FilmSources, SourceState},
    shared::{
        actor::Actor,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use shaku::Component;
use std::{convert::Infallible, sync::Arc};
use tracing::instrument;

/// Shows the state of each source that is configured, as far as this process knows; none is asked.
#[derive(Debug)]
pub struct ShowSources;

request!(ShowSources => Vec<SourceState>, Infallible);

#[derive(Component)]
#[shaku(interface = UseCase<ShowSources>)]
pub(crate) struct ShowSourcesUseCase {
    #[shaku(inject)]
    sources: Arc<dyn FilmSources>,
}

#[async_trait]
impl UseCase<ShowSources> for ShowSourcesUseCase {
    #[instrument(name = "upkeep.show_sources", skip_all)]
    async fn execute(&self, _: &Actor, _: ShowSources) -> Result<Vec<SourceState>, Infallible> {
        Ok(self.sources.states())
    }
}
