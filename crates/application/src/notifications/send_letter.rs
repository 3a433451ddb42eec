//! A mail is written and sent.
use super::{
    ports::{Mail, MailError, MailSecret, Mailer, Seals},
    unsubscribe::Unwanted,
};
use crate::{
    identity::ports::Secrets,
    jobs::{
        Task, TaskKind,
        handler::{Progress, TaskFailure, TaskHandler},
    },
    shared::{
        actor::{AccessDenied, Actor},
        clock::{Clock, IdGenerator},
        failure::failure,
        store::{Store, StoreError, UnitOfWork},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    identity::{EmailAddress, MailToken, MailTokenDigest, MailTokenPurpose, User, UserId},
    notifications::LetterKind,
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Sends a mail to a user, unless there is nobody to be sent it, or nothing to be said any more.
#[derive(Debug)]
pub struct SendLetter {
    /// Which mail.
    pub letter: LetterKind,
    /// To whom; perhaps to nobody.
    pub user: UserId,
    /// In which language, unless the user has chosen one.
    pub language: Option<Language>,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendLetterError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// It was not taken.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SendLetterError {} via Access, Mail, Store);
request!(SendLetter => (), SendLetterError);

#[derive(Component)]
#[shaku(interface = UseCase<SendLetter>)]
pub(crate) struct SendLetterUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    seals: Arc<dyn Seals>,
    #[shaku(inject)]
    mailer: Arc<dyn Mailer>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<SendLetter> for SendLetterUseCase {
    #[instrument(name = "notifications.send_letter", skip_all, fields(mail = %request.letter))]
    async fn execute(&self, actor: &Actor, request: SendLetter) -> Result<(), SendLetterError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let Some(written) = self.write(&request, now).await? else {
            return Ok(());
        };
        self.mailer.send(&written.mail).await?;
        if let Some(token) = written.token {
            let uow = self.store.begin().await?;
            uow.mail_tokens()
                .note_sent(token.digest, self.clock.now())
                .await?;
            uow.commit().await?;
        }
        Ok(())
    }
}

/// A mail that is ready to be sent, and the token in it.
struct Written {
    mail: Mail,
    token: Option<MailToken>,
}

impl SendLetterUseCase {
    /// Writes the mail. Its token is made here and now, so that it is nowhere but in the mail, and is
    /// good for its whole time even if the mail had to wait.
    async fn write(
        &self,
        request: &SendLetter,
        now: DateTime<Utc>,
    ) -> Result<Option<Written>, StoreError> {
        let uow = self.store.begin().await?;
        let user = uow.users().find(request.user).await?;
        let Some((user, to)) = user.and_then(reader) else {
            return Ok(None);
        };
        let issued = self.enclose(&*uow, &user, request.letter, now).await?;
        if issued.is_none() && request.letter.is_for_its_token() {
            return Ok(None);
        }
        uow.commit().await?;
        let (token, secret) = issued.unzip();
        let mail = self.addressed(request, user, to, secret, now);
        Ok(Some(Written { mail, token }))
    }

    /// Makes the token that goes with a mail, unless it is of no use or the one before was sent a
    /// moment ago.
    async fn enclose(
        &self,
        uow: &dyn UnitOfWork,
        user: &User,
        letter: LetterKind,
        now: DateTime<Utc>,
    ) -> Result<Option<(MailToken, MailSecret)>, StoreError> {
        let is_verified = user.email_verified_at.is_some();
        let is_useless = |purpose| is_verified && purpose == MailTokenPurpose::VerifyEmail;
        let Some(purpose) = letter.token().filter(|purpose| !is_useless(*purpose)) else {
            return Ok(None);
        };
        let last = uow.mail_tokens().find(user.id, purpose).await?;
        if last.is_some_and(|last| last.rests(now)) {
            return Ok(None);
        }
        let issued = issue_token(uow, &*self.secrets, user.id, purpose, now).await?;
        Ok(Some(issued))
    }

    fn addressed(
        &self,
        request: &SendLetter,
        user: User,
        to: EmailAddress,
        token: Option<MailSecret>,
        at: DateTime<Utc>,
    ) -> Mail {
        let unwanted = Unwanted {
            user: user.id,
            kind: None,
        };
        // The greeting comes once, but others may follow; those about security always do.
        let is_first = request.letter == LetterKind::Welcome;
        Mail {
            id: self.ids.next_uuid(),
            user: user.id,
            to,
            name: user.email_verified_at.map(|_| user.username),
            language: user.language.or(request.language),
            letter: request.letter,
            token,
            unsubscribe: is_first.then(|| unwanted.to_token(&*self.seals)),
            at,
        }
    }
}

/// Makes and stores a token in place of the one before.
pub(crate) async fn issue_token(
    uow: &dyn UnitOfWork,
    secrets: &dyn Secrets,
    user: UserId,
    purpose: MailTokenPurpose,
    now: DateTime<Utc>,
) -> Result<(MailToken, MailSecret), StoreError> {
    let secret = secrets.generate();
    let digest = MailTokenDigest(secrets.digest(&secret));
    let token = MailToken::issue(user, purpose, digest, now);
    uow.mail_tokens().save(&token).await?;
    Ok((token, MailSecret(secret)))
}

/// Somebody who may come in and has an address.
fn reader(user: User) -> Option<(User, EmailAddress)> {
    let to = user.email.clone().filter(|_| user.is_active())?;
    Some((user, to))
}

#[derive(Component)]
#[shaku(interface = TaskHandler)]
pub(crate) struct SendLetterHandler {
    #[shaku(inject)]
    send: Arc<dyn UseCase<SendLetter>>,
}

#[async_trait]
impl TaskHandler for SendLetterHandler {
    fn kind(&self) -> TaskKind {
        TaskKind::SendLetter
    }

    async fn handle(&self, task: &Task, _: &dyn Progress) -> Result<(), TaskFailure> {
        let Task::SendLetter {
            letter,
            user,
            language,
        } = task
        else {
            return Err(TaskFailure::GiveUp("this is another kind of work".into()));
        };
        let request = SendLetter {
            letter: *letter,
            user: *user,
            language: *language,
        };
        Ok(self.send.execute(&Actor::System, request).await?)
    }
}
