//! What another catalogue says of a film, before it becomes one of ours.
//!
//! Everything here has been read tolerantly and then checked: what a source gets wrong is left out, so
//! that a [`SourcedFilm`] is either fit for the catalogue or not there at all.
use super::{
    CountryName, ExternalRef, ExternalSource, FilmDescription, FilmKind, FilmTitle, GenreSlug,
    PersonName, ReleaseYear,
};
use crate::shared::Language;
use std::{fmt, str::FromStr};

/// A service that films are fetched from. Two services may describe the same catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SourceName {
    /// The Movie Database, version 3 of its API.
    Tmdb,
    /// Kinopoisk by way of kinopoiskapiunofficial.tech.
    KinopoiskUnofficial,
    /// Kinopoisk by way of kinopoisk.dev.
    KinopoiskDev,
}

/// There is no service of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of `tmdb`, `kinopoisk_unofficial`, `kinopoisk_dev`, got `{0}`")]
pub struct UnknownSourceName(pub String);

impl SourceName {
    /// Every service.
    pub const ALL: [Self; 3] = [Self::Tmdb, Self::KinopoiskUnofficial, Self::KinopoiskDev];

    /// Its name in settings, in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tmdb => "tmdb",
            Self::KinopoiskUnofficial => "kinopoisk_unofficial",
            Self::KinopoiskDev => "kinopoisk_dev",
        }
    }

    /// The catalogue whose numbers it uses.
    #[must_use]
    pub const fn catalogue(self) -> ExternalSource {
        match self {
            Self::Tmdb => ExternalSource::Tmdb,
            Self::KinopoiskUnofficial | Self::KinopoiskDev => ExternalSource::Kinopoisk,
        }
    }
}

impl FromStr for SourceName {
    type Err = UnknownSourceName;
    fn from_str(name: &str) -> Result<Self, UnknownSourceName> {
        Self::ALL
            .into_iter()
            .find(|source| source.name() == name)
            .ok_or_else(|| UnknownSourceName(name.to_owned()))
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a service keeps a film.
///
/// Kinopoisk numbers everything in one row, so its films are plain numbers. TMDB counts films and
/// series apart: the same number may stand for one of each, hence `movie/603` and `tv/1399`.
///
/// ```
/// use domain::catalogue::{SourceName, SourceRef};
///
/// let matrix = SourceRef::new(SourceName::Tmdb, "movie/603")?;
/// assert_eq!(matrix.id(), "movie/603");
/// assert!(SourceRef::new(SourceName::Tmdb, "603").is_err());
/// assert!(SourceRef::new(SourceName::KinopoiskDev, "301").is_ok());
/// # Ok::<(), domain::catalogue::InvalidSourceRef>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceRef {
    source: SourceName,
    id: String,
}

/// No film of the service can have this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{id}` is not the place of a film at {source_name}")]
pub struct InvalidSourceRef {
    source_name: SourceName,
    id: String,
}

impl SourceRef {
    const TMDB_FILM: &'static str = "movie/";
    const TMDB_SERIES: &'static str = "tv/";

    /// Checks a name against the form that the service uses.
    ///
    /// # Errors
    /// [`InvalidSourceRef`] when it has another form.
    pub fn new(source: SourceName, id: &str) -> Result<Self, InvalidSourceRef> {
        let number = match source {
            SourceName::Tmdb => id
                .strip_prefix(Self::TMDB_FILM)
                .or_else(|| id.strip_prefix(Self::TMDB_SERIES)),
            SourceName::KinopoiskUnofficial | SourceName::KinopoiskDev => Some(id),
        };
        let is_number = |text: &str| {
            (1..=12).contains(&text.len())
                && !text.starts_with('0')
                && text.bytes().all(|digit| digit.is_ascii_digit())
        };
        if number.is_some_and(is_number) {
            Ok(Self {
                source,
                id: id.to_owned(),
            })
        } else {
            Err(InvalidSourceRef {
                source_name: source,
                id: id.to_owned(),
            })
        }
    }

    /// The service.
    #[must_use]
    pub const fn source(&self) -> SourceName {
        self.source
    }

