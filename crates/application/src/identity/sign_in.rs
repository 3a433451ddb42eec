//! Somebody signs in with e-mail and password and gets one long-lived token.
use super::{
    account::LongSessions,
    ports::{AccessTokens, HashingError, IdentityQueries, PasswordHasher, SessionPolicy},
    views::SignedIn,
};
use crate::shared::{
    actor::Actor,
    clock::{Clock, IdGenerator},
    failure::failure,
    store::{Store, StoreError, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::identity::{DeviceName, EmailAddress, NewPassword, User};
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
    /// What their client calls itself.
    pub device: Option<DeviceName>,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The address or the password is wrong; which one is not told.
    #[error("wrong email or password")]
    WrongCredentials,
    /// The password could not be verified.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SignInError { WrongCredentials => Unauthenticated "identity.wrong_credentials" } via Hashing, Store);
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
        let user = verify_credentials(
            &*self.queries,
            &*self.hasher,
            request.email.as_ref(),
            request.password.as_ref(),
        )
        .await?;
        let now = self.clock.now();
        let door = LongSessions {
            ids: &*self.ids,
            tokens: &*self.tokens,
            policy: &*self.policy,
        };
        let uow = self.store.begin().await?;
        ensure_unchanged(&*uow, &user).await?;
        let signed_in = door.open(&*uow, user, request.device, now).await?;
        uow.commit().await?;
        Ok(signed_in)
    }
}

/// Finds the active user with these credentials. Every way of failing takes the time of one
/// verification.
pub(crate) async fn verify_credentials(
    queries: &dyn IdentityQueries,
    hasher: &dyn PasswordHasher,
    email: Option<&EmailAddress>,
    password: Option<&NewPassword>,
) -> Result<User, SignInError> {
    let (Some(email), Some(password)) = (email, password) else {
        return refuse_slowly(hasher).await;
    };
    let user = queries.show_user_by_email(email).await?;
    let hash = user.as_ref().and_then(|user| user.password.as_ref());
    let is_right = hasher.verify(password, hash).await?;
    user.filter(|user| is_right && user.is_active())
        .ok_or(SignInError::WrongCredentials)
}

/// Lets a user pass who is still who was verified. Verifying takes time and happens outside the unit
/// of work: meanwhile the user may have been shut out or have changed the password, which ended every
/// session but could not end one that was yet to come.
pub(crate) async fn ensure_unchanged(
    uow: &dyn UnitOfWork,
    verified: &User,
) -> Result<(), SignInError> {
    let user = uow.users().find(verified.id).await?;
    let is_unchanged =
        user.is_some_and(|user| user.is_active() && user.password == verified.password);
    if is_unchanged {
        Ok(())
    } else {
        Err(SignInError::WrongCredentials)
    }
}

async fn refuse_slowly(hasher: &dyn PasswordHasher) -> Result<User, SignInError> {
    if let Ok(any) = NewPassword::parse("any") {
        hasher.verify(&any, None).await?;
    }
    Err(SignInError::WrongCredentials)
}
