//! One place where a user is signed in.
use super::UserId;
use crate::shared::{Id, normalise_line, text_value};
use chrono::{DateTime, Duration, Utc};
use std::str::FromStr;

/// Identifies a session.
pub type SessionId = Id<Session>;

text_value!(
    /// What a client calls itself (its `User-Agent`), shown to the user beside the session.
    DeviceName, max 256, by normalise_line
);

/// How a session is kept up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// One long-lived token, as the first clients use it.
    LongToken,
    /// Short access tokens renewed by a rotating refresh token.
    Refreshable,
}

/// There is no kind of session of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of session `{0}`")]
pub struct UnknownSessionKind(pub String);

impl SessionKind {
    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LongToken => "long_token",
            Self::Refreshable => "refreshable",
        }
    }
}

impl FromStr for SessionKind {
    type Err = UnknownSessionKind;
    fn from_str(name: &str) -> Result<Self, UnknownSessionKind> {
        [Self::LongToken, Self::Refreshable]
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownSessionKind(name.to_owned()))
    }
}

/// A user's stay in one client, from signing in until signing out or expiry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// How it is kept up.
    pub kind: SessionKind,
    /// The client, by its own words.
    pub device: Option<DeviceName>,
    /// When the user signed in.
    pub created_at: DateTime<Utc>,
    /// When its tokens were last issued.
    pub last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl Session {
    /// Opens a session that ends by itself after `life`.
    #[must_use]
    pub fn open(
        id: SessionId,
        user: UserId,
        kind: SessionKind,
        device: Option<DeviceName>,
        life: Duration,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            user,
            kind,
            device,
            created_at: now,
            last_used_at: now,
            expires_at: now + life,
        }
    }

    /// Whether the session has not ended by itself yet.
    #[must_use]
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        now < self.expires_at
    }

    /// Notes that new tokens were issued, which also puts the end off to `life` from now.
    pub fn renew(&mut self, life: Duration, now: DateTime<Utc>) {
        self.last_used_at = now;
        self.expires_at = now + life;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_session_ends_by_itself_unless_it_is_renewed() {
        let start = DateTime::UNIX_EPOCH;
        let day = Duration::days(1);
        let mut session = Session::open(
            Id::from_uuid(Uuid::from_u128(1)),
            Id::from_uuid(Uuid::from_u128(2)),
            SessionKind::Refreshable,
            None,
            day,
            start,
        );
        assert!(session.is_open(start));
        assert!(!session.is_open(start + day));
        session.renew(day, start + day / 2);
        assert!(session.is_open(start + day));
    }

    #[test]
    fn kinds_round_trip() {
        for kind in [SessionKind::LongToken, SessionKind::Refreshable] {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("cookie".parse::<SessionKind>().is_err());
    }
}
