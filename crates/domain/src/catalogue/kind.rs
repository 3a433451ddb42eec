//! Films, series and anime.
use std::str::FromStr;

/// What sort of thing is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum FilmKind {
    /// A film.
    #[default]
    Movie,
    /// A series.
    Tv,
    /// Japanese animation, film or series.
    Anime,
}

/// There is no kind of film of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `movie`, `tv`, `anime`, got `{0}`")]
pub struct UnknownFilmKind(pub String);

impl FilmKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Movie, Self::Tv, Self::Anime];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Movie => "movie",
            Self::Tv => "tv",
            Self::Anime => "anime",
        }
    }
}

impl FromStr for FilmKind {
    type Err = UnknownFilmKind;
    fn from_str(name: &str) -> Result<Self, UnknownFilmKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownFilmKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_others_are_refused() {
        for kind in FilmKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert_eq!(
            "Movie".parse::<FilmKind>(),
            Err(UnknownFilmKind("Movie".into()))
        );
    }
}
