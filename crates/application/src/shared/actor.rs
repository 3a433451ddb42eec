//! Who asks.
use crate::shared::failure::failure;
use domain::{
    identity::{Role, SessionId, UserId},
    shared::Language,
};

/// Who asks for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody who has not signed in.
    Anonymous,
    /// A signed-in user.
    User(SignedInUser),
    /// The service itself: its timers and its operator's command line.
    System,
}

/// A user and the session in which they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedInUser {
    /// Who it is.
    pub id: UserId,
    /// What they may do.
    pub role: Role,
    /// Where they are signed in.
    pub session: SessionId,
    /// The language they chose, if they did.
    pub language: Option<Language>,
}

/// The actor may not do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AccessDenied {
    /// Only for signed-in users.
    #[error("sign in first")]
    NotSignedIn,
    /// Only for the service itself.
    #[error("only the operator of the service may do this")]
    NotOperator,
    /// Only for administrators.
    #[error("only an administrator may do this")]
    NotAdmin,
}

failure!(AccessDenied {
    NotSignedIn => Unauthenticated "identity.not_signed_in",
    NotOperator => Forbidden "identity.not_operator",
    NotAdmin => Forbidden "identity.not_admin",
});

impl Actor {
    /// The signed-in user.
    ///
    /// # Errors
    /// [`AccessDenied::NotSignedIn`] for everybody else.
    pub const fn user(&self) -> Result<SignedInUser, AccessDenied> {
        match self {
            Self::User(user) => Ok(*user),
            Self::Anonymous | Self::System => Err(AccessDenied::NotSignedIn),
        }
    }

    /// Whose flags are shown beside films, if anybody's.
    #[must_use]
    pub const fn viewer(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user.id),
            Self::Anonymous | Self::System => None,
        }
    }

    /// Lets administrators pass, and the service itself.
    ///
    /// # Errors
    /// [`AccessDenied`] for everybody else.
    pub const fn ensure_admin(&self) -> Result<(), AccessDenied> {
        match self {
            Self::System => Ok(()),
            Self::Anonymous => Err(AccessDenied::NotSignedIn),
            Self::User(user) => match user.role {
                Role::Admin => Ok(()),
                Role::User => Err(AccessDenied::NotAdmin),
            },
        }
    }

    /// Lets the service itself pass.
    ///
    /// # Errors
    /// [`AccessDenied`] for everybody who came over the network.
    pub const fn ensure_operator(&self) -> Result<(), AccessDenied> {
        match self {
            Self::System => Ok(()),
            Self::Anonymous => Err(AccessDenied::NotSignedIn),
            Self::User(_) => Err(AccessDenied::NotOperator),
        }
    }
}
