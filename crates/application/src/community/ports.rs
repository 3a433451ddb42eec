//! What communities ask of the outside world.
use crate::shared::{
    failure::failure,
    store::{Cause, StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::FilmId,
    community::{
        Candidate, Community, CommunityId, CommunityName, CommunityRating, FilesDigest, ListedFilm,
    },
    taste::Rating,
};
use shaku::Interface;
use std::collections::HashMap;

/// The repository of this context, bound to one unit of work.
pub trait CommunityStores {
    /// Communities.
    fn communities(&self) -> &dyn CommunityRepository;
}

/// How many raters a community has and how many ratings they gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Raters.
    pub raters: u64,
    /// Ratings.
    pub ratings: u64,
}

/// Keeps communities. The number of statements MUST NOT depend on the number of films or ratings.
#[async_trait]
pub trait CommunityRepository: Send + Sync {
    /// Finds a community. Nobody else changes it until the unit of work ends.
    async fn find(&self, name: &CommunityName) -> Result<Option<Community>, StoreError>;
    /// A number that no community has.
    async fn free_id(&self) -> Result<CommunityId, StoreError>;
    /// Stores a community.
    async fn save(&self, community: &Community) -> Result<(), StoreError>;
    /// Which of our films each film of a community is.
    async fn films(&self, community: CommunityId) -> Result<HashMap<i64, FilmId>, StoreError>;
    /// Finds all films of the catalogue that one of these might be: known by one of its names in other
    /// catalogues, or by one of its own titles. A film that a user owns is none.
    async fn candidates(&self, listed: &[ListedFilm]) -> Result<Vec<Candidate>, StoreError>;
    /// Notes which of our films films of a community are.
    async fn note_films(
        &self,
        community: CommunityId,
        films: &[(i64, FilmId)],
    ) -> Result<(), StoreError>;
    /// Stores ratings, no two of them by one rater of one film. One that is there is replaced when an
    /// earlier round stored it or when it is not newer.
    async fn add_ratings(
        &self,
        community: &Community,
        ratings: &[CommunityRating],
    ) -> Result<(), StoreError>;
    /// Removes ratings that only earlier rounds told, counts the others, and keeps for each film how
    /// many there are and what they come to.
    async fn settle(&self, community: &Community) -> Result<Counted, StoreError>;
    /// Forgets what was counted for each film.
    async fn forget_totals(&self, community: CommunityId) -> Result<(), StoreError>;
    /// Removes the ratings of some raters, up to `most` raters; says whether there were any.
    async fn remove_ratings(&self, community: CommunityId, most: u32) -> Result<bool, StoreError>;
    /// Removes a community that has no ratings left.
    async fn remove(&self, community: CommunityId) -> Result<(), StoreError>;
}

/// Reads of this context.
#[async_trait]
pub trait CommunityQueries: Interface {
    /// All communities, by name.
    async fn list(&self) -> Result<Vec<Community>, StoreError>;
}

/// A rating as files tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FiledRating {
    /// Which rater.
    pub rater: i64,
    /// Of which film of the files.
    pub item: i64,
    /// How much they liked it.
    pub rating: Rating,
    /// When they said so.
    pub rated_at: DateTime<Utc>,
}

/// What files hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    /// By which the same files are told from others.
    pub digest: FilesDigest,
    /// Their films.
    pub films: Vec<ListedFilm>,
    /// How many ratings there are.
    pub ratings: u64,
}

/// Files of ratings that are not as they should be.
#[derive(Debug, thiserror::Error)]
pub enum BadFiles {
    /// A file is missing.
    #[error("there is no {0}")]
    Missing(String),
    /// A file cannot be read.
    #[error("{file} cannot be read")]
    Unreadable {
        /// Which file.
        file: String,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// A line tells something that cannot be.
    #[error("{file}, line {line}: {what}")]
    BadLine {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// They are no longer what they were a moment ago.
    #[error("the files have changed while they were read")]
    Changed,
}

failure!(BadFiles {
    Missing => Invalid "community.file_missing",
    Unreadable => Invalid "community.file_unreadable",
    BadLine => Invalid "community.bad_line",
    Changed => Conflict "community.files_changed",
});

/// Files that tell of a community. They are read as a stream; what is held of them in memory MUST NOT
/// grow with the number of ratings.
#[async_trait]
pub trait RatingFiles: Send + Sync {
    /// Reads everything once, and finds whatever is wrong with it.
    async fn survey(&self) -> Result<Survey, BadFiles>;
    /// Reads the ratings from the one after the first `after` on, in the order of the files.
    fn ratings(&self, after: u64) -> Box<dyn RatingPortions>;
}

/// Ratings, portion by portion.
#[async_trait]
pub trait RatingPortions: Send {
    /// The next some thousand; nothing after the last.
    async fn next(&mut self) -> Result<Option<Vec<FiledRating>>, BadFiles>;
}
