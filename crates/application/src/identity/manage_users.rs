//! What administrators do with other people's accounts.
use super::{
    last_admin::{Admins, LastAdminError},
    ports::{IdentityQueries, SaveUserError, SessionGate},
    removal::remove_user,
};
use crate::{
    catalogue::{ports::FilmIndex, posters::PosterRemoval},
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        page::{Page, PageRequest},
        retry::retryable,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    audit::{Act, Entry},
    identity::{Role, User, UserId},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists users, the newest first.
#[derive(Debug)]
pub struct ListUsers {
    /// What their address or username contains.
    pub search: Option<String>,
    /// Which page.
    pub page: PageRequest<UserId>,
}

/// Changes what a user may do; `None` leaves a thing as it is.
#[derive(Clone, Debug)]
pub struct ChangeUser {
    /// Whose account.
    pub user: UserId,
    /// The role from now on.
    pub role: Option<Role>,
    /// Whether they are shut out from now on.
    pub is_disabled: Option<bool>,
}

/// Deletes a user with everything that is theirs.
#[derive(Clone, Debug)]
pub struct DeleteUser {
    /// Whose account.
    pub user: UserId,
}

/// Why users were not listed, changed or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ManageUsersError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// There is no such user.
    #[error("User not found")]
    UserNotFound,
    /// Nobody could administer the service any more.
    #[error(transparent)]
    LastAdmin(#[from] LastAdminError),
    /// The user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ManageUsersError {
    UserNotFound => NotFound "identity.user_not_found",
} via Access, LastAdmin, User, Store);
request!(ListUsers => Page<User, UserId>, ManageUsersError);
request!(ChangeUser => User, ManageUsersError);
request!(DeleteUser => (), ManageUsersError);
retryable!(ChangeUser, DeleteUser);

#[derive(Component)]
#[shaku(interface = UseCase<ListUsers>)]
pub(crate) struct ListUsersUseCase {
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
}

#[async_trait]
impl UseCase<ListUsers> for ListUsersUseCase {
    #[instrument(name = "identity.list_users", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListUsers,
    ) -> Result<Page<User, UserId>, ManageUsersError> {
        actor.ensure_admin()?;
        let search = request.search.as_deref().map(str::trim);
        let search = search.filter(|text| !text.is_empty());
        Ok(self.queries.list_users(search, &request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ChangeUser>)]
pub(crate) struct ChangeUserUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ChangeUser> for ChangeUserUseCase {
    #[instrument(name = "identity.change_user", skip_all, fields(user.id = %request.user))]
    async fn execute(&self, actor: &Actor, request: ChangeUser) -> Result<User, ManageUsersError> {
        actor.ensure_admin()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let admins = Admins::held_by(&*uow).await?;
        let user = uow.users().find(request.user).await?;
        let mut user = user.ok_or(ManageUsersError::UserNotFound)?;
        if let Some(role) = request.role {
            user.grant(role, now);
        }
        match request.is_disabled {
            Some(true) => user.disable(now),
            Some(false) => user.enable(now),
            None => {}
        }
        if !user.may_administer() {
            admins.ensure_left_without(user.id)?;
        }
        uow.users().save(&user).await?;
        let ended = if user.is_active() {
            Vec::new()
        } else {
            uow.sessions().end_all(user.id, None, now).await?
        };
        for act in request.acts() {
            let (id, on) = (self.ids.next(), Some(user.id.as_uuid()));
            let entry = Entry::administrative(id, act, actor.viewer(), on, now);
            uow.audit().record(&entry).await?;
        }
        uow.commit().await?;
        self.gate.close(&ended);
        Ok(user)
    }
}

impl ChangeUser {
    /// What is done by it, two things at the most.
    fn acts(&self) -> impl Iterator<Item = Act> {
        let standing = self.is_disabled.map(|is_disabled| {
            if is_disabled {
                Act::UserDisabled
            } else {
                Act::UserEnabled
            }
        });
        self.role.map(Act::granting).into_iter().chain(standing)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteUser>)]
pub(crate) struct DeleteUserUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    removal: Arc<dyn PosterRemoval>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeleteUser> for DeleteUserUseCase {
    #[instrument(name = "identity.delete_user", skip_all, fields(user.id = %request.user))]
    async fn execute(&self, actor: &Actor, request: DeleteUser) -> Result<(), ManageUsersError> {
        actor.ensure_admin()?;
        let uow = self.store.begin().await?;
        let admins = Admins::held_by(&*uow).await?;
        let user = uow.users().find(request.user).await?;
        let user = user.ok_or(ManageUsersError::UserNotFound)?;
        admins.ensure_left_without(user.id)?;
        let now = self.clock.now();
        let removed = remove_user(&*uow, user.id, now).await?;
        let (id, on) = (self.ids.next(), Some(user.id.as_uuid()));
        let entry = Entry::administrative(id, Act::UserDeleted, actor.viewer(), on, now);
        uow.audit().record(&entry).await?;
        uow.commit().await?;
        removed
            .tell(&*self.gate, &*self.index, &*self.removal)
            .await;
        Ok(())
    }
}
