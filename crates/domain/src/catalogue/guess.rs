//! A film as somebody remembers it, to be told from others of the same name.
use super::{FilmTitle, ReleaseYear, comparable};

/// How sure somebody is, from 0 (not at all) to 1 (quite).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

impl Confidence {
    /// Takes the nearest confidence there is; what is no number counts as nothing.
    #[must_use]
    pub const fn nearest(value: f64) -> Self {
        if value.is_nan() {
            return Self(0.0);
        }
        Self(value.clamp(0.0, 1.0))
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// A film that may or may not exist, as somebody remembers it.
#[derive(Clone, Debug, PartialEq)]
pub struct FilmGuess {
    /// What it is called.
    pub title: FilmTitle,
    /// What it is called in the language it was made in, where that is said.
    pub original_title: Option<FilmTitle>,
    /// When it was first shown, where that is said.
    pub year: Option<ReleaseYear>,
    /// How sure they are.
    pub confidence: Confidence,
}

impl FilmGuess {
    /// The names it goes by, each once.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        let other = self.original_title.as_ref().map(FilmTitle::as_str);
        let other = other.filter(|other| comparable(other) != comparable(self.title.as_str()));
        std::iter::once(self.title.as_str()).chain(other).collect()
    }

    /// Whether a film of this title and year is the one that is meant. A title alone must be the same
    /// but for case, accents, punctuation and a leading article; the years may differ by one, because
    /// sources disagree about festivals. In the very same year one title may also go on where the
    /// other ends, as titles of series do.
    #[must_use]
    pub fn means(&self, title: &str, year: Option<ReleaseYear>) -> bool {
        let apart = match (self.year, year) {
            (Some(one), Some(other)) => Some(one.get().abs_diff(other.get())),
            _ => None,
        };
        let found = comparable(title);
        self.titles().into_iter().map(comparable).any(|guessed| {
            let is_same = guessed == found && !found.is_empty();
            is_same && apart.is_none_or(|years| years <= 1)
                || apart == Some(0) && continues(&guessed, &found)
        })
    }
}

/// Whether one title starts with all the words of the other.
fn continues(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let rest = long.strip_prefix(short);
    !short.is_empty() && rest.is_some_and(|rest| rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn year(year: i64) -> ReleaseYear {
        ReleaseYear::try_from(year).unwrap()
    }

    fn guess(title: &str, original: Option<&str>, year: Option<ReleaseYear>) -> FilmGuess {
        FilmGuess {
            title: FilmTitle::parse(title).unwrap(),
            original_title: original.map(|title| FilmTitle::parse(title).unwrap()),
            year,
            confidence: Confidence::nearest(0.5),
        }
    }

    #[test]
    fn a_guess_means_the_film_of_its_title_and_year() {
        let matrix = guess("Матрица", Some("The Matrix"), Some(year(1999)));
        assert!(matrix.means("The Matrix", Some(year(1999))));
        assert!(matrix.means("matrix", Some(year(2000))));
        assert!(matrix.means("МАТРИЦА!", None));
        assert!(!matrix.means("The Matrix", Some(year(2003))));
        assert!(!matrix.means("The Matrix Reloaded", Some(year(2003))));
        assert!(!matrix.means("Stalker", Some(year(1999))));
        assert!(guess("Amelie", None, Some(year(2001))).means("Amélie", Some(year(2001))));
    }

    #[test]
    fn a_title_may_go_on_in_the_very_same_year_only() {
        let wars = guess("Star Wars", None, Some(year(1977)));
        assert!(wars.means("Star Wars: Episode IV – A New Hope", Some(year(1977))));
        assert!(!wars.means("Star Wars: Episode V", Some(year(1980))));
        assert!(!wars.means("Star Warship", Some(year(1977))));
        assert!(!guess("Star Wars", None, None).means("Star Wars: Episode IV", Some(year(1977))));
    }

    #[test]
    fn a_title_without_letters_means_nothing() {
        assert!(!guess("???", None, None).means("!!!", None));
        assert!(!guess("???", None, Some(year(1999))).means("Alien", Some(year(1999))));
    }

    #[test]
    fn an_article_counts_only_where_it_is_all_there_is() {
        assert_eq!(comparable("The General"), "general");
        assert_eq!(comparable("The The"), "the");
        assert_eq!(comparable("A"), "a");
    }

    #[test]
    fn the_same_name_twice_is_one_name() {
        let twice = guess("The Matrix", Some("Matrix"), None);
        assert_eq!(twice.titles(), ["The Matrix"]);
    }

    proptest! {
        #[test]
        fn every_number_has_a_nearest_confidence(value in proptest::num::f64::ANY) {
            prop_assert!((0.0..=1.0).contains(&Confidence::nearest(value).get()));
        }

        #[test]
        fn every_film_is_meant_by_its_own_name(title in "\\w[\\w ]{0,20}", shown in 1900_i64..2030) {
            let guess = guess(&title, None, Some(year(shown)));
            if comparable(&title).is_empty() {
                prop_assert!(!guess.means(&title, Some(year(shown))));
            } else {
                prop_assert!(guess.means(&title, Some(year(shown))));
            }
        }
    }
}
