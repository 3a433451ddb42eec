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
    /// Longer than a request can carry.
    #[error("must be at most {max} bytes", max = NewPassword::MAX)]
    TooLong,
}

impl NewPassword {
    /// The most bytes of a password: as many as a request can carry, because clients were promised no
    /// bound. Hashing a long one costs hardly more than a short one.
    pub const MAX: usize = 128 * 1024;

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

/// Telegram is the only way by which the user comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Telegram is the only way to sign in; set an e-mail address and a password first")]
pub struct LastWayIn;

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

/// What a user changes about what they say of themselves; `None` leaves a thing as it is,
/// `Some(None)` clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// How others see them.
    pub username: Option<Username>,
    /// First name.
    pub first_name: Option<Option<PersonalName>>,
    /// Last name.
    pub last_name: Option<Option<PersonalName>>,
    /// The language they prefer.
    pub language: Option<Option<Language>>,
}

/// Somebody who uses the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Who it is.
    pub id: UserId,
    /// Where mail reaches them; one user per address.
    pub email: Option<EmailAddress>,
    /// When they showed that they read what is sent there, if they did.
    pub email_verified_at: Option<DateTime<Utc>>,
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
            email_verified_at: None,
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

    /// Changes what the user says of themselves.
    pub fn revise(&mut self, change: ProfileChange, now: DateTime<Utc>) {
        let ProfileChange {
            username,
            first_name,
            last_name,
            language,
        } = change;
        if let Some(username) = username {
            self.username = username;
        }
        if let Some(first_name) = first_name {
            self.first_name = first_name;
        }
        if let Some(last_name) = last_name {
            self.last_name = last_name;
        }
        if let Some(language) = language {
            self.language = language;
        }
        self.updated_at = now;
    }

    /// Replaces the password; from now on only the new one signs in.
    pub fn change_password(&mut self, password: PasswordHash, now: DateTime<Utc>) {
        self.password = Some(password);
        self.updated_at = now;
    }

    /// Takes note that the user reads what is sent to their address; the first time counts.
    pub fn confirm_email(&mut self, now: DateTime<Utc>) {
        if self.email.is_some() && self.email_verified_at.is_none() {
            self.email_verified_at = Some(now);
            self.updated_at = now;
        }
    }

    /// Ties a Telegram account to the user, by which they sign in from now on.
    pub fn link_telegram(&mut self, telegram: TelegramId, now: DateTime<Utc>) {
        self.telegram = Some(telegram);
        self.updated_at = now;
    }

    /// Unties the Telegram account, if there is one.
    ///
    /// # Errors
    /// [`LastWayIn`] when the user could not sign in any more.
    pub fn unlink_telegram(&mut self, now: DateTime<Utc>) -> Result<(), LastWayIn> {
        if self.telegram.is_none() {
            return Ok(());
        }
        if self.email.is_none() || self.password.is_none() {
            return Err(LastWayIn);
        }
        self.telegram = None;
        self.updated_at = now;
        Ok(())
    }

    /// Gives the user another role.
    pub fn grant(&mut self, role: Role, now: DateTime<Utc>) {
        self.role = role;
        self.updated_at = now;
    }

    /// Shuts the user out; somebody who is shut out already has been so since then.
    pub fn disable(&mut self, now: DateTime<Utc>) {
        if self.is_active() {
            self.standing = Standing::Disabled { since: now };
            self.updated_at = now;
        }
    }

    /// Lets the user in again.
    pub fn enable(&mut self, now: DateTime<Utc>) {
        self.standing = Standing::Active;
        self.updated_at = now;
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
        assert!(NewPassword::parse(&"x".repeat(NewPassword::MAX)).is_ok());
        assert_eq!(
            NewPassword::parse(&"x".repeat(NewPassword::MAX + 1)),
            Err(InvalidPassword::TooLong)
        );
    }

    fn a_user() -> User {
        let id = UserId::from_uuid(uuid::Uuid::nil());
        let name = Username::parse("Anna").unwrap();
        let email = EmailAddress::parse("anna@example.org").unwrap();
        let hash = PasswordHash::from_phc("$argon2id$x".into());
        User::register(id, email, name, hash, DateTime::UNIX_EPOCH)
    }

    fn later(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn a_revision_leaves_what_it_does_not_name() {
        let mut user = a_user();
        user.first_name = Some(PersonalName::parse("Anna").unwrap());
        user.last_name = Some(PersonalName::parse("Karenina").unwrap());
        let change = ProfileChange {
            first_name: Some(None),
            language: Some(Some(Language::English)),
            ..ProfileChange::default()
        };
        let before = user.clone();
        user.revise(change, later(1));
        assert_eq!(user.first_name, None);
        assert_eq!(user.language, Some(Language::English));
        assert_eq!(
            (user.username, user.last_name, user.updated_at),
            (before.username, before.last_name, later(1))
        );
    }

    #[test]
    fn an_address_is_confirmed_once_and_only_where_there_is_one() {
        let mut user = a_user();
        user.confirm_email(later(1));
        user.confirm_email(later(2));
        assert_eq!(user.email_verified_at, Some(later(1)));
        assert_eq!(user.updated_at, later(1));
        let mut nowhere = User {
            email: None,
            email_verified_at: None,
            ..user
        };
        nowhere.confirm_email(later(3));
        assert_eq!(nowhere.email_verified_at, None);
    }

    #[test]
    fn somebody_shut_out_has_been_so_since_the_first_time() {
        let mut user = a_user();
        user.disable(later(1));
        user.disable(later(2));
        assert_eq!(user.standing, Standing::Disabled { since: later(1) });
        assert_eq!(user.updated_at, later(1));
        user.enable(later(3));
        assert!(user.is_active());
        assert_eq!(user.updated_at, later(3));
    }

    #[test]
    fn telegram_is_untied_only_where_another_way_in_is_left() {
        let mut user = a_user();
        user.unlink_telegram(later(1)).unwrap();
        assert_eq!(user.updated_at, DateTime::UNIX_EPOCH);
        user.link_telegram(TelegramId(42), later(1));
        assert_eq!(user.telegram, Some(TelegramId(42)));
        let without_password = User {
            password: None,
            ..user.clone()
        };
        let without_email = User {
            email: None,
            ..user.clone()
        };
        for mut other in [without_password, without_email] {
            assert_eq!(other.unlink_telegram(later(2)), Err(LastWayIn));
            assert_eq!(other.telegram, Some(TelegramId(42)));
        }
        user.unlink_telegram(later(2)).unwrap();
        assert_eq!((user.telegram, user.updated_at), (None, later(2)));
    }

    #[test]
    fn a_granted_role_and_a_new_password_are_dated() {
        let mut user = a_user();
        user.grant(Role::Admin, later(1));
        assert_eq!((user.role, user.updated_at), (Role::Admin, later(1)));
        let hash = PasswordHash::from_phc("$argon2id$y".into());
        user.change_password(hash.clone(), later(2));
        assert_eq!((user.password, user.updated_at), (Some(hash), later(2)));
    }

    #[test]
    fn secrets_are_not_printed_by_accident() {
        let password = NewPassword::parse("swordfish").unwrap();
        let hash = PasswordHash::from_phc("$argon2id$x".into());
        assert!(!format!("{password:?}{hash:?}").contains("swordfish"));
        assert!(!format!("{hash:?}").contains("argon"));
    }
}
