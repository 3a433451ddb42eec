//! Signing in by Telegram, seen from the app (open, check, exchange) and from the bot (show, confirm,
//! decline), tying a Telegram account to a user, and who somebody is whom the bot talks with.
mod answer;
mod app;
mod link;
mod person;

pub use answer::{AskedSignIn, ConfirmTelegramSignIn, DeclineTelegramSignIn, ShowTelegramSignIn};
pub(crate) use answer::{
    ConfirmTelegramSignInUseCase, DeclineTelegramSignInUseCase, ShowTelegramSignInUseCase,
};
pub use app::{CheckTelegramSignIn, ExchangeTelegramKey, OpenTelegramSignIn};
pub(crate) use app::{
    CheckTelegramSignInUseCase, ExchangeTelegramKeyUseCase, OpenTelegramSignInUseCase,
};
pub use link::{
    ConfirmTelegramLink, OpenTelegramLink, OpenedLink, TelegramLinkError, UnlinkTelegram,
};
pub(crate) use link::{ConfirmTelegramLinkUseCase, OpenTelegramLinkUseCase, UnlinkTelegramUseCase};
pub use person::{JoinByTelegram, RecogniseTelegram, Recognised};
pub(crate) use person::{JoinByTelegramUseCase, RecogniseTelegramUseCase};

use super::ports::{SaveUserError, Secrets};
use crate::shared::{
    actor::AccessDenied,
    failure::failure,
    store::{StoreError, UnitOfWork},
};
use domain::identity::{SignInKeyDigest, TelegramSignIn, TelegramSignInRefused};

/// Why an attempt could not be opened, checked, shown, confirmed or declined.
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

/// Finds the attempt that a key opens.
async fn attempt_of(
    uow: &dyn UnitOfWork,
    secrets: &dyn Secrets,
    key: &str,
) -> Result<TelegramSignIn, TelegramSignInError> {
    let attempt = uow.telegram_sign_ins().find(digest(secrets, key)).await?;
    attempt.ok_or(TelegramSignInError::IncorrectKey(None))
}
