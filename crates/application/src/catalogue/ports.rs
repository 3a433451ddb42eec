//! What finding, showing and changing films asks of the outside world.
use super::{
    imports::ports::FilmImports,
    views::{FilmDetails, FlaggedFilm},
};
use crate::shared::{
    failure::failure,
    page::{Page, PageRequest},
    store::{Cause, StoreError},
};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        Film, FilmId, FilmKind, Genre, GenreId, Meaning, Mood, PictureFormat, PosterImage,
        PosterKey, PosterLooks, ShownPoster,
    },
    identity::UserId,
};
use shaku::Interface;
use std::{sync::Arc, time::Duration};

/// The repositories of this context, bound to one unit of work.
pub trait CatalogueStores {
    /// Films.
    fn films(&self) -> &dyn FilmRepository;
    /// Posters on their way into the poster store or out of it.
    fn obsolete_posters(&self) -> &dyn ObsoletePosterRepository;
    /// What other catalogues tell of films.
    fn imports(&self) -> &dyn FilmImports;
    /// What films mean.
    fn meanings(&self) -> &dyn MeaningRepository;
}

/// Keeps films.
#[async_trait]
pub trait FilmRepository: Send + Sync {
    /// Finds a film.
    async fn find(&self, film: FilmId) -> Result<Option<Film>, StoreError>;
    /// Adds a film. An unknown genre MUST be refused as [`StoreError::Dangling`].
    async fn insert(&self, film: &Film) -> Result<(), StoreError>;
    /// Stores a changed film. It MUST be [`StoreError::Stale`] unless what is stored has the revision
    /// before the film's.
    async fn save(&self, film: &Film) -> Result<(), StoreError>;
    /// Lists up to `most` films whose poster nobody has looked at.
    async fn list_unseen_posters(&self, most: u32) -> Result<Vec<FilmId>, StoreError>;
    /// Removes the films that a user added and that matter to nobody else, and names the posters that
    /// nobody shows any more. What somebody else has on a list, rated, saw or reviewed stays.
    async fn remove_private_films(
        &self,
        owner: UserId,
        at: DateTime<Utc>,
    ) -> Result<Vec<PosterKey>, StoreError>;
    /// Forgets changes noted before `before`, but for the newest; says how many. A search index that
    /// has not followed them is built anew.
    async fn forget_changes(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Remembers posters that are to be removed from the poster store unless a film shows them.
///
/// A poster is reserved before its bytes are stored and taken out again in the unit of work in which
/// a film comes to show it, so that whatever happens in between leaves no bytes that nobody knows of.
/// It is claimed before its bytes are removed, and from then until it is forgotten or the claim runs
/// out it can be neither reserved nor taken out, so that no film comes to show what is just going.
/// All of this MUST hold between units of work that are open at the same time.
#[async_trait]
pub trait ObsoletePosterRepository: Send + Sync {
    /// Notes posters that nobody shows any more, to be removed from `at` on; what is reserved for
    /// longer stays so.
    async fn add(&self, posters: &[PosterKey], at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Notes a poster that is about to be stored, not to be removed before `until`; `false` while it
    /// is being removed.
    async fn reserve(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Takes out a poster that a film comes to show; `false` where it is not noted or was claimed.
    async fn take_out(&self, poster: &PosterKey) -> Result<bool, StoreError>;
    /// Lists up to `most` posters that can be claimed, the oldest first.
    async fn list(&self, now: DateTime<Utc>, most: u32) -> Result<Vec<PosterKey>, StoreError>;
    /// Claims a poster for its removal; `false` where it is not noted, a film shows it, it is
    /// reserved, or somebody else has claimed it.
    async fn claim(
        &self,
        poster: &PosterKey,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Forgets a poster that is gone.
    async fn forget(&self, poster: &PosterKey) -> Result<(), StoreError>;
}

/// In which order films are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FilmOrder {
    /// By title, A to Z; articles and case do not count.
    #[default]
    Title,
    /// By title, Z to A.
    TitleDescending,
    /// By year, the oldest first.
    Year,
    /// By year, the newest first.
    YearDescending,
    /// By the time of coming into the catalogue, the newest first.
    NewestFirst,
}

/// Which films are listed; every condition must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilmFilter {
    /// Films of any of these genres.
    pub genres: Vec<GenreId>,
    /// Films of a country; case does not count.
    pub country: Option<String>,
    /// Films of this year or later.
    pub year_from: Option<i32>,
    /// Films of this year or earlier.
    pub year_to: Option<i32>,
    /// Films that a person made or plays in, by name; case and accents do not count.
    pub person: Option<String>,
    /// Films, series or anime only.
    pub kind: Option<FilmKind>,
}

/// Where in an order a film stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmKey {
    /// What the order compares first: title, year or time in microseconds.
    pub position: FilmPosition,
    /// What it compares next.
    pub film: FilmId,
}

/// What an order of films compares first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilmPosition {
    /// A title in its sorting form.
    Title(String),
    /// A year; 0 where it is not known.
    Year(i32),
    /// A time of coming into the catalogue.
    Added(DateTime<Utc>),
}

/// Reads of films. For a viewer the flags come with the same statement; what every viewer sees alike
/// may come from memory as long as its revision is the stored one.
#[async_trait]
pub trait FilmQueries: Interface {
    /// Shows one film.
    async fn show(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FlaggedFilm>, StoreError>;
    /// Shows several films, in the order given; those that do not exist are left out.
    async fn show_many(
        &self,
        films: &[FilmId],
        viewer: Option<UserId>,
    ) -> Result<Vec<FlaggedFilm>, StoreError>;
    /// Lists films.
    async fn list(
        &self,
        filter: &FilmFilter,
        order: FilmOrder,
        page: &PageRequest<FilmKey>,
        viewer: Option<UserId>,
    ) -> Result<Page<FlaggedFilm, FilmKey>, StoreError>;
    /// Shows everything that is known of a film.
    async fn show_details(
        &self,
        film: FilmId,
        viewer: Option<UserId>,
    ) -> Result<Option<FilmDetails>, StoreError>;
}

/// The genres and moods, which are the same for everybody and hardly ever change.
#[async_trait]
pub trait Vocabulary: Interface {
    /// All genres.
    async fn genres(&self) -> Result<Arc<[Genre]>, StoreError>;
    /// All moods.
    async fn moods(&self) -> Result<Arc<[Mood]>, StoreError>;
}

/// The index failed.
#[derive(Debug, thiserror::Error)]
pub enum FilmIndexError {
    /// It does not answer.
    #[error("the search index is unavailable")]
    Unavailable(#[source] Cause),
}

failure!(FilmIndexError { Unavailable => Unavailable "catalogue.index_unavailable" });

/// A film and how well one of its titles fits what was typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TitleHit {
    /// The film.
    pub film: FilmId,
    /// From 0 to 1; 1 when it is the very title.
    pub fit: f32,
}

/// A film with the titles under which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TitledFilm {
    /// The film.
    pub film: FilmId,
    /// Its titles, the one that is shown first.
    pub titles: Vec<String>,
    /// When it came out.
    pub year: Option<u16>,
}

/// How long a search may take.
pub trait SearchBudget: Interface {
    /// How long a search by title waits for sources, in all.
    fn of_a_search(&self) -> Duration;
}

/// Finds films by words. It follows the database within a second; the database is the truth.
#[async_trait]
pub trait FilmIndex: Interface {
    /// Finds films by title, best first, in spite of typos, missing articles, accents, word order and
    /// script, and while the last word is still being typed.
    async fn find_titles(&self, title: &str, most: usize) -> Result<Vec<TitleHit>, FilmIndexError>;
    /// Judges films that the index need not know yet, by the same measure and in the order given.
    fn judge(&self, title: &str, films: &[TitledFilm]) -> Vec<TitleHit>;
    /// The same films as [`find_titles`](Self::find_titles).
    async fn find_by_title(&self, title: &str, most: usize) -> Result<Vec<FilmId>, FilmIndexError> {
        let hits = self.find_titles(title, most).await?;
        Ok(hits.into_iter().map(|hit| hit.film).collect())
    }
    /// Finds films by words about them, best first; a title, if given, counts too.
    async fn find_by_description(
        &self,
        title: Option<&str>,
        description: &str,
        most: usize,
    ) -> Result<Vec<FilmId>, FilmIndexError>;
    /// Says that films have changed, so that they are read again soon.
    fn nudge(&self);
    /// Whether the index is built and answers.
    async fn check(&self) -> Result<(), FilmIndexError>;
}

/// A picture that has been decoded and found fit for a poster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its bytes as they were sent.
    pub bytes: Bytes,
    /// What they are.
    pub format: PictureFormat,
    /// Their SHA-256.
    pub sha256: [u8; 32],
    /// How the picture looks.
    pub looks: PosterLooks,
}

