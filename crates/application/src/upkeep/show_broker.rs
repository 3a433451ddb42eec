//! Tells how the broker is by which events go out.
//!
//! Events wait for it in the database, so this is apart from the parts that the service needs.
use crate::{
    events::broker::{BrokerState, BrokerWatch},
    shared::{
        actor::Actor,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use shaku::Component;
use std::{convert::Infallible, sync::Arc};
use tracing::instrument;

/// Shows how the broker was when this process last used it, where there is one; it is not asked.
#[derive(Debug)]
pub struct ShowBroker;

request!(ShowBroker => Option<BrokerState>, Infallible);

#[derive(Component)]
#[shaku(interface = UseCase<ShowBroker>)]
pub(crate) struct ShowBrokerUseCase {
    #[shaku(inject)]
    watch: Arc<dyn BrokerWatch>,
}

#[async_trait]
impl UseCase<ShowBroker> for ShowBrokerUseCase {
    #[instrument(name = "upkeep.show_broker", skip_all)]
    async fn execute(&self, _: &Actor, _: ShowBroker) -> Result<Option<BrokerState>, Infallible> {
        Ok(self.watch.state())
    }
}
