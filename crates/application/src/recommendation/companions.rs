//! Users agree to be advised together: by an invitation that the other accepts, and that either may end.
use super::ports::{CompanionQueries, CompanionView, NewInvitation};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    page::{Page, PageRequest},
    retry::retryable,
    store::{Store, StoreError, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::recommendation::{
    Addressee, CannotDecline, Companionship, CompanionshipId, NotInvited,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the companions and invitations of the user, the newest first.
#[derive(Debug)]
pub struct ListCompanions {
    /// Which of them.
    pub page: PageRequest<CompanionshipId>,
}

/// Invites somebody. Whether there is such a user is not told; inviting twice is the same as once.
#[derive(Clone, Debug)]
pub struct InviteCompanion {
    /// Whom.
    pub addressee: Addressee,
}

/// Accepts an invitation.
#[derive(Clone, Debug)]
pub struct AcceptCompanion {
    /// Which one.
    pub companionship: CompanionshipId,
}

/// Declines an invitation; whoever made it is not told.
#[derive(Clone, Debug)]
pub struct DeclineCompanion {
    /// Which one.
    pub companionship: CompanionshipId,
}

/// Ends a companionship, or takes an invitation back.
#[derive(Clone, Debug)]
pub struct EndCompanionship {
    /// Which one.
    pub companionship: CompanionshipId,
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum CompanionError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such companionship or invitation of the user's.
    #[error("Companion not found")]
    NotFound,
    /// What was accepted is ended, not declined.
    #[error("the invitation was accepted")]
    Accepted,
    /// The user has invited as many people as anybody may.
    #[error("no more than {most} people can be invited", most = Companionship::MOST)]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(CompanionError {
    NotFound => NotFound "recommendation.companion_not_found",
    Accepted => Conflict "recommendation.invitation_accepted",
    TooMany => Conflict "recommendation.too_many_companions",
} via Access, Store);
request!(ListCompanions => Page<CompanionView, CompanionshipId>, CompanionError);
request!(InviteCompanion => (), CompanionError);
request!(AcceptCompanion => (), CompanionError);
request!(DeclineCompanion => (), CompanionError);
request!(EndCompanionship => (), CompanionError);
retryable!(
    InviteCompanion,
    AcceptCompanion,
    DeclineCompanion,
    EndCompanionship
);

impl From<NotInvited> for CompanionError {
    fn from(_: NotInvited) -> Self {
        Self::NotFound
    }
}

impl From<CannotDecline> for CompanionError {
    fn from(cause: CannotDecline) -> Self {
        match cause {
            CannotDecline::NotInvited(_) => Self::NotFound,
            CannotDecline::Accepted => Self::Accepted,
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ListCompanions>)]
pub(crate) struct ListCompanionsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn CompanionQueries>,
}

#[async_trait]
impl UseCase<ListCompanions> for ListCompanionsUseCase {
    #[instrument(name = "recommendation.list_companions", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListCompanions,
    ) -> Result<Page<CompanionView, CompanionshipId>, CompanionError> {
        let user = actor.user()?.id;
        Ok(self.queries.list(user, request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<InviteCompanion>)]
pub(crate) struct InviteCompanionUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<InviteCompanion> for InviteCompanionUseCase {
    #[instrument(name = "recommendation.invite_companion", skip_all)]
    async fn execute(&self, actor: &Actor, request: InviteCompanion) -> Result<(), CompanionError> {
        let invitation = NewInvitation {
            id: self.ids.next(),
            inviter: actor.user()?.id,
            addressee: request.addressee,
            at: self.clock.now(),
        };
        let uow = self.store.begin().await?;
        // One after the other, so that nobody invites more people than they may by asking at once.
        if !uow.recommendations().take_turn(invitation.inviter).await? {
            return Err(AccessDenied::NotSignedIn.into());
        }
        if !uow
            .companions()
            .invite(&invitation, Companionship::MOST)
            .await?
        {
            return Err(CompanionError::TooMany);
        }
        uow.commit().await?;
        Ok(())
    }
}

/// Finds a companionship to change it.
async fn find(
    uow: &dyn UnitOfWork,
    companionship: CompanionshipId,
) -> Result<Companionship, CompanionError> {
    let found = uow.companions().find(companionship).await?;
    found.ok_or(CompanionError::NotFound)
}

#[derive(Component)]
#[shaku(interface = UseCase<AcceptCompanion>)]
pub(crate) struct AcceptCompanionUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<AcceptCompanion> for AcceptCompanionUseCase {
    #[instrument(name = "recommendation.accept_companion", skip_all)]
    async fn execute(&self, actor: &Actor, request: AcceptCompanion) -> Result<(), CompanionError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let mut companionship = find(&*uow, request.companionship).await?;
        companionship.accept(user, self.clock.now())?;
        uow.companions().save(&companionship).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeclineCompanion>)]
pub(crate) struct DeclineCompanionUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeclineCompanion> for DeclineCompanionUseCase {
    #[instrument(name = "recommendation.decline_companion", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: DeclineCompanion,
    ) -> Result<(), CompanionError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let mut companionship = find(&*uow, request.companionship).await?;
        companionship.decline(user, self.clock.now())?;
        uow.companions().save(&companionship).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<EndCompanionship>)]
pub(crate) struct EndCompanionshipUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<EndCompanionship> for EndCompanionshipUseCase {
    #[instrument(name = "recommendation.end_companionship", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: EndCompanionship,
    ) -> Result<(), CompanionError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let companionship = find(&*uow, request.companionship).await?;
        if !companionship.may_be_ended_by(user) {
            return Err(CompanionError::NotFound);
        }
        uow.companions().remove(companionship.id).await?;
        uow.commit().await?;
        Ok(())
    }
}
