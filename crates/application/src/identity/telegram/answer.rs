//! The person who came to the bot with a key is shown who asks, and says yes or no.
use super::{TelegramSignInError, attempt_of};
use crate::{
    identity::{account::open_account, ports::Secrets},
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
    identity::{KeyPurpose, TelegramId, TelegramSignIn, User, UserId, Username},
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Shows an attempt to the person who came to the bot with its key. From then on nobody else may
/// answer it.
#[derive(Clone, Debug)]
pub struct ShowTelegramSignIn {
    /// The attempt's key, as the bot was started with.
    pub key: String,
    /// Who came.
    pub telegram: TelegramId,
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
#[derive(Clone, Debug)]
pub struct DeclineTelegramSignIn {
    /// The attempt's key, as the bot was started with.
    pub key: String,
    /// Who says no.
    pub telegram: TelegramId,
}

/// An attempt as it is shown to the person who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedSignIn {
    /// The attempt.
    pub attempt: TelegramSignIn,
    /// How the user is seen to whom the person's account is to be tied, if it is about that.
    pub account: Option<Username>,
}

request!(ShowTelegramSignIn => AskedSignIn, TelegramSignInError);
request!(ConfirmTelegramSignIn => User, TelegramSignInError);
request!(DeclineTelegramSignIn => (), TelegramSignInError);
retryable!(
    ShowTelegramSignIn,
    ConfirmTelegramSignIn,
    DeclineTelegramSignIn
);

/// Who deleted their account meanwhile, or was shut out, asks for nothing any more.
async fn name_of(uow: &dyn UnitOfWork, user: UserId) -> Result<Username, TelegramSignInError> {
    let user = uow.users().find(user).await?.filter(User::is_active);
    let user = user.ok_or(TelegramSignInError::IncorrectKey(None))?;
    Ok(user.username)
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowTelegramSignIn>)]
pub(crate) struct ShowTelegramSignInUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<ShowTelegramSignIn> for ShowTelegramSignInUseCase {
    #[instrument(name = "identity.show_telegram_sign_in", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowTelegramSignIn,
    ) -> Result<AskedSignIn, TelegramSignInError> {
        actor.ensure_operator()?;
        let uow = self.store.begin().await?;
        let mut attempt = attempt_of(&*uow, &*self.secrets, &request.key).await?;
        attempt.ask(request.telegram, self.clock.now())?;
        let account = match attempt.purpose {
            KeyPurpose::SignIn => None,
            KeyPurpose::Link { account } => Some(name_of(&*uow, account).await?),
        };
        uow.telegram_sign_ins().save(&attempt).await?;
        uow.commit().await?;
        Ok(AskedSignIn { attempt, account })
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
        let mut attempt = attempt_of(&*uow, &*self.secrets, &request.key).await?;
        let telegram = request.telegram;
        let user = match uow.users().find_by_telegram(telegram).await? {
            Some(user) => user,
            None => self.welcome(&*uow, request, now).await?,
        };
        attempt.confirm(telegram, user.id, now)?;
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
        let mut attempt = attempt_of(&*uow, &*self.secrets, &request.key).await?;
        attempt.decline(request.telegram, self.clock.now())?;
        uow.telegram_sign_ins().save(&attempt).await?;
        uow.commit().await?;
        Ok(())
    }
}