    /// The film's name there.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The film's name in the catalogue that the service describes. A series of TMDB has none,
    /// because there its number alone could be mistaken for a film's.
    #[must_use]
    pub fn external_ref(&self) -> Option<ExternalRef> {
        let number = match self.source {
            SourceName::Tmdb => self.id.strip_prefix(Self::TMDB_FILM)?,
            SourceName::KinopoiskUnofficial | SourceName::KinopoiskDev => &self.id,
        };
        ExternalRef::new(self.source.catalogue(), number).ok()
    }

    /// Where a service keeps the film that a catalogue knows by this name, if it can be told without
    /// asking.
    #[must_use]
    pub fn of_external(source: SourceName, film: &ExternalRef) -> Option<Self> {
        if source.catalogue() != film.source() {
            return None;
        }
        match source {
            SourceName::Tmdb => {
                Self::new(source, &format!("{}{}", Self::TMDB_FILM, film.value())).ok()
            }
            SourceName::KinopoiskUnofficial | SourceName::KinopoiskDev => {
                Self::new(source, film.value()).ok()
            }
        }
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.source, self.id)
    }
}

/// A description, with the language in which it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedText {
    /// The text.
    pub text: FilmDescription,
    /// Its language.
    pub language: Language,
}

/// What somebody did for a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CreditRole {
    /// Directed it.
    Director,
    /// Plays in it.
    Cast,
}

/// Somebody who made a film or plays in it, as a source names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcedPerson {
    /// The name to show.
    pub name: PersonName,
    /// The name in another script, where the source has one.
    pub other_name: Option<PersonName>,
    /// What they did.
    pub role: CreditRole,
    /// Their place among those who did the same, from 0.
    pub position: u16,
    /// Their number in the source's catalogue; people are numbered apart from films.
    pub reference: Option<ExternalRef>,
}

/// What the users of a source think of a film.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceRating {
    mean: f64,
    votes: u32,
}

impl SourceRating {
    /// A mean of at most 10 over at least one vote; anything else is no rating. Nobody can give less than
    /// a half, so that 0 is how sources say that there is none.
    #[must_use]
    pub fn new(mean: f64, votes: u32) -> Option<Self> {
        (mean > 0.0 && mean <= 10.0 && votes > 0).then_some(Self { mean, votes })
    }

    /// The mean, above 0 and at most 10.
    #[must_use]
    pub const fn mean(&self) -> f64 {
        self.mean
    }

    /// How many people voted.
    #[must_use]
    pub const fn votes(&self) -> u32 {
        self.votes
    }
}

/// Where a source shows a poster: an `https` address of bounded length, or a plain `http` one on this
/// machine, where nobody listens in. Whether its host may be asked
/// is for whoever fetches it to decide.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PosterUrl(String);

fn is_on_this_machine(url: &str) -> bool {
    let starts = ["http://127.0.0.1", "http://[::1]", "http://localhost"];
    let rests = starts.iter().filter_map(|start| url.strip_prefix(start));
    rests.into_iter().any(|rest| rest.starts_with([':', '/']))
}

/// The text is not an address of a poster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an `https` address of at most {max} printable characters", max = PosterUrl::MAX)]
pub struct InvalidPosterUrl;

impl PosterUrl {
    /// The most characters that it holds.
    pub const MAX: usize = 1024;

    /// Checks an address.
    ///
    /// # Errors
    /// [`InvalidPosterUrl`] when it is neither, too long, or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidPosterUrl> {
        let has_host = text
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.starts_with('/') && !rest.is_empty());
        if (has_host || is_on_this_machine(text))
            && text.len() <= Self::MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidPosterUrl)
        }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How much of a film a source has told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// What stands in a list; people, keywords and more may be missing although they are known.
    Brief,
    /// All that the source knows.
    Full,
}

impl Depth {
    /// Its name in storage.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Brief => "brief",
            Self::Full => "full",
        }
    }
}

