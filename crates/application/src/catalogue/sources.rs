//! What other catalogues tell of films, asked one after the other until one answers.
//!
//! Nothing here is ever needed: without a source, and with every source down, the local catalogue
//! answers.
use crate::shared::{failure::failure, store::Cause};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{ExternalRef, GenreSlug, SourceName, SourceRef, SourcedFilm},
    shared::Language,
};
use shaku::Interface;
use std::{str::FromStr, time::Duration};

/// A source does not tell what it was asked.
///
/// That a source knows no such film is an answer, not one of these.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It has not been set up.
    #[error("no such source of films is configured")]
    NotConfigured,
    /// It does not answer, or not in time, or has failed so often that it is left alone for a while.
    #[error("the source of films is unavailable")]
    Unavailable(#[source] Cause),
    /// It has told as much as it tells in a day.
    #[error("the quota of the source of films is spent until {until}")]
    QuotaSpent {
        /// When it tells more.
        until: DateTime<Utc>,
    },
    /// It does not take our key.
    #[error("the source of films refuses the key")]
    Refused,
    /// It answers what cannot be understood.
    #[error("the source of films answers what cannot be understood")]
    Malformed(#[source] Cause),
}

failure!(SourceError {
    NotConfigured => Conflict "catalogue.source_not_configured",
    Unavailable => Unavailable "catalogue.source_unavailable",
    QuotaSpent => Unavailable "catalogue.source_quota_spent",
    Refused => Unavailable "catalogue.source_refused",
    Malformed => Unavailable "catalogue.source_malformed",
});

/// A list that a source keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceList {
    /// What most people like, the best known first.
    Popular,
    /// What has come out lately, the newest first.
    New,
    /// What people look at these days.
    Trending,
    /// What has been changed within a day; only the places of the films are told.
    Changed,
}

impl SourceList {
    /// Every list.
    pub const ALL: [Self; 4] = [Self::Popular, Self::New, Self::Trending, Self::Changed];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Popular => "popular",
            Self::New => "new",
            Self::Trending => "trending",
            Self::Changed => "changed",
        }
    }
}

/// There is no list of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `popular`, `new`, `trending`, `changed`, got `{0}`")]
pub struct UnknownSourceList(pub String);

impl FromStr for SourceList {
    type Err = UnknownSourceList;
    fn from_str(name: &str) -> Result<Self, UnknownSourceList> {
        Self::ALL
            .into_iter()
            .find(|list| list.name() == name)
            .ok_or_else(|| UnknownSourceList(name.to_owned()))
    }
}

/// What the sources found within the time they had.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceAnswer {
    /// The films, in the order of the source, each of them [`Brief`](domain::catalogue::Depth).
    pub films: Vec<SourcedFilm>,
    /// The sources that answered, whether or not they knew anything.
    pub answered_by: Vec<SourceName>,
    /// Whether a source that might know more had no time or was out of order, so that asking again
    /// later makes sense.
    pub is_owed: bool,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourcePage {
    /// Its films, each of them [`Brief`](domain::catalogue::Depth).
    pub films: Vec<SourcedFilm>,
    /// Films of which only the place is told.
    pub places: Vec<SourceRef>,
    /// How many pages the list has.
    pub pages: u32,
}

/// A genre as a source numbers and calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedGenre {
    /// Its number there.
    pub number: u32,
    /// Its name there.
    pub name: String,
    /// Our genre that it stands for, if there is one.
    pub slug: Option<GenreSlug>,
}

/// What a circuit breaker does with calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// It lets them through.
    Closed,
    /// It lets a few through, to see whether the source is well again.
    HalfOpen,
    /// It lets none through.
    Open,
}

impl BreakerState {
    /// Its name, for people and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::HalfOpen => "half_open",
            Self::Open => "open",
        }
    }
}

/// How a source is, as far as this process knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// Which source.
    pub source: SourceName,
    /// What its circuit breaker does.
    pub breaker: BreakerState,
    /// How many requests are left of today's quota, where the source has one.
    pub quota_left: Option<u32>,
    /// Until when its quota is spent, if it is.
    pub quota_spent_until: Option<DateTime<Utc>>,
    /// Whether it refuses the key.
    pub is_refused: bool,
}

impl SourceState {
    /// Whether it would be asked now.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.breaker != BreakerState::Open && self.quota_spent_until.is_none() && !self.is_refused
    }
}

/// Asks other catalogues. With none configured every answer comes at once.
///
/// What is kept in a cache is told again without asking; a failure never is.
#[async_trait]
pub trait FilmSources: Interface {
    /// Finds films by title: asks the sources in their order until one of them knows some, and returns
    /// within the budget, whatever happens.
    async fn search(&self, title: &str, language: Language, budget: Duration) -> SourceAnswer;
    /// Reads everything that a source tells of a film; nothing when it has no such film.
    async fn film(&self, at: &SourceRef) -> Result<Option<SourcedFilm>, SourceError>;
    /// Reads a film that the first source in order knows by one of its names. It MUST fail when none
    /// knew it and one could not be asked, so that "not there" is never said too early.
    async fn find(&self, refs: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError>;
    /// Reads one page, from 1, of a list. A list that a source does not keep has no pages.
    async fn list(
        &self,
        source: SourceName,
        list: SourceList,
        page: u32,
    ) -> Result<SourcePage, SourceError>;
    /// Reads films that a source thinks like another.
    async fn similar(&self, at: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError>;
    /// Reads a film that a source draws by lot; nothing where it does not do that.
    async fn random(&self, source: SourceName) -> Result<Option<SourcedFilm>, SourceError>;
    /// Lists the genres of a source.
    async fn genres(&self, source: SourceName) -> Result<Vec<SourcedGenre>, SourceError>;
    /// The sources that are configured, in the order in which they are asked. It asks nobody.
    fn states(&self) -> Vec<SourceState>;
}
