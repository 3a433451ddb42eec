//! What shows that somebody has read a mail: a secret that was in it.
use super::UserId;
use chrono::{DateTime, Duration, Utc};
use std::{fmt, str::FromStr};

/// What somebody may do who shows a token out of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MailTokenPurpose {
    /// Say that the address is theirs.
    VerifyEmail,
    /// Choose a new password without knowing the old one.
    ResetPassword,
}

/// A token is for nothing of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a token of a mail is for nothing called `{0}`")]
pub struct UnknownMailTokenPurpose(pub String);

impl MailTokenPurpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::VerifyEmail, Self::ResetPassword];

    /// Its name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
        }
    }

    /// How long a token is good. Whoever reads mails of somebody else must come soon.
    #[must_use]
    pub const fn life(self) -> Duration {
        match self {
            Self::VerifyEmail => Duration::days(3),
            Self::ResetPassword => Duration::minutes(30),
        }
    }
}

impl FromStr for MailTokenPurpose {
    type Err = UnknownMailTokenPurpose;
    fn from_str(name: &str) -> Result<Self, UnknownMailTokenPurpose> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.name() == name)
            .ok_or_else(|| UnknownMailTokenPurpose(name.to_owned()))
    }
}

/// The digest under which a token is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailTokenDigest(pub [u8; 32]);

impl fmt::Debug for MailTokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailTokenDigest(..)")
    }
}

/// A token that goes out by mail. A user has one for each purpose: a newer one takes the place of the
/// one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailToken {
    /// Whose it is.
    pub user: UserId,
    /// What it is for.
    pub purpose: MailTokenPurpose,
    /// What is stored of it.
    pub digest: MailTokenDigest,
    /// When it was made.
    pub issued_at: DateTime<Utc>,
    /// From when on it is worth nothing.
    pub expires_at: DateTime<Utc>,
    /// When a server took the mail; not before, so that a mail that is tried again gets a new token.
    pub sent_at: Option<DateTime<Utc>>,
}

impl MailToken {
    /// How long nobody is sent a second mail of the same purpose, however often somebody asks.
    pub const REST: Duration = Duration::minutes(1);

    /// Makes a token.
    #[must_use]
    pub fn issue(
        user: UserId,
        purpose: MailTokenPurpose,
        digest: MailTokenDigest,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            user,
            purpose,
            digest,
            issued_at: now,
            expires_at: now + purpose.life(),
            sent_at: None,
        }
    }

    /// Whether it was sent so shortly ago that another one has to wait.
    #[must_use]
    pub fn rests(&self, now: DateTime<Utc>) -> bool {
        self.sent_at.is_some_and(|sent| now < sent + Self::REST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::Id;
    use uuid::Uuid;

    #[test]
    fn purposes_round_trip_and_others_are_refused() {
        for purpose in MailTokenPurpose::ALL {
            assert_eq!(purpose.name().parse(), Ok(purpose));
        }
        assert!("sign_in".parse::<MailTokenPurpose>().is_err());
    }

    #[test]
    fn a_token_rests_for_a_minute_once_it_was_sent() {
        let now = DateTime::UNIX_EPOCH;
        let user = Id::from_uuid(Uuid::from_u128(1));
        let digest = MailTokenDigest([7; 32]);
        let mut token = MailToken::issue(user, MailTokenPurpose::ResetPassword, digest, now);
        assert_eq!(token.expires_at, now + Duration::minutes(30));
        assert!(!token.rests(now), "what was not sent may be tried again");
        token.sent_at = Some(now);
        assert!(token.rests(now + Duration::seconds(59)));
        assert!(!token.rests(now + Duration::seconds(60)));
        assert!(!format!("{token:?}").contains("7, 7"));
    }
}
