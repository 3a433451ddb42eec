//! A user's own data: shown, changed, deleted.
use super::{
    last_admin::{Admins, LastAdminError},
    password_reset::tell_of_change,
    ports::{HashingError, IdentityQueries, PasswordHasher, SaveUserError, SessionGate},
    removal::remove_user,
};
use crate::{
    catalogue::{ports::FilmIndex, posters::PosterRemoval},
    jobs::ports::NewJob,
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        retry::retryable,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    audit::{Act, Entry},
    identity::{MailTokenPurpose, NewPassword, Opener, ProfileChange, User},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Shows the signed-in user.
#[derive(Debug)]
pub struct ShowMe;

/// Changes what the user says of themselves.
#[derive(Clone, Debug, Default)]
pub struct UpdateProfile {
    /// What changes.
    pub change: ProfileChange,
}

/// Replaces the user's password and ends their other sessions.
#[derive(Debug)]
pub struct ChangePassword {
    /// The password in force; not needed by somebody who has none yet.
    pub current: Option<NewPassword>,
    /// The one to come.
    pub new: NewPassword,
    /// The client that asks, and from where it comes.
    pub from: Opener,
}

/// Deletes the user with everything that is theirs.
#[derive(Clone, Debug)]
pub struct DeleteAccount;

/// Why the user's data was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The password in force was not the one given.
    #[error("the current password is wrong")]
    WrongPassword,
    /// Nobody could administer the service any more.
    #[error(transparent)]
    LastAdmin(#[from] LastAdminError),
    /// The user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// A password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ProfileError {
    WrongPassword => Forbidden "identity.wrong_password",
} via Access, LastAdmin, User, Hashing, Store);
request!(ShowMe => User, ProfileError);
request!(UpdateProfile => User, ProfileError);
request!(ChangePassword => (), ProfileError);
request!(DeleteAccount => (), ProfileError);
retryable!(UpdateProfile, DeleteAccount);

/// A token may outlive its user by seconds; then nobody is signed in.
fn known(user: Option<User>) -> Result<User, ProfileError> {
    user.ok_or(ProfileError::Access(AccessDenied::NotSignedIn))
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowMe>)]
pub(crate) struct ShowMeUseCase {
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
}

#[async_trait]
impl UseCase<ShowMe> for ShowMeUseCase {
    #[instrument(name = "identity.show_me", skip_all)]
    async fn execute(&self, actor: &Actor, _: ShowMe) -> Result<User, ProfileError> {
        known(self.queries.show_user(actor.user()?.id).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<UpdateProfile>)]
pub(crate) struct UpdateProfileUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<UpdateProfile> for UpdateProfileUseCase {
    #[instrument(name = "identity.update_profile", skip_all)]
    async fn execute(&self, actor: &Actor, request: UpdateProfile) -> Result<User, ProfileError> {
        let me = actor.user()?;
        let uow = self.store.begin().await?;
        let mut user = known(uow.users().find(me.id).await?)?;
        user.revise(request.change, self.clock.now());
        uow.users().save(&user).await?;
        uow.commit().await?;
        self.gate.prefer(user.id, user.language);
        Ok(user)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ChangePassword>)]
pub(crate) struct ChangePasswordUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
    #[shaku(inject)]
    hasher: Arc<dyn PasswordHasher>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ChangePassword> for ChangePasswordUseCase {
    #[instrument(name = "identity.change_password", skip_all)]
    async fn execute(&self, actor: &Actor, request: ChangePassword) -> Result<(), ProfileError> {
        let me = actor.user()?;
        let verified = known(self.queries.show_user(me.id).await?)?.password;
        self.verify(request.current.as_ref(), verified.as_ref())
            .await?;
        let hash = self.hasher.hash(&request.new).await?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let mut user = known(uow.users().find(me.id).await?)?;
        if user.password != verified {
            // Somebody changed it while we were hashing; what was verified is no longer in force.
            return Err(ProfileError::WrongPassword);
        }
        user.change_password(hash, now);
        uow.users().save(&user).await?;
        let ended = uow.sessions().end_all(me.id, Some(me.session), now).await?;
        // A link that somebody else has got hold of is no way in any more.
        let purpose = MailTokenPurpose::ResetPassword;
        uow.mail_tokens().forget_of(me.id, purpose).await?;
        let (id, act) = (self.ids.next(), Act::PasswordChanged);
        let entry = Entry::personal(id, act, me.id, request.from, now);
        uow.audit().record(&entry).await?;
        let job = NewJob::new(self.ids.next(), tell_of_change(me.id), now);
        uow.jobs().enqueue(&job).await?;
        uow.commit().await?;
        self.gate.close(&ended);
        Ok(())
    }
}

impl ChangePasswordUseCase {
    async fn verify(
        &self,
        given: Option<&NewPassword>,
        hash: Option<&domain::identity::PasswordHash>,
    ) -> Result<(), ProfileError> {
        match (hash, given) {
            (None, _) => Ok(()),
            (Some(_), Some(given)) if self.hasher.verify(given, hash).await? => Ok(()),
            (Some(_), _) => Err(ProfileError::WrongPassword),
        }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteAccount>)]
pub(crate) struct DeleteAccountUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
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
impl UseCase<DeleteAccount> for DeleteAccountUseCase {
    #[instrument(name = "identity.delete_account", skip_all)]
    async fn execute(&self, actor: &Actor, _: DeleteAccount) -> Result<(), ProfileError> {
        let me = actor.user()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let admins = Admins::held_by(&*uow).await?;
        known(uow.users().find(me.id).await?)?;
        admins.ensure_left_without(me.id)?;
        let removed = remove_user(&*uow, me.id, now).await?;
        uow.commit().await?;
        removed
            .tell(&*self.gate, &*self.index, &*self.removal)
            .await;
        Ok(())
    }
}
