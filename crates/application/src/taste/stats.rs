//! A user looks back at what they saw.
use crate::{
    catalogue::{
        ports::FilmQueries,
        views::{Credit, FlaggedFilm},
    },
    shared::{
        actor::{AccessDenied, Actor},
        failure::failure,
        store::StoreError,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, GenreId},
    identity::UserId,
    taste::{DiaryYear, Rating},
};
use shaku::{Component, Interface};
use std::sync::Arc;
use tracing::instrument;

/// What stands in a diary about one thing, such as a genre or a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally<K> {
    /// About what.
    pub what: K,
    /// How many films.
    pub films: u64,
    /// How often they were seen.
    pub viewings: u64,
    /// How many of the films are rated.
    pub ratings: u64,
    /// The mean of these ratings.
    pub mean: Option<f64>,
}

/// A diary in numbers. A film counts once, however often it was seen, and with the rating it has now.
/// Viewings of unknown date count, but in no year and no month.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// Everything together.
    pub total: Tally<()>,
    /// How many viewings were not the first of their film.
    pub rewatches: u64,
    /// How long it took in all, as far as it is known how long the films are.
    pub minutes: u64,
    /// How many films have which rating, the lowest first; those that no film has are left out.
    pub by_rating: Vec<(Rating, u64)>,
    /// By year of seeing, the newest first.
    pub by_year: Vec<Tally<i32>>,
    /// By month of seeing, as `2026-11`, the newest first.
    pub by_month: Vec<Tally<String>>,
    /// By the decade in which films came out, by its first year, the newest first.
    pub by_decade: Vec<Tally<i32>>,
    /// By genre, that of most films first.
    pub by_genre: Vec<Tally<GenreId>>,
    /// By director, those of most films first, up to [`MOST_DIRECTORS`](Self::MOST_DIRECTORS).
    pub by_director: Vec<Tally<Credit>>,
    /// By country, that of most films first.
    pub by_country: Vec<Tally<String>>,
    /// The films that they rated highest, up to [`MOST_BEST`](Self::MOST_BEST).
    pub best: Vec<FilmId>,
}

impl Stats {
    /// The most directors that are told of.
    pub const MOST_DIRECTORS: usize = 30;
    /// The most films that are told of as the best.
    pub const MOST_BEST: usize = 10;
}

/// Counts what stands in diaries.
#[async_trait]
pub trait StatsQueries: Interface {
    /// Counts a user's diary, or a year of it, by one statement.
    async fn count(&self, user: UserId, year: Option<DiaryYear>) -> Result<Stats, StoreError>;
}

/// Shows the user's diary in numbers.
#[derive(Clone, Copy, Debug)]
pub struct ShowStats {
    /// A year of it; without one, all of it.
    pub year: Option<DiaryYear>,
}

/// A diary in numbers, with the films that it names.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownStats {
    /// The numbers.
    pub stats: Stats,
    /// The films that the user rated highest.
    pub best: Vec<FlaggedFilm>,
}

/// Why no numbers were shown.
#[derive(Debug, thiserror::Error)]
pub enum StatsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(StatsError {} via Access, Store);
request!(ShowStats => ShownStats, StatsError);

#[derive(Component)]
#[shaku(interface = UseCase<ShowStats>)]
pub(crate) struct ShowStatsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn StatsQueries>,
    #[shaku(inject)]
    films: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<ShowStats> for ShowStatsUseCase {
    #[instrument(name = "taste.show_stats", skip_all)]
    async fn execute(&self, actor: &Actor, request: ShowStats) -> Result<ShownStats, StatsError> {
        let user = actor.user()?.id;
        let stats = self.queries.count(user, request.year).await?;
        let best = self.films.show_many(&stats.best, Some(user)).await?;
        Ok(ShownStats { stats, best })
    }
}
