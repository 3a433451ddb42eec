//! Signing in by Telegram, seen from the app (open, check, exchange) and from the bot (confirm,
//! decline).
use super::{
    account::{LongSessions, open_account},
    ports::{AccessTokens, IdentityQueries, SaveUserError, Secrets, SessionPolicy},
    views::SignedIn,
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
    identity::{
        DeviceName, SignInKeyDigest, TelegramId, TelegramSignIn, TelegramSignInRefused, User,
        Username,
    },
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Opens an attempt and gives its key, which is told only here.
#[derive(Debug)]
pub struct OpenTelegramSignIn;

/// Asks whether the person has confirmed.
#[derive(Debug)]
pub struct CheckTelegramSignIn {
    /// The attempt's key.
    pub key: String,
}

/// Exchanges a confirmed key, once, for a token.
#[derive(Clone, Debug)]
pub struct ExchangeTelegramKey {
    /// The attempt's key.
    pub key: String,
    /// What the client calls itself.
    pub device: Option<DeviceName>,
}

/// The person said yes in the bot; somebody new gets an account with its lists.
#[derive(Clone, Debug)]
pub struct ConfirmTelegramSignIn {
    /// The attempt's key, as the bot was started with.
    pub key: String,
    /// Who says yes.
    pub telegram: TelegramId,
    /// How a newcomer will be seen.
    pub username: Username,
    /// The language in which a newcomer's lists are named.
    pub language: Language,
}

/// The person said no in the bot.
#[derive(Debug)]
pub struct DeclineTelegramSignIn {
    /// The attempt's key.
    pub key: String,
}

/// Why an attempt could not be opened, checked, confirmed or declined.
#[derive(Debug, thiserror::Error)]
pub enum TelegramSignInError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The key is unknown, expired, declined or used up.
    #[error("the sign-in key is not valid")]
    IncorrectKey(#[source] Option<TelegramSignInRefused>),
    /// A new user could not be stored.
    #[error(transparent)]
    User(#[from] SaveUserError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a key was not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeTelegramKeyError {
    /// The key is unknown, not confirmed, declined, expired or used already.
    #[error("the sign-in key is not confirmed or no longer valid")]
    Refused(#[source] Option<TelegramSignInRefused>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(TelegramSignInError { IncorrectKey => Invalid "identity.incorrect_auth_key" } via Access, User, Store);
failure!(ExchangeTelegramKeyError { Refused => Unauthenticated "identity.auth_key_refused" } via Store);
request!(OpenTelegramSignIn => String, TelegramSignInError);
request!(CheckTelegramSignIn => bool, TelegramSignInError);
request!(ExchangeTelegramKey => SignedIn, ExchangeTelegramKeyError);
request!(ConfirmTelegramSignIn => User, TelegramSignInError);
request!(DeclineTelegramSignIn => (), TelegramSignInError);
retryable!(ExchangeTelegramKey, ConfirmTelegramSignIn);

impl From<TelegramSignInRefused> for TelegramSignInError {
    fn from(refused: TelegramSignInRefused) -> Self {
        Self::IncorrectKey(Some(refused))
    }
}
impl From<TelegramSignInRefused> for ExchangeTelegramKeyError {
    fn from(refused: TelegramSignInRefused) -> Self {
        Self::Refused(Some(refused))
    }
}

fn digest(secrets: &dyn Secrets, key: &str) -> SignInKeyDigest {
    SignInKeyDigest(secrets.digest(key))
}

#[derive(Component)]
#[shaku(interface = UseCase<OpenTelegramSignIn>)]
pub(crate) struct OpenTelegramSignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<OpenTelegramSignIn> for OpenTelegramSignInUseCase {
    #[instrument(name = "identity.open_telegram_sign_in", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        _: OpenTelegramSignIn,
    ) -> Result<String, TelegramSignInError> {
        let key = self.secrets.generate();
        let attempt = TelegramSignIn::open(digest(&*self.secrets, &key), self.clock.now());
        let uow = self.store.begin().await?;
        uow.telegram_sign_ins().insert(&attempt).await?;
        uow.commit().await?;
        Ok(key)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<CheckTelegramSignIn>)]
pub(crate) struct CheckTelegramSignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
}

#[async_trait]
impl UseCase<CheckTelegramSignIn> for CheckTelegramSignInUseCase {
    #[instrument(name = "identity.check_telegram_sign_in", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: CheckTelegramSignIn,
    ) -> Result<bool, TelegramSignInError> {
        let key = digest(&*self.secrets, &request.key);
        let attempt = self.queries.show_telegram_sign_in(key).await?;
        let attempt = attempt.ok_or(TelegramSignInError::IncorrectKey(None))?;
        Ok(attempt.is_confirmed(self.clock.now())?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ExchangeTelegramKey>)]
pub(crate) struct ExchangeTelegramKeyUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
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
impl UseCase<ExchangeTelegramKey> for ExchangeTelegramKeyUseCase {
    #[instrument(name = "identity.exchange_telegram_key", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: ExchangeTelegramKey,
    ) -> Result<SignedIn, ExchangeTelegramKeyError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let user = self.use_up(&*uow, &request.key, now).await?;
        let door = LongSessions {
            ids: &*self.ids,
            tokens: &*self.tokens,
            policy: &*self.policy,
        };
        let signed_in = door.open(&*uow, user, request.device, now).await?;
        uow.commit().await?;
        Ok(signed_in)
    }
}

