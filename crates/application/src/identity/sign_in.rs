//! Somebody signs in with e-mail and password and gets one long-lived token.
use super::{
    account::LongSessions,
    door::{Door, Shown, TooManyFailures},
    ports::{AccessTokens, HashingError, IdentityQueries, PasswordHasher, Secrets, SessionPolicy},
    views::SignedIn,
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
    audit::Act,
    identity::{EmailAddress, NewPassword, Opener},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Signs somebody in.
#[derive(Debug)]
pub struct SignIn {
    /// Whose account; an address nobody can have is treated as one that nobody has.
    pub email: Option<EmailAddress>,
    /// Their password.
    pub password: Option<NewPassword>,
    /// Their client, and from where it comes.
    pub from: Opener,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address or the password is wrong; which one is not told.
    #[error("wrong email or password")]
    WrongCredentials,
    /// Somebody was wrong too often.
    #[error(transparent)]
    TooManyFailures(#[from] TooManyFailures),
    /// The password could not be verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SignInError { WrongCredentials => Unauthenticated "identity.wrong_credentials" } via TooManyFailures, Hashing, Store);
request!(SignIn => SignedIn, SignInError);

#[derive(Component)]
#[shaku(interface = UseCase<SignIn>)]
pub(crate) struct SignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
    #[shaku(inject)]
    hasher: Arc<dyn PasswordHasher>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    tokens: Arc<dyn AccessTokens>,
    #[shaku(inject)]
    policy: Arc<dyn SessionPolicy>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<SignIn> for SignInUseCase {
    #[instrument(name = "identity.sign_in", skip_all)]
    async fn execute(&self, _actor: &Actor, request: SignIn) -> Result<SignedIn, SignInError> {
        let now = self.clock.now();
        let door = Door {
            queries: &*self.queries,
            hasher: &*self.hasher,
            secrets: &*self.secrets,
            store: &*self.store,
        };
        let shown = Shown {
            email: request.email.as_ref(),
            password: request.password.as_ref(),
            from: &request.from,
        };
        let verified = door.verify(shown, now).await?;
        // Verifying took its time.
        let now = self.clock.now();
        let sessions = LongSessions {
            ids: &*self.ids,
            tokens: &*self.tokens,
            policy: &*self.policy,
        };
        let uow = self.store.begin().await?;
        let user = verified.enter(&*uow).await?;
        let signed_in = sessions
            .open(&*uow, user, Act::SignedIn, request.from, now)
            .await?;
        uow.commit().await?;
        Ok(signed_in)
    }
}
