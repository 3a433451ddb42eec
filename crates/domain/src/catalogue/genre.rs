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

/// The name of a genre that no language changes: small letters, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GenreSlug(String);

/// The text cannot name a genre.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a genre")]
pub struct InvalidGenreSlug(pub String);

impl GenreSlug {
    /// The most characters that it holds.
    pub const MAX: usize = 64;

    /// Checks a name; whether there is such a genre is not asked here.
    ///
    /// # Errors
    /// [`InvalidGenreSlug`] with the text.
    pub fn parse(text: &str) -> Result<Self, InvalidGenreSlug> {
        let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if (1..=Self::MAX).contains(&text.len()) && text.bytes().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidGenreSlug(text.to_owned()))
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_plain() {
        assert_eq!(
            GenreSlug::parse("martial-arts").unwrap().as_str(),
            "martial-arts"
        );
        for bad in ["", "Drama", "sci fi", "драма", &"a".repeat(65)] {
            assert!(GenreSlug::parse(bad).is_err(), "{bad}");
        }
    }
}
