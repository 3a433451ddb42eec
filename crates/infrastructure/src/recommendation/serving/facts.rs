//! What is known of films, as it is read.
use domain::catalogue::{CreditRole, FilmId, FilmKind, GenreId, PersonId};

/// The facts of a film that recommending goes by.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmFacts {
    /// Which film.
    pub id: FilmId,
    /// Film, series or anime.
    pub kind: FilmKind,
    /// The year of its release.
    pub year: Option<i32>,
    /// How long it is.
    pub minutes: Option<u16>,
    /// How much it is talked of, as a source says; 0 where none does.
    pub popularity: f64,
    /// Its genres.
    pub genres: Vec<GenreId>,
    /// Who made it and plays in it, the first named first.
    pub people: Vec<Credit>,
    /// Where it was made, folded.
    pub countries: Vec<String>,
    /// Words that describe it, in small letters.
    pub keywords: Vec<String>,
}

/// A person's part in a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Credit {
    /// Who.
    pub person: PersonId,
    /// As what.
    pub role: CreditRole,
}

impl FilmFacts {
    /// A film of which nothing more is known.
    #[must_use]
    pub const fn bare(id: FilmId, kind: FilmKind) -> Self {
        Self {
            id,
            kind,
            year: None,
            minutes: None,
            popularity: 0.0,
            genres: Vec::new(),
            people: Vec::new(),
            countries: Vec::new(),
            keywords: Vec::new(),
        }
    }
}
