//! Somebody opens an account.
use super::{
    account::open_account,
    ports::{HashingError, PasswordHasher, SaveUserError},
};
use crate::shared::{
    actor::Actor,
    clock::{Clock, IdGenerator},
    failure::failure,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    identity::{EmailAddress, NewPassword, User, Username},
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Opens an account with its three standard watchlists.
#[derive(Debug)]
pub struct Register {
    /// Where mail reaches the user, and the name to sign in by.
    pub email: EmailAddress,
    /// What they will sign in with.
    pub password: NewPassword,
    /// How others will see them.
    pub username: Username,
    /// The language in which the standard lists are named.
    pub language: Language,
}

/// Why no account was opened.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
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

failure!(RegisterError {} via User, Hashing, Store);
request!(Register => User, RegisterError);

#[derive(Component)]
#[shaku(interface = UseCase<Register>)]
pub(crate) struct RegisterUseCase {
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
impl UseCase<Register> for RegisterUseCase {
    #[instrument(name = "identity.register", skip_all)]
    async fn execute(&self, _actor: &Actor, request: Register) -> Result<User, RegisterError> {
        let hash = self.hasher.hash(&request.password).await?;
        let now = self.clock.now();
        let user = User::register(self.ids.next(), request.email, request.username, hash, now);
        let uow = self.store.begin().await?;
        open_account(&*uow, &user, request.language).await?;
        uow.commit().await?;
        Ok(user)
    }
}
