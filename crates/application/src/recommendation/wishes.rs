//! What is asked for is made into a filter; what does not exist is refused.
use super::recommender::Filter;
use crate::{
    catalogue::ports::Vocabulary,
    shared::{failure::failure, store::StoreError},
};
use domain::catalogue::{FilmKind, GenreId, MoodId, ReleaseYear};

/// How long a film is, 1 to 65,535 minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes(u16);

/// The number is no length of a film.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be between 1 and {max}, got {0}", max = u16::MAX)]
pub struct MinutesOutOfRange(pub i64);

impl Minutes {
    /// The number.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.into()
    }
}

impl TryFrom<i64> for Minutes {
    type Error = MinutesOutOfRange;
    fn try_from(minutes: i64) -> Result<Self, MinutesOutOfRange> {
        u16::try_from(minutes)
            .ok()
            .filter(|minutes| *minutes > 0)
            .map(Self)
            .ok_or(MinutesOutOfRange(minutes))
    }
}

/// Which films somebody wants to be recommended; every condition must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Films, series or anime; without it, any.
    pub kind: Option<FilmKind>,
    /// Films of any of these genres; with none, of any genre.
    pub genres: Vec<GenreId>,
    /// Films that suit any of these moods; with none, whatever the mood.
    pub moods: Vec<MoodId>,
    /// Films of this year or later.
    pub year_from: Option<ReleaseYear>,
    /// Films of this year or earlier.
    pub year_to: Option<ReleaseYear>,
    /// Films of this many minutes or more.
    pub minutes_from: Option<Minutes>,
    /// Films of this many minutes or fewer.
    pub minutes_to: Option<Minutes>,
    /// Films of any of these countries; case does not count.
    pub countries: Vec<String>,
}

/// Why nothing can be found by what is asked for.
#[derive(Debug, thiserror::Error)]
pub enum WishesError {
    /// There is no such genre.
    #[error("Genre not found")]
    GenreNotFound,
    /// There is no such mood.
    #[error("Mood not found")]
    MoodNotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(WishesError {
    GenreNotFound => Invalid "catalogue.unknown_genre",
    MoodNotFound => Invalid "catalogue.unknown_mood",
} via Store);

impl Wishes {
    /// Makes a filter that lets so many films through at the most.
    ///
    /// # Errors
    /// [`WishesError`] when there is no such genre or mood.
    pub(crate) async fn filter(
        self,
        vocabulary: &dyn Vocabulary,
        most: usize,
    ) -> Result<Filter, WishesError> {
        let known = vocabulary.genres().await?;
        let is_known = |genre: &GenreId| known.iter().any(|known| known.id == *genre);
        if !self.genres.iter().all(is_known) {
            return Err(WishesError::GenreNotFound);
        }
        let known = vocabulary.moods().await?;
        let is_known = |mood: &MoodId| known.iter().any(|known| known.id == *mood);
        if !self.moods.iter().all(is_known) {
            return Err(WishesError::MoodNotFound);
        }
        Ok(Filter {
            kind: self.kind,
            genres: self.genres,
            moods: self.moods,
            year_from: self.year_from,
            year_to: self.year_to,
            minutes_from: self.minutes_from.map(Minutes::get),
            minutes_to: self.minutes_to.map(Minutes::get),
            countries: self.countries,
            ..Filter::any(most)
        })
    }
}
