//! On which terms what a source tells may be shown, and where it tells it to everybody.
use super::{SourceName, SourceRef};

impl SourceName {
    /// The name by which people know it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Tmdb => "TMDB",
            Self::KinopoiskUnofficial | Self::KinopoiskDev => "Kinopoisk",
        }
    }

    /// The terms to which whoever fetches from it agrees.
    #[must_use]
    pub const fn terms(self) -> &'static str {
        match self {
            Self::Tmdb => "TMDB API Terms of Use",
            Self::KinopoiskUnofficial => "kinopoiskapiunofficial.tech terms",
            Self::KinopoiskDev => "kinopoisk.dev terms",
        }
    }

    /// What has to be said wherever something of it is shown. TMDB demands this very sentence.
    #[must_use]
    pub const fn notice(self) -> &'static str {
        match self {
            Self::Tmdb => {
                "This product uses the TMDB API but is not endorsed or certified by TMDB."
            }
            Self::KinopoiskUnofficial => {
                "Data of Kinopoisk by way of kinopoiskapiunofficial.tech, which is not part of Kinopoisk."
            }
            Self::KinopoiskDev => {
                "Data of Kinopoisk by way of kinopoisk.dev, which is not part of Kinopoisk."
            }
        }
    }
}

impl SourceRef {
    /// Where everybody can read about the film.
    #[must_use]
    pub fn page(&self) -> String {
        let id = self.id();
        match self.source() {
            SourceName::Tmdb => format!("https://www.themoviedb.org/{id}"),
            SourceName::KinopoiskUnofficial | SourceName::KinopoiskDev => {
                format!("https://www.kinopoisk.ru/film/{id}/")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmdb_is_credited_in_the_words_it_demands() {
        assert_eq!(
            SourceName::Tmdb.notice(),
            "This product uses the TMDB API but is not endorsed or certified by TMDB."
        );
    }

    #[test]
    fn a_film_can_be_read_about_where_it_came_from() {
        let series = SourceRef::new(SourceName::Tmdb, "tv/1399").unwrap();
        assert_eq!(series.page(), "https://www.themoviedb.org/tv/1399");
        let film = SourceRef::new(SourceName::KinopoiskDev, "301").unwrap();
        assert_eq!(film.page(), "https://www.kinopoisk.ru/film/301/");
    }
}
