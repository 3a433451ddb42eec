//! The vocabulary by which films are browsed.
use crate::shared::{Id, Language};

/// A genre, with its name in each language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genre {
    /// Which genre.
    pub id: GenreId,
    /// Its name in English.
    pub english: String,
    /// Its name in Russian.
    pub russian: String,
}
/// Identifies a genre.
pub type GenreId = Id<Genre>;

/// A mood for an evening, tied to the genres that suit it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mood {
    /// Which mood.
    pub id: MoodId,
    /// Its name in English.
    pub english: String,
    /// Its name in Russian.
    pub russian: String,
    /// The genres that suit it.
    pub genres: Vec<GenreId>,
}
/// Identifies a mood.
pub type MoodId = Id<Mood>;

impl Genre {
    /// Its name in one language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Russian => &self.russian,
        }
    }
}

impl Mood {
    /// Its name in one language.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        match language {
            Language::English => &self.english,
            Language::Russian => &self.russian,
        }
    }
}
