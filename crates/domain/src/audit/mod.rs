//! What is remembered of who came in, and of what administrators did.
mod network_prefix;

pub use network_prefix::{NetworkPrefix, UnknownNetworkPrefix};

use crate::{
    identity::{DeviceName, Opener, Role, UserId},
    shared::Id,
};
use chrono::{DateTime, Utc};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Identifies an entry.
pub type EntryId = Id<Entry>;

/// Something that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Somebody signed in by their password.
    SignedIn,
    /// Somebody signed in by Telegram.
    SignedInByTelegram,
    /// Somebody changed their password.
    PasswordChanged,
    /// An account was opened for somebody.
    UserCreated,
    /// Somebody was made an administrator.
    MadeAdmin,
    /// Somebody was made a user like others.
    MadeUser,
    /// Somebody was shut out.
    UserDisabled,
    /// Somebody was let in again.
    UserEnabled,
    /// Somebody's account was deleted.
    UserDeleted,
    /// Films were ordered from a source.
    FilmsOrdered,
    /// A job was called off.
    JobCancelled,
    /// A job was tried again.
    JobRetried,
}

/// No act has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be one of {known}, got `{got}`", known = names())]
pub struct UnknownAct {
    got: String,
}

fn names() -> String {
    Act::ALL.map(|act| format!("`{act}`")).join(", ")
}

impl Act {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::SignedIn,
        Self::SignedInByTelegram,
        Self::PasswordChanged,
        Self::UserCreated,
        Self::MadeAdmin,
        Self::MadeUser,
        Self::UserDisabled,
        Self::UserEnabled,
        Self::UserDeleted,
        Self::FilmsOrdered,
        Self::JobCancelled,
        Self::JobRetried,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedInByTelegram => "signed_in_by_telegram",
            Self::PasswordChanged => "password_changed",
            Self::UserCreated => "user_created",
            Self::MadeAdmin => "made_admin",
            Self::MadeUser => "made_user",
            Self::UserDisabled => "user_disabled",
            Self::UserEnabled => "user_enabled",
            Self::UserDeleted => "user_deleted",
            Self::FilmsOrdered => "films_ordered",
            Self::JobCancelled => "job_cancelled",
            Self::JobRetried => "job_retried",
        }
    }

    /// Granting a role.
    #[must_use]
    pub const fn granting(role: Role) -> Self {
        match role {
            Role::Admin => Self::MadeAdmin,
            Role::User => Self::MadeUser,
        }
    }

    /// Whether it belongs to whoever did it: it is shown to them, and forgotten with their account.
    #[must_use]
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::SignedIn | Self::SignedInByTelegram | Self::PasswordChanged
        )
    }
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Act {
    type Err = UnknownAct;
    fn from_str(name: &str) -> Result<Self, UnknownAct> {
        let mut all = Self::ALL.into_iter();
        all.find(|act| act.name() == name)
            .ok_or_else(|| UnknownAct {
                got: name.to_owned(),
            })
    }
}

/// What was done, by whom, on what, and from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its identifier; later ones are greater.
    pub id: EntryId,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub act: Act,
    /// Who; nobody where it was the operator at the command line.
    pub by: Option<UserId>,
    /// On which user, film or job.
    pub on: Option<Uuid>,
    /// From which network.
    pub network: Option<NetworkPrefix>,
    /// What the client called itself.
    pub device: Option<DeviceName>,
}

impl Entry {
    /// Somebody did something about their own account. Of their address only the network is kept.
    #[must_use]
    pub fn personal(id: EntryId, act: Act, user: UserId, from: Opener, at: DateTime<Utc>) -> Self {
        Self {
            id,
            at,
            act,
            by: Some(user),
            on: None,
            network: from.address.map(NetworkPrefix::of),
            device: from.device,
        }
    }

    /// An administrator, or the operator, did something.
    #[must_use]
    pub fn administrative(
        id: EntryId,
        act: Act,
        by: Option<UserId>,
        on: Option<Uuid>,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            at,
            act,
            by,
            on,
            network: None,
            device: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_read_by_their_names() {
        for act in Act::ALL {
            assert_eq!(act.name().parse(), Ok(act));
        }
        let unknown = "peeked".parse::<Act>().unwrap_err().to_string();
        assert!(unknown.contains("`signed_in`") && unknown.ends_with("got `peeked`"));
    }

    #[test]
    fn of_an_address_only_the_network_is_kept() {
        let from = Opener {
            device: None,
            address: Some("203.0.113.7".parse().unwrap()),
        };
        let (id, user) = (Id::from_uuid(Uuid::nil()), Id::from_uuid(Uuid::nil()));
        let entry = Entry::personal(id, Act::SignedIn, user, from, DateTime::UNIX_EPOCH);
        assert_eq!(entry.network.unwrap().to_string(), "203.0.113.0/24");
    }
}
