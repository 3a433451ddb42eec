//! How far a user is with a film.
use crate::{catalogue::FilmId, identity::UserId};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// How far somebody is with a film or a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// They want to see it.
    Planned,
    /// They are seeing it.
    Watching,
    /// They have seen it to the end.
    Completed,
    /// They gave up.
    Dropped,
}

/// There is no progress of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `planned`, `watching`, `completed`, `dropped`, got `{0}`")]
pub struct UnknownProgress(pub String);

impl Progress {
    /// Every progress, in the order of time.
    pub const ALL: [Self; 4] = [
        Self::Planned,
        Self::Watching,
        Self::Completed,
        Self::Dropped,
    ];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Watching => "watching",
            Self::Completed => "completed",
            Self::Dropped => "dropped",
        }
    }
}

impl FromStr for Progress {
    type Err = UnknownProgress;
    fn from_str(name: &str) -> Result<Self, UnknownProgress> {
        let mut all = Self::ALL.into_iter();
        all.find(|progress| progress.name() == name)
            .ok_or_else(|| UnknownProgress(name.to_owned()))
    }
}

/// How far a user is with a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmProgress {
    /// Who.
    pub user: UserId,
    /// With which film.
    pub film: FilmId,
    /// How far.
    pub state: Progress,
    /// Since when.
    pub updated_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for progress in Progress::ALL {
            assert_eq!(progress.name().parse(), Ok(progress));
        }
        assert!("seen".parse::<Progress>().is_err());
    }
}