/// The bytes cannot serve as a poster.
#[derive(Debug, thiserror::Error)]
pub enum PictureRefused {
    /// They are not a complete JPEG, PNG or WebP picture.
    #[error("the file is not a JPEG, PNG or WebP picture")]
    NotAPicture(#[source] Cause),
    /// There are too many bytes.
    #[error("the file is larger than 10 MiB")]
    TooManyBytes,
    /// There are too many pixels.
    #[error("the picture has more than 40 megapixels")]
    TooManyPixels,
    /// Too many pictures are being decoded already.
    #[error("too many pictures are being looked at")]
    Busy,
}

failure!(PictureRefused {
    NotAPicture => Invalid "catalogue.not_a_picture",
    TooManyBytes => TooLarge "catalogue.picture_too_large",
    TooManyPixels => Invalid "catalogue.too_many_pixels",
    Busy => Unavailable "catalogue.pictures_busy",
});

/// Tells pictures by decoding them, within bounds of memory.
#[async_trait]
pub trait PictureInspector: Interface {
    /// Decodes a picture.
    async fn inspect(&self, bytes: Bytes) -> Result<Picture, PictureRefused>;
}

/// An image of a poster cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PosterImageError {
    /// Too many images are being made already.
    #[error("too many images are being made")]
    Busy,
    /// The stored poster cannot be read as a picture.
    #[error("a stored poster is no picture")]
    Broken(#[source] Cause),
    /// The poster store failed.
    #[error("the poster store is unavailable")]
    Unavailable(#[source] Cause),
}

failure!(PosterImageError {
    Busy => Unavailable "catalogue.images_busy",
    Broken => Internal "catalogue.poster_broken",
    Unavailable => Unavailable "catalogue.poster_store_unavailable",
});

/// Shows posters in sizes and formats that suit browsers.
///
/// An image is made when it is first asked for and kept in the poster store. However many ask for one
/// at the same time, it MUST be made once. An image that cannot be kept is shown all the same.
#[async_trait]
pub trait PosterImages: Interface {
    /// The bytes of a poster or of an image of it; nothing where there is no such poster.
    async fn find(&self, shown: &ShownPoster) -> Result<Option<Bytes>, PosterImageError>;
    /// Makes and keeps those images of a poster that are not kept yet; says how many, or nothing
    /// where there is no such poster.
    async fn prepare(&self, poster: &PosterKey) -> Result<Option<usize>, PosterImageError>;
}

/// The poster store failed; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum PosterStoreError {
    /// It does not answer.
    #[error("the poster store is unavailable")]
    Unavailable(#[source] Cause),
    /// It has no room for more. What is there can still be fetched.
    #[error("the poster store is full")]
    Full(#[source] Cause),
}

failure!(PosterStoreError {
    Unavailable => Unavailable "catalogue.poster_store_unavailable",
    Full => Unavailable "catalogue.poster_store_full",
});

/// Keeps the bytes of posters. A key stands for one content, so putting it twice is the same as once.
#[async_trait]
pub trait PosterStore: Interface {
    /// Stores a poster; when it has returned, the bytes survive a crash and can be fetched.
    async fn put(&self, key: &PosterKey, bytes: Bytes) -> Result<(), PosterStoreError>;
    /// The bytes of a poster, if it is there.
    async fn fetch(&self, key: &PosterKey) -> Result<Option<Bytes>, PosterStoreError>;
    /// Keeps an image beside its poster. Where the poster is gone nothing MUST be kept, even when it
    /// goes at the same time.
    async fn put_image(&self, image: &PosterImage, bytes: Bytes) -> Result<(), PosterStoreError>;
    /// The bytes of an image, if it is kept.
    async fn fetch_image(&self, image: &PosterImage) -> Result<Option<Bytes>, PosterStoreError>;
    /// Removes a poster with all its images; removing one that is not there is no error.
    async fn remove(&self, key: &PosterKey) -> Result<(), PosterStoreError>;
    /// Whether posters can be stored now.
    async fn check(&self) -> Result<(), PosterStoreError>;
}

/// A film in the words that a model puts into numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmText {
    /// Which film.
    pub film: FilmId,
    /// Its revision when it was read.
    pub revision: i64,
    /// The words.
    pub text: String,
    /// Whether these very words have their numbers already.
    pub is_known: bool,
}

/// A film with what its words mean.
#[derive(Clone, Debug, PartialEq)]
pub struct EmbeddedFilm {
    /// The film in words.
    pub film: FilmText,
    /// What they mean.
    pub meaning: Meaning,
}

/// Keeps what films mean, of each in the numbers of one model.
#[async_trait]
pub trait MeaningRepository: Send + Sync {
    /// Notes that the words of films have not changed up to these revisions.
    async fn note_unchanged(&self, films: &[FilmText]) -> Result<(), StoreError>;
    /// Stores the numbers that a model has given films. A film that is gone MUST be refused as
    /// [`StoreError::Dangling`].
    async fn save(
        &self,
        model: &str,
        films: &[EmbeddedFilm],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
}

/// Reads which films lack numbers of a model: those that have none, and those that have changed since.
#[async_trait]
pub trait MeaningQueries: Interface {
    /// How many they are.
    async fn count_lacking(&self, model: &str) -> Result<u64, StoreError>;
    /// Up to `most` of them.
    async fn list_lacking(&self, model: &str, most: u32) -> Result<Vec<FilmText>, StoreError>;
}

/// Finds films by what they mean, in the numbers of the model in use.
#[async_trait]
pub trait MeaningIndex: Interface {
    /// The films that mean most nearly the same, the nearest first. It never fails: what it does not
    /// know (yet), it does not find.
    async fn nearest(&self, meant: Meaning, most: usize) -> Vec<FilmId>;
}
