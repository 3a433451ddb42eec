//! What the operator of the service does with accounts.
use super::{
    account::open_account,
    last_admin::{Admins, LastAdminError},
    ports::{HashingError, PasswordHasher, SaveUserError, SessionGate},
};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::{Clock, IdGenerator},
    failure::failure,
    retry::retryable,
    store::{Store, StoreError, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::{Act, Entry, EntryId},
    identity::{EmailAddress, NewPassword, Role, User, Username},
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Opens an account with a role.
#[derive(Debug)]
pub struct CreateUser {
    /// Where mail reaches the user, and the name to sign in by.
    pub email: EmailAddress,
    /// What they will sign in with.
    pub password: NewPassword,
    /// How others will see them.
    pub username: Username,
    /// What they may do.
    pub role: Role,
    /// The language in which the standard lists are named.
    pub language: Language,
}

/// Changes what a user may do.
#[derive(Clone, Debug)]
pub struct GrantRole {
    /// Whose account.
    pub email: EmailAddress,
    /// The role from now on.
    pub role: Role,
}

/// Shuts a user out, or lets them in again.
#[derive(Clone, Debug)]
pub struct SetStanding {
    /// Whose account.
    pub email: EmailAddress,
    /// Whether they may come in from now on.
    pub is_active: bool,
}

/// Why an account was not opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum AdministerError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// Nobody has this address.
    #[error("User not found")]
    UserNotFound,
    /// Nobody could administer the service any more.
    #[error(transparent)]
    LastAdmin(#[from] LastAdminError),
    /// The user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(AdministerError {
    UserNotFound => NotFound "identity.user_not_found",
} via Access, LastAdmin, User, Hashing, Store);
request!(CreateUser => User, AdministerError);
request!(GrantRole => User, AdministerError);
request!(SetStanding => User, AdministerError);
retryable!(GrantRole, SetStanding);

/// Notes what the operator did.
async fn note(
    uow: &dyn UnitOfWork,
    id: EntryId,
    act: Act,
    on: &User,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let entry = Entry::administrative(id, act, None, Some(on.id.as_uuid()), now);
    uow.audit().record(&entry).await
}

#[derive(Component)]
#[shaku(interface = UseCase<CreateUser>)]
pub(crate) struct CreateUserUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    hasher: Arc<dyn PasswordHasher>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<CreateUser> for CreateUserUseCase {
    #[instrument(name = "identity.create_user", skip_all)]
    async fn execute(&self, actor: &Actor, request: CreateUser) -> Result<User, AdministerError> {
        actor.ensure_operator()?;
        let hash = self.hasher.hash(&request.password).await?;
        let now = self.clock.now();
        let mut user = User::register(self.ids.next(), request.email, request.username, hash, now);
        user.grant(request.role, now);
        let uow = self.store.begin().await?;
        open_account(&*uow, &user, request.language).await?;
        note(&*uow, self.ids.next(), Act::UserCreated, &user, now).await?;
        uow.commit().await?;
        Ok(user)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<GrantRole>)]
pub(crate) struct GrantRoleUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<GrantRole> for GrantRoleUseCase {
    #[instrument(name = "identity.grant_role", skip_all)]
    async fn execute(&self, actor: &Actor, request: GrantRole) -> Result<User, AdministerError> {
        actor.ensure_operator()?;
        let uow = self.store.begin().await?;
        let admins = Admins::held_by(&*uow).await?;
        let user = uow.users().find_by_email(&request.email).await?;
        let mut user = user.ok_or(AdministerError::UserNotFound)?;
        let now = self.clock.now();
        user.grant(request.role, now);
        if !user.may_administer() {
            admins.ensure_left_without(user.id)?;
        }
        uow.users().save(&user).await?;
        let act = Act::granting(request.role);
        note(&*uow, self.ids.next(), act, &user, now).await?;
        uow.commit().await?;
        Ok(user)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<SetStanding>)]
pub(crate) struct SetStandingUseCase {
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
impl UseCase<SetStanding> for SetStandingUseCase {
    #[instrument(name = "identity.set_standing", skip_all)]
    async fn execute(&self, actor: &Actor, request: SetStanding) -> Result<User, AdministerError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let admins = Admins::held_by(&*uow).await?;
        let user = uow.users().find_by_email(&request.email).await?;
        let mut user = user.ok_or(AdministerError::UserNotFound)?;
        let ended = if request.is_active {
            user.enable(now);
            Vec::new()
        } else {
            admins.ensure_left_without(user.id)?;
            user.disable(now);
            uow.sessions().end_all(user.id, None, now).await?
        };
        uow.users().save(&user).await?;
        let act = if request.is_active {
            Act::UserEnabled
        } else {
            Act::UserDisabled
        };
        note(&*uow, self.ids.next(), act, &user, now).await?;
        uow.commit().await?;
        self.gate.close(&ended);
        Ok(user)
    }
}
