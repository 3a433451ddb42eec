//! An app opens an attempt to sign in, waits, and exchanges its key.
use super::{ExchangeTelegramKeyError, TelegramSignInError, digest};
use crate::{
    identity::{
        account::LongSessions,
        ports::{AccessTokens, IdentityQueries, Secrets, SessionPolicy},
        views::SignedIn,
    },
    shared::{
        actor::Actor,
        clock::{Clock, IdGenerator},
        retry::retryable,
        store::{Store, UnitOfWork},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    audit::Act,
    identity::{Opener, TelegramSignIn, User},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Opens an attempt and gives its key, which is told only here.
#[derive(Debug, Default)]
pub struct OpenTelegramSignIn {
    /// Who opens it, as far as the person may be told.
    pub opener: Opener,
}

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
    /// Their client, and from where it comes.
    pub from: Opener,
}

request!(OpenTelegramSignIn => String, TelegramSignInError);
request!(CheckTelegramSignIn => bool, TelegramSignInError);
request!(ExchangeTelegramKey => SignedIn, ExchangeTelegramKeyError);
retryable!(ExchangeTelegramKey);

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
        request: OpenTelegramSignIn,
    ) -> Result<String, TelegramSignInError> {
        let key = self.secrets.generate();
        let digest = digest(&*self.secrets, &key);
        let attempt = TelegramSignIn::open(digest, request.opener, self.clock.now());
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
        let signed_in = door
            .open(&*uow, user, Act::SignedInByTelegram, request.from, now)
            .await?;
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
