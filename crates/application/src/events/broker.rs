//! How the way to the broker is.
use shaku::Interface;

/// How the broker was when this process last used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerState {
    /// It has not been used yet.
    Unknown,
    /// It did what it was asked.
    Up,
    /// It did not.
    Down,
}

impl BrokerState {
    /// Its name in answers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Up => "up",
            Self::Down => "down",
        }
    }
}

/// Knows how the broker is, without asking it.
pub trait BrokerWatch: Interface {
    /// How it is, where there is one.
    fn state(&self) -> Option<BrokerState>;
}
