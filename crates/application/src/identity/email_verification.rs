//! A user shows that they read what is sent to their address.
use super::ports::{IdentityQueries, SaveUserError, Secrets};
use crate::{
    jobs::{Task, ports::NewJob},
    notifications::ports::MailSecret,
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
    identity::{MailTokenDigest, MailTokenPurpose},
    notifications::LetterKind,
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Asks for a mail with a link by which the user shows that they read it.
#[derive(Clone, Debug)]
pub struct AskForVerification {
    /// In which language to write, unless the user has chosen one.
    pub language: Language,
}

/// Shows the token of such a link. Whoever has it may, signed in or not: it was sent to the address.
#[derive(Clone, Debug)]
pub struct VerifyEmail {
    /// What the link shows.
    pub token: MailSecret,
}

/// Why an address was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyEmailError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The user has no address.
    #[error("there is no e-mail address to write to")]
    NoAddress,
    /// The token is not the newest one, was used, or its time is over.
    #[error("the link is not valid any more")]
    NotValid,
    /// The user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(VerifyEmailError {
    NoAddress => Conflict "identity.no_email",
    NotValid => Invalid "identity.invalid_mail_token",
} via Access, User, Store);
request!(AskForVerification => (), VerifyEmailError);
request!(VerifyEmail => (), VerifyEmailError);
retryable!(AskForVerification, VerifyEmail);

#[derive(Component)]
#[shaku(interface = UseCase<AskForVerification>)]
pub(crate) struct AskForVerificationUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<AskForVerification> for AskForVerificationUseCase {
    #[instrument(name = "identity.ask_for_verification", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: AskForVerification,
    ) -> Result<(), VerifyEmailError> {
        let me = actor.user()?;
        let user = self.queries.show_user(me.id).await?;
        let user = user.ok_or(AccessDenied::NotSignedIn)?;
        if user.email.is_none() {
            return Err(VerifyEmailError::NoAddress);
        }
        let task = Task::SendLetter {
            letter: LetterKind::VerifyEmail,
            user: me.id,
            language: Some(request.language),
        };
        let job = NewJob::new(self.ids.next(), task, self.clock.now());
        let uow = self.store.begin().await?;
        uow.jobs().enqueue(&job).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<VerifyEmail>)]
pub(crate) struct VerifyEmailUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<VerifyEmail> for VerifyEmailUseCase {
    #[instrument(name = "identity.verify_email", skip_all)]
    async fn execute(&self, _actor: &Actor, request: VerifyEmail) -> Result<(), VerifyEmailError> {
        let now = self.clock.now();
        let digest = MailTokenDigest(self.secrets.digest(&request.token.0));
        let purpose = MailTokenPurpose::VerifyEmail;
        let uow = self.store.begin().await?;
        let user = uow.mail_tokens().use_up(digest, purpose, now).await?;
        let user = user.ok_or(VerifyEmailError::NotValid)?;
        let user = uow.users().find(user).await?;
        let mut user = user.ok_or(VerifyEmailError::NotValid)?;
        user.confirm_email(now);
        uow.users().save(&user).await?;
        uow.commit().await?;
        Ok(())
    }
}
