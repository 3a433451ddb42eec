//! What the index reads of the database.
use application::shared::store::StoreError;
use async_trait::async_trait;
use domain::catalogue::FilmId;
use std::fmt::Write;
use uuid::Uuid;

/// What is known of a film, in words to find it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilmDocument {
    /// The film.
    pub id: FilmId,
    /// Its title.
    pub title: String,
    /// Other titles: the original one, or those of other languages.
    pub alternative_titles: Vec<String>,
    /// What it is about; empty where nobody has said.
    pub description: String,
    /// When it came out.
    pub year: Option<u16>,
    /// Who made it.
    pub directors: Vec<String>,
    /// Who plays in it.
    pub cast: Vec<String>,
    /// Its genres, in both languages.
    pub genres: Vec<String>,
    /// Where it was made.
    pub countries: Vec<String>,
    /// Words that describe it.
    pub keywords: Vec<String>,
}

impl FilmDocument {
    /// Everything by which people remember a film, in the order of its weight for a reader; what is put
    /// into a model's numbers.
    #[must_use]
    pub fn in_words(&self) -> String {
        /// Models read no more at a time.
        const MOST_LETTERS: usize = 2_000;
        const MOST_NAMES: usize = 10;
        let mut text = self.title.clone();
        if let Some(year) = self.year {
            // Writing to a string cannot fail.
            let _ = write!(text, " ({year})");
        }
        for (head, names) in [
            ("", &self.alternative_titles),
            ("", &self.genres),
            ("", &self.countries),
            ("Director: ", &self.directors),
            ("Cast: ", &self.cast),
            ("", &self.keywords),
        ] {
            if !names.is_empty() {
                let some: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
                let _ = write!(text, "\n{head}{}", some.join(", "));
            }
        }
        let _ = write!(text, "\n{}", self.description);
        text.chars().take(MOST_LETTERS).collect()
    }
}

/// The films of the database and their changes, which are numbered in the order in which they become
/// visible; those of long ago are forgotten, but never the newest.
#[async_trait]
pub trait FilmFeed: Send + Sync {
    /// Identifies the database, so that an index of another one is not taken for this one's.
    async fn catalogue_id(&self) -> Result<Uuid, StoreError>;
    /// The number of the newest change; 0 where there is none.
    async fn newest_change(&self) -> Result<i64, StoreError>;
    /// Lists up to `most` changes after a number, the oldest first: number and film.
    async fn changes_after(&self, after: i64, most: u32) -> Result<Vec<(i64, FilmId)>, StoreError>;
    /// Reads films; those that are gone are missing from the answer.
    async fn documents(&self, films: &[FilmId]) -> Result<Vec<FilmDocument>, StoreError>;
    /// Reads up to `most` films after one, in the order of their identifiers.
    async fn documents_after(
        &self,
        after: Option<FilmId>,
        most: u32,
    ) -> Result<Vec<FilmDocument>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Id;

    fn film() -> FilmDocument {
        FilmDocument {
            id: Id::from_uuid(Uuid::nil()),
            title: "Alien".to_owned(),
            alternative_titles: vec!["Чужой".to_owned()],
            description: "A ship.".to_owned(),
            year: Some(1979),
            directors: vec!["Ridley Scott".to_owned()],
            cast: (0..12).map(|number| format!("Actor {number}")).collect(),
            genres: Vec::new(),
            countries: vec!["UK".to_owned(), "USA".to_owned()],
            keywords: Vec::new(),
        }
    }

    #[test]
    fn a_film_is_put_into_words_line_by_line() {
        let words = film().in_words();
        let lines: Vec<&str> = words.lines().collect();
        let expected = [
            "Alien (1979)",
            "Чужой",
            "UK, USA",
            "Director: Ridley Scott",
            "Cast: Actor 0, Actor 1, Actor 2, Actor 3, Actor 4, Actor 5, Actor 6, Actor 7, \
             Actor 8, Actor 9",
            "A ship.",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_long_film_is_cut() {
        let long = FilmDocument {
            description: "ж".repeat(5_000),
            ..film()
        };
        assert_eq!(long.in_words().chars().count(), 2_000);
    }
}
