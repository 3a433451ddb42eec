//! A user says what they do not want to be shown.
use super::ports::{HiddenKey, HiddenThing, HideQueries};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::taste::{Hidden, HiddenKind, HiddenSubject, Hide};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Hides a film, a genre or a person, or says that it is not to the user's taste.
#[derive(Clone, Debug)]
pub struct HideThing {
    /// What.
    pub subject: HiddenSubject,
    /// How little the user wants to be shown it.
    pub how: Hide,
}

/// No longer hides it.
#[derive(Clone, Debug)]
pub struct UnhideThing {
    /// What.
    pub subject: HiddenSubject,
}

/// Lists what of a kind the user hides, the last hidden first.
#[derive(Debug)]
pub struct ListHidden {
    /// Which kind.
    pub kind: HiddenKind,
    /// Which page.
    pub page: PageRequest<HiddenKey>,
}

/// Why nothing was hidden or shown.
#[derive(Debug, thiserror::Error)]
pub enum HideError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such film, genre or person.
    #[error("there is no such film, genre or person")]
    NothingToHide,
    /// It is not hidden.
    #[error("it is not hidden")]
    NotHidden,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(HideError {
    NothingToHide => NotFound "taste.nothing_to_hide",
    NotHidden => NotFound "taste.not_hidden",
} via Access, Store);
request!(HideThing => Hidden, HideError);
request!(UnhideThing => (), HideError);
request!(ListHidden => Page<HiddenThing, HiddenKey>, HideError);
retryable!(HideThing, UnhideThing);

#[derive(Component)]
#[shaku(interface = UseCase<HideThing>)]
pub(crate) struct HideThingUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<HideThing> for HideThingUseCase {
    #[instrument(name = "taste.hide", skip_all)]
    async fn execute(&self, actor: &Actor, request: HideThing) -> Result<Hidden, HideError> {
        let hidden = Hidden {
            user: actor.user()?.id,
            subject: request.subject,
            how: request.how,
            hidden_at: self.clock.now(),
        };
        let uow = self.store.begin().await?;
        let kept = uow.hides().put(&hidden).await?;
        let kept = kept.ok_or(HideError::NothingToHide)?;
        uow.commit().await?;
        Ok(kept)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<UnhideThing>)]
pub(crate) struct UnhideThingUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<UnhideThing> for UnhideThingUseCase {
    #[instrument(name = "taste.unhide", skip_all)]
    async fn execute(&self, actor: &Actor, request: UnhideThing) -> Result<(), HideError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        if !uow.hides().remove(user, request.subject).await? {
            return Err(HideError::NotHidden);
        }
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListHidden>)]
pub(crate) struct ListHiddenUseCase {
    #[shaku(inject)]
    queries: Arc<dyn HideQueries>,
}

#[async_trait]
impl UseCase<ListHidden> for ListHiddenUseCase {
    #[instrument(name = "taste.list_hidden", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListHidden,
    ) -> Result<Page<HiddenThing, HiddenKey>, HideError> {
        let user = actor.user()?.id;
        Ok(self.queries.list(user, request.kind, &request.page).await?)
    }
}
