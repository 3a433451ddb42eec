//! Somebody has forgotten their password and chooses another one by a link in a mail.
use super::ports::{
    HashingError, IdentityQueries, PasswordHasher, SaveUserError, Secrets, SessionGate,
};
use crate::{
    jobs::{Task, ports::NewJob},
    notifications::{
        ports::{MailSecret, Seals},
        send_letter::issue_token,
    },
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
use chrono::{DateTime, Utc};
use domain::{
    audit::{Act, Entry},
    identity::{
        EmailAddress, MailTokenDigest, MailTokenPurpose, NewPassword, Opener, PasswordHash, User,
        UserId,
    },
    notifications::LetterKind,
    shared::{Id, Language},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;
use uuid::{Uuid, uuid};

/// Asks for a link by which to choose another password. Whether anybody has the address is not told,
/// neither in words nor by the time that it takes.
#[derive(Clone, Debug)]
pub struct AskForPasswordReset {
    /// Whose account.
    pub email: EmailAddress,
    /// In which language to write, unless the user has chosen one.
    pub language: Language,
}

/// Chooses another password by the token of such a link, and ends all sessions.
#[derive(Debug)]
pub struct ResetPassword {
    /// What the link shows.
    pub token: MailSecret,
    /// The password from now on.
    pub new: NewPassword,
}

/// Makes a link for the operator to hand over, where no mail can.
#[derive(Debug)]
pub struct IssuePasswordReset {
    /// Whose account.
    pub email: EmailAddress,
}

/// What the operator hands over.
#[derive(Debug)]
pub struct IssuedReset {
    /// What the link shows.
    pub token: MailSecret,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

/// Why no password was reset.
#[derive(Debug, thiserror::Error)]
pub enum PasswordResetError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The token is not the newest one, was used, or its time is over.
    #[error("the link is not valid any more")]
    NotValid,
    /// Nobody has this address; told to the operator only.
    #[error("User not found")]
    UserNotFound,
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

failure!(PasswordResetError {
    NotValid => Invalid "identity.invalid_mail_token",
    UserNotFound => NotFound "identity.user_not_found",
} via Access, User, Hashing, Store);
request!(AskForPasswordReset => (), PasswordResetError);
request!(ResetPassword => (), PasswordResetError);
request!(IssuePasswordReset => IssuedReset, PasswordResetError);
retryable!(AskForPasswordReset);

#[derive(Component)]
#[shaku(interface = UseCase<AskForPasswordReset>)]
pub(crate) struct AskForPasswordResetUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
    #[shaku(inject)]
    seals: Arc<dyn Seals>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<AskForPasswordReset> for AskForPasswordResetUseCase {
    #[instrument(name = "identity.ask_for_password_reset", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: AskForPasswordReset,
    ) -> Result<(), PasswordResetError> {
        // Both are made, so that it takes the same time; a job for nobody ends without a mail.
        let nobody = nobody_at(&request.email, &*self.seals);
        let user = self.queries.show_user_by_email(&request.email).await?;
        let task = Task::SendLetter {
            letter: LetterKind::ResetPassword,
            user: user.map_or(nobody, |user| user.id),
            language: Some(request.language),
        };
        let job = NewJob::new(self.ids.next(), task, self.clock.now());
        let uow = self.store.begin().await?;
        uow.jobs().enqueue(&job).await?;
        uow.commit().await?;
        Ok(())
    }
}

/// Stands for the user of an address that nobody has. It is the same for the same address, so that
/// asking again comes to the same as for one that somebody has; the address is not to be guessed from
/// it without the secret of the service.
fn nobody_at(email: &EmailAddress, seals: &dyn Seals) -> UserId {
    const NOBODIES: Uuid = uuid!("5f0c6a51-6c0e-4f0c-9d9e-3d0a5a2f7e40");
    Id::named(NOBODIES, &seals.seal("nobody", email.as_str()))
}

#[derive(Component)]
#[shaku(interface = UseCase<ResetPassword>)]
pub(crate) struct ResetPasswordUseCase {
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
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ResetPassword> for ResetPasswordUseCase {
    #[instrument(name = "identity.reset_password", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: ResetPassword,
    ) -> Result<(), PasswordResetError> {
        let digest = MailTokenDigest(self.secrets.digest(&request.token.0));
        // Hashing is dear: it is not done for whoever makes tokens up.
        let purpose = MailTokenPurpose::ResetPassword;
        let asked_at = self.clock.now();
        if !self
            .queries
            .is_mail_token_good(digest, purpose, asked_at)
            .await?
        {
            return Err(PasswordResetError::NotValid);
        }
        let hash = self.hasher.hash(&request.new).await?;
        self.replace(digest, hash, self.clock.now()).await
    }
}

impl ResetPasswordUseCase {
    async fn replace(
        &self,
        digest: MailTokenDigest,
        hash: PasswordHash,
        now: DateTime<Utc>,
    ) -> Result<(), PasswordResetError> {
        let uow = self.store.begin().await?;
        let purpose = MailTokenPurpose::ResetPassword;
        let user = uow.mail_tokens().use_up(digest, purpose, now).await?;
        let user = user.ok_or(PasswordResetError::NotValid)?;
        let user = uow.users().find(user).await?.filter(User::is_active);
        let mut user = user.ok_or(PasswordResetError::NotValid)?;
        user.change_password(hash, now);
        if user.email_verified_at.is_none() {
            // Whoever opened the account need not be who reads its mail, and keeps no other way in. An
            // address and a password are there, so that this works.
            let _ = user.unlink_telegram(now);
        }
        // Who has the token reads what is sent to the address.
        user.confirm_email(now);
        uow.users().save(&user).await?;
        let ended = uow.sessions().end_all(user.id, None, now).await?;
        let job = NewJob::new(self.ids.next(), tell_of_change(user.id), now);
        uow.jobs().enqueue(&job).await?;
        let (id, act) = (self.ids.next(), Act::PasswordChanged);
        let entry = Entry::personal(id, act, user.id, Opener::default(), now);
        uow.audit().record(&entry).await?;
        uow.commit().await?;
        self.gate.close(&ended);
        Ok(())
    }
}

/// Tells a user that their password is another one now, in case it was not they who changed it.
pub(super) const fn tell_of_change(user: UserId) -> Task {
    Task::SendLetter {
        letter: LetterKind::PasswordChanged,
        user,
        language: None,
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<IssuePasswordReset>)]
pub(crate) struct IssuePasswordResetUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<IssuePasswordReset> for IssuePasswordResetUseCase {
    #[instrument(name = "identity.issue_password_reset", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: IssuePasswordReset,
    ) -> Result<IssuedReset, PasswordResetError> {
        actor.ensure_operator()?;
        let (now, purpose) = (self.clock.now(), MailTokenPurpose::ResetPassword);
        let uow = self.store.begin().await?;
        let user = uow.users().find_by_email(&request.email).await?;
        let user = user.filter(User::is_active);
        let user = user.ok_or(PasswordResetError::UserNotFound)?;
        let (token, secret) = issue_token(&*uow, &*self.secrets, user.id, purpose, now).await?;
        uow.commit().await?;
        Ok(IssuedReset {
            token: secret,
            expires_at: token.expires_at,
        })
    }
}
