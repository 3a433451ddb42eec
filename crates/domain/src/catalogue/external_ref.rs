//! Under which name other catalogues know a film.
use std::str::FromStr;

/// A catalogue elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ExternalSource {
    /// The Movie Database; numbers.
    Tmdb,
    /// IMDb; `tt` and digits.
    Imdb,
    /// Kinopoisk; numbers.
    Kinopoisk,
    /// Wikidata; `Q` and digits.
    Wikidata,
}

/// There is no catalogue of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown film source `{0}`")]
pub struct UnknownSource(pub String);

/// A name that its catalogue would not give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not an identifier of {source_name}")]
pub struct InvalidExternalRef {
    source_name: &'static str,
    value: String,
}

/// A film's number at TMDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TmdbId(pub i64);

/// A film's name in another catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ExternalRef {
    source: ExternalSource,
    value: String,
}

impl ExternalSource {
    /// Every source.
    pub const ALL: [Self; 4] = [Self::Tmdb, Self::Imdb, Self::Kinopoisk, Self::Wikidata];

    /// Its name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tmdb => "tmdb",
            Self::Imdb => "imdb",
            Self::Kinopoisk => "kinopoisk",
            Self::Wikidata => "wikidata",
        }
    }

    const fn prefix(self) -> &'static str {
        match self {
            Self::Tmdb | Self::Kinopoisk => "",
            Self::Imdb => "tt",
            Self::Wikidata => "Q",
        }
    }
}

impl FromStr for ExternalSource {
    type Err = UnknownSource;
    fn from_str(name: &str) -> Result<Self, UnknownSource> {
        Self::ALL
            .into_iter()
            .find(|source| source.name() == name)
            .ok_or_else(|| UnknownSource(name.to_owned()))
    }
}

impl ExternalRef {
    /// Checks a name against the form that its catalogue uses.
    ///
    /// # Errors
    /// [`InvalidExternalRef`] when it has another form.
    pub fn new(source: ExternalSource, value: &str) -> Result<Self, InvalidExternalRef> {
        let digits = value.strip_prefix(source.prefix()).unwrap_or_default();
        let is_well_formed =
            (1..=12).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
        if is_well_formed {
            Ok(Self {
                source,
                value: value.to_owned(),
            })
        } else {
            Err(InvalidExternalRef {
                source_name: source.name(),
                value: value.to_owned(),
            })
        }
    }

    /// The catalogue.
    #[must_use]
    pub const fn source(&self) -> ExternalSource {
        self.source
    }

    /// The name there.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_catalogue_has_its_own_form() {
        use ExternalSource::{Imdb, Kinopoisk, Tmdb, Wikidata};
        for (source, good, bad) in [
            (Imdb, "tt0133093", "0133093"),
            (Wikidata, "Q83495", "q83495"),
            (Tmdb, "603", "tt603"),
            (Kinopoisk, "301", ""),
        ] {
            assert_eq!(ExternalRef::new(source, good).unwrap().value(), good);
            assert!(ExternalRef::new(source, bad).is_err(), "{bad}");
            assert_eq!(source.name().parse(), Ok(source));
        }
    }
}
