//! A film as files of ratings tell of it.
use crate::catalogue::{
    ExternalRef, FilmId, FilmKind, FilmTitle, GenreSlug, KnownFilm, ReleaseYear,
};

/// A film as files of ratings tell of it: enough to be recognised, or made where it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedFilm {
    /// The number by which the ratings mean it.
    pub item: i64,
    /// Its title.
    pub title: FilmTitle,
    /// Its title in the language in which it was made, where the files tell that too.
    pub original_title: Option<FilmTitle>,
    /// The year of its first release.
    pub year: Option<ReleaseYear>,
    /// Those of our genres that the files' stand for, each once.
    pub genres: Vec<GenreSlug>,
    /// Its names in other catalogues, each catalogue once.
    pub refs: Vec<ExternalRef>,
}

impl ListedFilm {
    /// The film that it becomes where the catalogue has none. It stands there by its own right: whatever
    /// source tells of it later fills gaps.
    #[must_use]
    pub fn made(self, id: FilmId) -> KnownFilm {
        KnownFilm {
            id,
            told_by: None,
            title: self.title,
            original_title: self.original_title,
            other_titles: Vec::new(),
            kind: FilmKind::Movie,
            year: self.year,
            description: None,
            genres: self.genres,
            countries: Vec::new(),
            runtime_minutes: None,
            people: Vec::new(),
            poster: None,
            ratings: Vec::new(),
            popularity: None,
            keywords: Vec::new(),
            refs: self.refs,
            provenance: Vec::new(),
            refreshed_at: None,
        }
    }
}
