//! A user ties a Telegram account to theirs, or unties it.
use super::{TelegramSignInError, attempt_of, digest};
use crate::{
    identity::ports::{SaveUserError, Secrets},
    shared::{
        actor::{AccessDenied, Actor},
        clock::Clock,
        failure::failure,
        retry::retryable,
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::{LastWayIn, Opener, TelegramId, TelegramSignIn, User};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Opens an attempt to tie a Telegram account to the user, and gives its key, which is told only here.
#[derive(Debug, Default)]
pub struct OpenTelegramLink {
    /// Who opens it, as far as the person may be told.
    pub opener: Opener,
}

/// What opening gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLink {
    /// The key, to be brought to the bot.
    pub key: String,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// The person said yes in the bot.
#[derive(Clone, Debug)]
pub struct ConfirmTelegramLink {
    /// The attempt's key, as the bot was started with.
    pub key: String,
    /// Who says yes, and whose account is tied.
    pub telegram: TelegramId,
}

/// Unties the user's Telegram account, if there is one.
#[derive(Clone, Debug)]
pub struct UnlinkTelegram;

/// Why a Telegram account was not tied or untied.
#[derive(Debug, thiserror::Error)]
pub enum TelegramLinkError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The user has a Telegram account already.
    #[error("a Telegram account is linked already")]
    AlreadyLinked,
    /// The user could not sign in any more.
    #[error(transparent)]
    LastWayIn(#[from] LastWayIn),
    /// The user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(TelegramLinkError {
    AlreadyLinked => Conflict "identity.telegram_linked",
    LastWayIn => Conflict "identity.last_way_in",
} via Access, User, Store);
request!(OpenTelegramLink => OpenedLink, TelegramLinkError);
request!(ConfirmTelegramLink => User, TelegramSignInError);
request!(UnlinkTelegram => (), TelegramLinkError);
retryable!(ConfirmTelegramLink, UnlinkTelegram);

/// A token may outlive its user by seconds; then nobody is signed in.
fn known(user: Option<User>) -> Result<User, AccessDenied> {
    user.ok_or(AccessDenied::NotSignedIn)
}

#[derive(Component)]
#[shaku(interface = UseCase<OpenTelegramLink>)]
pub(crate) struct OpenTelegramLinkUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<OpenTelegramLink> for OpenTelegramLinkUseCase {
    #[instrument(name = "identity.open_telegram_link", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: OpenTelegramLink,
    ) -> Result<OpenedLink, TelegramLinkError> {
        let me = actor.user()?.id;
        let key = self.secrets.generate();
        let digest = digest(&*self.secrets, &key);
        let attempt = TelegramSignIn::link(digest, me, request.opener, self.clock.now());
        let uow = self.store.begin().await?;
        if known(uow.users().find(me).await?)?.telegram.is_some() {
            return Err(TelegramLinkError::AlreadyLinked);
        }
        uow.telegram_sign_ins().insert(&attempt).await?;
        uow.commit().await?;
        Ok(OpenedLink {
            key,
            expires_at: attempt.expires_at,
        })
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ConfirmTelegramLink>)]
pub(crate) struct ConfirmTelegramLinkUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ConfirmTelegramLink> for ConfirmTelegramLinkUseCase {
    #[instrument(name = "identity.confirm_telegram_link", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ConfirmTelegramLink,
    ) -> Result<User, TelegramSignInError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let mut attempt = attempt_of(&*uow, &*self.secrets, &request.key).await?;
        let account = attempt.confirm_link(request.telegram, now)?;
        // Who deleted their account meanwhile, or was shut out, asked for nothing any more.
        let user = uow.users().find(account).await?.filter(User::is_active);
        let mut user = user.ok_or(TelegramSignInError::IncorrectKey(None))?;
        match user.telegram {
            Some(telegram) if telegram == request.telegram => return Ok(user),
            Some(_) => return Err(SaveUserError::TelegramTaken.into()),
            None => user.link_telegram(request.telegram, now),
        }
        uow.users().save(&user).await?;
        uow.telegram_sign_ins().save(&attempt).await?;
        uow.commit().await?;
        Ok(user)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<UnlinkTelegram>)]
pub(crate) struct UnlinkTelegramUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<UnlinkTelegram> for UnlinkTelegramUseCase {
    #[instrument(name = "identity.unlink_telegram", skip_all)]
    async fn execute(&self, actor: &Actor, _: UnlinkTelegram) -> Result<(), TelegramLinkError> {
        let me = actor.user()?.id;
        let uow = self.store.begin().await?;
        let mut user = known(uow.users().find(me).await?)?;
        user.unlink_telegram(self.clock.now())?;
        uow.users().save(&user).await?;
        uow.commit().await?;
        Ok(())
    }
}
