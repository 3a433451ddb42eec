//! Where a job is in its life.
use std::{fmt, str::FromStr};

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// Nobody runs it, and it will be run when it is due.
    Waiting,
    /// Somebody runs it.
    Running,
    /// It was done.
    Done,
    /// It was tried as often as it may be, or there is no use in trying; only an administrator makes
    /// it wait again.
    Failed,
    /// Somebody called it off.
    Cancelled,
}

/// There is no state of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `waiting`, `running`, `done`, `failed`, `cancelled`, got `{0}`")]
pub struct UnknownJobState(pub String);

impl JobState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl FromStr for JobState {
    type Err = UnknownJobState;
    fn from_str(name: &str) -> Result<Self, UnknownJobState> {
        Self::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| UnknownJobState(name.to_owned()))
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for state in JobState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        assert!("Waiting".parse::<JobState>().is_err());
    }
}