/// A film as a source describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourcedFilm {
    /// Where it was found.
    pub at: SourceRef,
    /// Its names in all catalogues that the source knows of, its own among them, each catalogue once.
    pub refs: Vec<ExternalRef>,
    /// The title, in the language that the source was asked in.
    pub title: FilmTitle,
    /// The title in the language of the film, where it differs.
    pub original_title: Option<FilmTitle>,
    /// Titles under which it is known elsewhere; neither of the two above is among them.
    pub other_titles: Vec<FilmTitle>,
    /// Film, series or anime.
    pub kind: FilmKind,
    /// The year of its first release.
    pub year: Option<ReleaseYear>,
    /// What it is about.
    pub description: Option<SourcedText>,
    /// Those of our genres that the source's stand for, each once.
    pub genres: Vec<GenreSlug>,
    /// Where it was made; in English where the country is a known one.
    pub countries: Vec<CountryName>,
    /// How long it takes; for a series, one part of it.
    pub runtime_minutes: Option<u16>,
    /// Who made it and who plays in it.
    pub people: Vec<SourcedPerson>,
    /// Where its poster is shown.
    pub poster: Option<PosterUrl>,
    /// What the source's users think of it.
    pub rating: Option<SourceRating>,
    /// How much it is looked at these days, on a scale of the source's own.
    pub popularity: Option<f64>,
    /// Words that the source has put on it, in English and small letters.
    pub keywords: Vec<String>,
    /// How much of it this is.
    pub depth: Depth,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_services_round_trip() {
        for source in SourceName::ALL {
            assert_eq!(source.name().parse(), Ok(source));
        }
        assert!("TMDB".parse::<SourceName>().is_err());
    }

    #[test]
    fn each_service_has_its_own_form_of_places() {
        use SourceName::{KinopoiskDev, KinopoiskUnofficial, Tmdb};
        for (source, good) in [
            (Tmdb, "movie/603"),
            (Tmdb, "tv/1399"),
            (KinopoiskUnofficial, "301"),
            (KinopoiskDev, "1"),
        ] {
            assert_eq!(SourceRef::new(source, good).unwrap().id(), good);
        }
        for (source, bad) in [
            (Tmdb, "603"),
            (Tmdb, "movie/"),
            (Tmdb, "movie/../account"),
            (Tmdb, "tv/01399"),
            (KinopoiskDev, ""),
            (KinopoiskDev, "movie/301"),
            (KinopoiskUnofficial, "1234567890123"),
        ] {
            assert!(SourceRef::new(source, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_film_of_tmdb_has_a_number_and_a_series_has_none() {
        let film = SourceRef::new(SourceName::Tmdb, "movie/603").unwrap();
        let series = SourceRef::new(SourceName::Tmdb, "tv/603").unwrap();
        let number = ExternalRef::new(ExternalSource::Tmdb, "603").unwrap();
        assert_eq!(film.external_ref(), Some(number.clone()));
        assert_eq!(series.external_ref(), None);
        assert_eq!(
            SourceRef::of_external(SourceName::Tmdb, &number),
            Some(film)
        );
        assert_eq!(
            SourceRef::of_external(SourceName::KinopoiskDev, &number),
            None
        );
    }

    #[test]
    fn both_ways_to_kinopoisk_share_its_numbers() {
        let number = ExternalRef::new(ExternalSource::Kinopoisk, "301").unwrap();
        for source in [SourceName::KinopoiskUnofficial, SourceName::KinopoiskDev] {
            let at = SourceRef::of_external(source, &number).unwrap();
            assert_eq!(at.external_ref(), Some(number.clone()));
        }
    }

    #[test]
    fn a_rating_is_within_bounds_and_somebodys() {
        assert!(SourceRating::new(8.2, 10).is_some());
        assert!(SourceRating::new(8.2, 0).is_none());
        assert!(SourceRating::new(0.0, 3).is_none());
        assert!(SourceRating::new(10.1, 3).is_none());
        assert!(SourceRating::new(f64::NAN, 3).is_none());
    }

    #[test]
    fn a_poster_is_shown_by_https_only() {
        for good in [
            "https://image.tmdb.org/t/p/original/a.jpg",
            "http://127.0.0.1:9000/a.jpg",
            "http://localhost/a.jpg",
        ] {
            assert!(PosterUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "http://image.tmdb.org/a.jpg",
            "http://localhost.example.org/a.jpg",
            "http://127.0.0.1@example.org/a.jpg",
            "file:///etc/passwd",
            "https:///a.jpg",
            "https://host/a b",
        ] {
            assert!(PosterUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
