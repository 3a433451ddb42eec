//! Telegram brings updates by itself.
use super::ports::{BotId, Update, UpdateInbox};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    store::StoreError,
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Keeps an update until it is answered. Being told of the same again changes nothing.
#[derive(Clone, Debug)]
pub struct ReceiveUpdate {
    /// To which bot it was told.
    pub bot: BotId,
    /// The update.
    pub update: Update,
}

/// Why an update was not kept.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveUpdateError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ReceiveUpdateError {} via Access, Store);
request!(ReceiveUpdate => (), ReceiveUpdateError);

#[derive(Component)]
#[shaku(interface = UseCase<ReceiveUpdate>)]
pub(crate) struct ReceiveUpdateUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    inbox: Arc<dyn UpdateInbox>,
}

#[async_trait]
impl UseCase<ReceiveUpdate> for ReceiveUpdateUseCase {
    #[instrument(name = "telegram.receive_update", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ReceiveUpdate,
    ) -> Result<(), ReceiveUpdateError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        self.inbox.keep(request.bot, &[request.update], now).await?;
        Ok(())
    }
}
