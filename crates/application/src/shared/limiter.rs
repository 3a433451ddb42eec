//! How often one and the same client may ask.
use async_trait::async_trait;
use domain::identity::UserId;
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

/// What is counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// Whatever a password or another secret is shown for.
    SignIn,
    /// Opening accounts.
    SignUp,
    /// Searching films.
    Search,
    /// Talking to the assistant.
    Assistant,
    /// Any other change.
    Change,
    /// Anything else that is only read.
    Read,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::SignIn,
        Self::SignUp,
        Self::Search,
        Self::Assistant,
        Self::Change,
        Self::Read,
    ];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::SignUp => "sign_up",
            Self::Search => "search",
            Self::Assistant => "assistant",
            Self::Change => "change",
            Self::Read => "read",
        }
    }

    /// Whether it guards the doors: there a client is its address, whatever token it shows, since
    /// nothing is easier than to have many accounts.
    #[must_use]
    pub const fn is_at_the_door(self) -> bool {
        matches!(self, Self::SignIn | Self::SignUp)
    }

    /// Whether instances count it together. What is asked thousands of times a second is not worth the
    /// way: it is there to protect each instance.
    #[must_use]
    pub const fn is_shared(self) -> bool {
        !matches!(self, Self::Change | Self::Read)
    }
}

/// So many in so much time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: NonZeroU32,
    /// In which time.
    pub per: Duration,
}

impl Rate {
    /// The time in which one more comes to be allowed.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.per / self.count.get()
    }
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    /// Those who come from a network: one address of the old kind, or the first half of a new one.
    Network(IpAddr),
    /// Somebody who has signed in.
    User(UserId),
}

/// How somebody stands after having asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What is allowed.
    pub rate: Rate,
    /// How many more may follow at once.
    pub left: u32,
    /// When as many are allowed again as at first.
    pub resets_in: Duration,
    /// When to come back, for somebody who has asked too often.
    pub refused_for: Option<Duration>,
}

/// Counts requests.
///
/// It MUST NOT fail: where others who count with it cannot be reached, it counts for itself.
#[async_trait]
pub trait Limiter: Send + Sync {
    /// Counts one more; nothing where there is no limit.
    async fn take(&self, what: Counted, asker: Asker) -> Option<Standing>;
}