impl ExchangeTelegramKeyUseCase {
    async fn use_up(
        &self,
        uow: &dyn UnitOfWork,
        key: &str,
        now: DateTime<Utc>,
    ) -> Result<User, ExchangeTelegramKeyError> {
        let attempts = uow.telegram_sign_ins();
        let attempt = attempts.find(digest(&*self.secrets, key)).await?;
        let mut attempt = attempt.ok_or(ExchangeTelegramKeyError::Refused(None))?;
        let user = attempt.exchange(now)?;
        attempts.save(&attempt).await?;
        let user = uow.users().find(user).await?;
        user.filter(User::is_active)
            .ok_or(ExchangeTelegramKeyError::Refused(None))
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ConfirmTelegramSignIn>)]
pub(crate) struct ConfirmTelegramSignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ConfirmTelegramSignIn> for ConfirmTelegramSignInUseCase {
    #[instrument(name = "identity.confirm_telegram_sign_in", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ConfirmTelegramSignIn,
    ) -> Result<User, TelegramSignInError> {
        actor.ensure_operator()?;
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let key = digest(&*self.secrets, &request.key);
        let attempt = uow.telegram_sign_ins().find(key).await?;
        let mut attempt = attempt.ok_or(TelegramSignInError::IncorrectKey(None))?;
        let user = match uow.users().find_by_telegram(request.telegram).await? {
            Some(user) => user,
            None => self.welcome(&*uow, request, now).await?,
        };
        attempt.confirm(user.id, now)?;
        uow.telegram_sign_ins().save(&attempt).await?;
        uow.commit().await?;
        Ok(user)
    }
}

impl ConfirmTelegramSignInUseCase {
    async fn welcome(
        &self,
        uow: &dyn UnitOfWork,
        request: ConfirmTelegramSignIn,
        now: DateTime<Utc>,
    ) -> Result<User, TelegramSignInError> {
        let user = User::from_telegram(self.ids.next(), request.telegram, request.username, now);
        open_account(uow, &user, request.language).await?;
        Ok(user)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeclineTelegramSignIn>)]
pub(crate) struct DeclineTelegramSignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeclineTelegramSignIn> for DeclineTelegramSignInUseCase {
    #[instrument(name = "identity.decline_telegram_sign_in", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: DeclineTelegramSignIn,
    ) -> Result<(), TelegramSignInError> {
        actor.ensure_operator()?;
        let uow = self.store.begin().await?;
        let key = digest(&*self.secrets, &request.key);
        let attempt = uow.telegram_sign_ins().find(key).await?;
        let mut attempt = attempt.ok_or(TelegramSignInError::IncorrectKey(None))?;
        attempt.decline(self.clock.now())?;
        uow.telegram_sign_ins().save(&attempt).await?;
        uow.commit().await?;
        Ok(())
    }
}
