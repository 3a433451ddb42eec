//! Who uses the service: users, their sessions, and signing in by Telegram.
//!
//! A user has one e-mail address or one Telegram account, or both; neither belongs to two users. A
//! session is one place where a user is signed in; ending it ends every token that was issued for it.
mod email_address;
mod mail_token;
mod role;
mod session;
mod telegram_sign_in;
mod user;

pub use email_address::{EmailAddress, InvalidEmailAddress};
pub use mail_token::{MailToken, MailTokenDigest, MailTokenPurpose, UnknownMailTokenPurpose};
pub use role::{Role, UnknownRole};
pub use session::{DeviceName, Session, SessionId, SessionKind, UnknownSessionKind};
pub use telegram_sign_in::{
    KeyPurpose, Opener, SignInKeyDigest, TelegramSignIn, TelegramSignInRefused, TelegramSignInState,
};
pub use user::{
    InvalidPassword, LastWayIn, NewPassword, PasswordHash, PersonalName, ProfileChange, Standing,
    TelegramId, User, UserId, Username,
};
