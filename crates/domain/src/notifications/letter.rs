//! The mails that are sent.
use super::NoticeKind;
use crate::identity::MailTokenPurpose;
use std::{fmt, str::FromStr};

/// Which mail is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LetterKind {
    /// Greets somebody who has registered, and asks whether the address is theirs.
    Welcome,
    /// Asks whether the address is theirs.
    VerifyEmail,
    /// Lets them choose a new password.
    ResetPassword,
    /// Tells that the password was changed.
    PasswordChanged,
}

/// There is no mail of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown mail `{0}`")]
pub struct UnknownLetterKind(pub String);

impl LetterKind {
    /// Every mail.
    pub const ALL: [Self; 4] = [
        Self::Welcome,
        Self::VerifyEmail,
        Self::ResetPassword,
        Self::PasswordChanged,
    ];

    /// Its name in storage and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Welcome => "welcome",
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged => "password_changed",
        }
    }

    /// What kind of notice it is.
    #[must_use]
    pub const fn notice(self) -> NoticeKind {
        match self {
            Self::Welcome => NoticeKind::Welcome,
            Self::VerifyEmail | Self::ResetPassword | Self::PasswordChanged => NoticeKind::Security,
        }
    }

    /// What the token is for that goes with it, if one does.
    #[must_use]
    pub const fn token(self) -> Option<MailTokenPurpose> {
        match self {
            Self::Welcome | Self::VerifyEmail => Some(MailTokenPurpose::VerifyEmail),
            Self::ResetPassword => Some(MailTokenPurpose::ResetPassword),
            Self::PasswordChanged => None,
        }
    }

    /// Whether the mail is nothing without its token.
    #[must_use]
    pub const fn is_for_its_token(self) -> bool {
        matches!(self, Self::VerifyEmail | Self::ResetPassword)
    }
}

impl FromStr for LetterKind {
    type Err = UnknownLetterKind;
    fn from_str(name: &str) -> Result<Self, UnknownLetterKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownLetterKind(name.to_owned()))
    }
}

impl fmt::Display for LetterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for kind in LetterKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("newsletter".parse::<LetterKind>().is_err());
    }

    #[test]
    fn nobody_can_switch_off_what_is_sent_today() {
        for kind in LetterKind::ALL {
            assert!(!kind.notice().is_optional(), "{kind}");
        }
    }
}
