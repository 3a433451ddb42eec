//! A user and what they say of themselves.
use super::{EmailAddress, Role};
use crate::shared::{Id, Language, normalise_line, text_value};
use chrono::{DateTime, Utc};
use std::fmt;

/// Identifies a user.
pub type UserId = Id<User>;

text_value!(
    /// The name by which others see a user; not unique.
    Username, max 128, by normalise_line
);
text_value!(
    /// A first or last name.
    PersonalName, max 128, by normalise_line
);

/// A user's number at Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TelegramId(pub i64);

/// A password as somebody chose it; it is hashed and forgotten.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

/// The text cannot serve as a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPassword {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than anybody types; bounded because hashing costs time.
    #[error("must be at most {max} bytes", max = NewPassword::MAX)]
    TooLong,
}

impl NewPassword {
    /// The most bytes of a password.
    pub const MAX: usize = 1024;

    /// Checks a password; no letter of it is changed.
    ///
    /// # Errors
    /// [`InvalidPassword`] when it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidPassword> {
        match text.len() {
            0 => Err(InvalidPassword::Empty),
            1..=Self::MAX => Ok(Self(text.to_owned())),
            _ => Err(InvalidPassword::TooLong),
        }
    }

    /// The password, for the hasher.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(..)")
    }
}

/// A password's hash as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes over a hash that a hasher made.
    #[must_use]
    pub const fn from_phc(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the hasher and for storage.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// Whether a user may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Welcome.
    Active,
    /// Shut out by an administrator.
    Disabled {
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// Somebody who uses the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// Where mail reaches them; one user per address.
    pub email: Option<EmailAddress>,
    /// Their Telegram account; one user per account.
    pub telegram: Option<TelegramId>,
    /// How others see them.
    pub username: Username,
    /// First name, if they gave one.
    pub first_name: Option<PersonalName>,
    /// Last name, if they gave one.
    pub last_name: Option<PersonalName>,
    /// The language they chose, if they did.
    pub language: Option<Language>,
    /// What they may do.
    pub role: Role,
    /// Whether they may come in.
    pub standing: Standing,
    /// The hash of their password, if they have one.
    pub password: Option<PasswordHash>,
    /// When they joined.
    pub created_at: DateTime<Utc>,
    /// When they last changed something here.
    pub updated_at: DateTime<Utc>,
}

impl User {
    /// Welcomes somebody who registers with an e-mail address and a password.
    #[must_use]
    pub fn register(
        id: UserId,
        email: EmailAddress,
        username: Username,
        password: PasswordHash,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            email: Some(email),
            password: Some(password),
            ..Self::newcomer(id, username, now)
        }
    }

    /// Welcomes somebody who comes by Telegram.
    #[must_use]
    pub fn from_telegram(
        id: UserId,
        telegram: TelegramId,
        username: Username,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            telegram: Some(telegram),
            ..Self::newcomer(id, username, now)
        }
    }

    fn newcomer(id: UserId, username: Username, now: DateTime<Utc>) -> Self {
        Self {
            id,
            email: None,
            telegram: None,
            username,
            first_name: None,
            last_name: None,
            language: None,
            role: Role::User,
            standing: Standing::Active,
            password: None,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether they may come in and are an administrator.
    #[must_use]
    pub const fn may_administer(&self) -> bool {
        matches!(self.role, Role::Admin) && self.is_active()
    }

    /// Whether the user may come in.
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self.standing, Standing::Active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_typed_within_bounds() {
        assert_eq!(NewPassword::parse(" a ").unwrap().reveal(), " a ");
        assert_eq!(NewPassword::parse(""), Err(InvalidPassword::Empty));
        assert!(NewPassword::parse(&"x".repeat(1024)).is_ok());
        assert_eq!(
            NewPassword::parse(&"x".repeat(1025)),
            Err(InvalidPassword::TooLong)
        );
    }

    #[test]
    fn secrets_are_not_printed_by_accident() {
        let password = NewPassword::parse("swordfish").unwrap();
        let hash = PasswordHash::from_phc("$argon2id$x".into());
        assert!(!format!("{password:?}{hash:?}").contains("swordfish"));
        assert!(!format!("{hash:?}").contains("argon"));
    }
}
