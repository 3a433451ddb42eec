//! What the index reads of the database.
use application::shared::store::StoreError;
use async_trait::async_trait;
use domain::catalogue::FilmId;
use uuid::Uuid;

/// What is known of a film, in words to find it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmDocument {
    /// The film.
    pub id: FilmId,
    /// Its title.
    pub title: String,
    /// Other titles: the original one, or those of other languages.
    pub alternative_titles: Vec<String>,
    /// What it is about; empty where nobody has said.
    pub description: String,
    /// When it came out.
    pub year: Option<u16>,
    /// Who made it.
    pub directors: Vec<String>,
    /// Who plays in it.
    pub cast: Vec<String>,
    /// Its genres, in both languages.
    pub genres: Vec<String>,
    /// Where it was made.
    pub countries: Vec<String>,
    /// Words that describe it.
    pub keywords: Vec<String>,
}

/// The films of the database and their changes, which are numbered in the order in which they become
/// visible; those of long ago are forgotten, but never the newest.
#[async_trait]
pub trait FilmFeed: Send + Sync {
    /// Identifies the database, so that an index of another one is not taken for this one's.
    async fn catalogue_id(&self) -> Result<Uuid, StoreError>;
    /// The number of the newest change; 0 where there is none.
    async fn newest_change(&self) -> Result<i64, StoreError>;
    /// Lists up to `most` changes after a number, the oldest first: number and film.
    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError>;
    /// Reads films; those that are gone are missing from the answer.
    async fn documents(&self, films: &[FilmId]) -> Result<Vec<FilmDocument>, StoreError>;
    /// Reads up to `most` films after one, in the order of their identifiers.
    async fn documents_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmDocument>, StoreError>;
}
