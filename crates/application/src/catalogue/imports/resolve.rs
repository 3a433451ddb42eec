//! Films that somebody remembers are looked up at the sources.
use super::outside::OutsideSearch;
use crate::catalogue::ports::TitledFilm;
use async_trait::async_trait;
use domain::{
    catalogue::{FilmGuess, FilmId, ReleaseYear},
    shared::Language,
};
use shaku::{Component, Interface};
use std::{sync::Arc, time::Duration};

/// Finds films that the catalogue does not have yet, and adds them.
#[async_trait]
pub trait FilmResolver: Interface {
    /// The film that a guess means, which is in the catalogue by then; nothing when it is not known
    /// anywhere, or not within the time.
    async fn resolve(&self, guess: &FilmGuess, within: Duration) -> Option<FilmId>;
}

/// Takes what sources know under a title for what is meant, if the year agrees too.
#[derive(Component)]
#[shaku(interface = FilmResolver)]
pub(crate) struct OutsideFilmResolver {
    #[shaku(inject)]
    outside: Arc<dyn OutsideSearch>,
}

#[async_trait]
impl FilmResolver for OutsideFilmResolver {
    async fn resolve(&self, guess: &FilmGuess, within: Duration) -> Option<FilmId> {
        let title = guess.title.as_str();
        let found = self.outside.search(title, language_of(title), within);
        let films = found.await.films;
        let meant = films.into_iter().find(|film| is_meant(guess, film));
        meant.map(|film| film.film)
    }
}

fn is_meant(guess: &FilmGuess, film: &TitledFilm) -> bool {
    let year = film.year.map(i64::from);
    let year = year.and_then(|year| ReleaseYear::try_from(year).ok());
    let mut titles = film.titles.iter();
    titles.any(|title| guess.means(title, year))
}

/// The language in which a title of these letters is known.
fn language_of(title: &str) -> Language {
    let is_cyrillic = |letter: char| ('\u{400}'..='\u{4ff}').contains(&letter);
    if title.chars().any(is_cyrillic) {
        Language::Russian
    } else {
        Language::English
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_asked_in_the_language_of_the_title() {
        assert_eq!(language_of("Сталкер 2"), Language::Russian);
        assert_eq!(language_of("Stalker"), Language::English);
    }
}
