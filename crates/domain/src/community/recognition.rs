//! Which of our films a file of ratings means.
use super::ListedFilm;
use crate::catalogue::{ExternalRef, FilmId, FilmTitle, ReleaseYear, comparable};

/// A film of the catalogue that a listed one may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which film.
    pub film: FilmId,
    keys: Vec<String>,
    year: Option<i32>,
    refs: Vec<ExternalRef>,
}

impl Candidate {
    /// A film with its own titles, its year, and its names in other catalogues.
    #[must_use]
    pub fn new(film: FilmId, titles: &[&str], year: Option<i32>, refs: Vec<ExternalRef>) -> Self {
        let keys = keys(titles);
        Self {
            film,
            keys,
            year,
            refs,
        }
    }

    /// The film that a listed one has become.
    #[must_use]
    pub fn made_of(film: FilmId, listed: &ListedFilm) -> Self {
        let year = listed.year.map(ReleaseYear::get);
        Self::new(film, &titles(listed), year, listed.refs.clone())
    }

    /// Whether another catalogue knows it by this name.
    #[must_use]
    pub fn is_known_as(&self, name: &ExternalRef) -> bool {
        self.refs.contains(name)
    }

    /// Whether a catalogue knows it by another name than the files say.
    fn contradicts(&self, listed: &ListedFilm) -> bool {
        listed.refs.iter().any(|name| {
            let mut own = self.refs.iter();
            own.any(|own| own.source() == name.source() && own != name)
        })
    }
}

fn titles(listed: &ListedFilm) -> Vec<&str> {
    let titles = std::iter::once(&listed.title).chain(&listed.original_title);
    titles.map(FilmTitle::as_str).collect()
}

fn keys(titles: &[&str]) -> Vec<String> {
    let keys = titles.iter().map(|title| comparable(title));
    keys.filter(|key| !key.is_empty()).collect()
}

/// The film of the catalogue that a file means: one that another catalogue knows by the same name, else
/// the only one of the same title and year. One that a catalogue knows by another name is not it,
/// whatever else agrees.
#[must_use]
pub fn recognise(listed: &ListedFilm, candidates: &[Candidate]) -> Option<FilmId> {
    let possible = || {
        let all = candidates.iter();
        all.filter(|candidate| !candidate.contradicts(listed))
    };
    let is_named = |candidate: &&Candidate| {
        let mut told = listed.refs.iter();
        told.any(|name| candidate.is_known_as(name))
    };
    if let Some(known) = possible().find(is_named) {
        return Some(known.film);
    }
    let year = Some(listed.year?.get());
    let told = keys(&titles(listed));
    let is_alike = |candidate: &&Candidate| {
        candidate.year == year && candidate.keys.iter().any(|key| told.contains(key))
    };
    let mut alike = possible().filter(is_alike);
    let first = alike.next()?;
    alike.next().is_none().then_some(first.film)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalogue::ExternalSource, shared::Id};
    use uuid::Uuid;

    fn title(text: &str) -> FilmTitle {
        FilmTitle::parse(text).unwrap()
    }

    fn year(year: i64) -> Option<ReleaseYear> {
        ReleaseYear::try_from(year).ok()
    }

    fn imdb(value: &str) -> ExternalRef {
        ExternalRef::new(ExternalSource::Imdb, value).unwrap()
    }

    fn tmdb(value: &str) -> ExternalRef {
        ExternalRef::new(ExternalSource::Tmdb, value).unwrap()
    }

    fn candidate(number: u128, text: &str, of: i32, refs: &[ExternalRef]) -> Candidate {
        let film = Id::from_uuid(Uuid::from_u128(number));
        Candidate::new(film, &[text], Some(of), refs.to_vec())
    }

    fn matrix() -> ListedFilm {
        ListedFilm {
            item: 2571,
            title: title("The Matrix"),
            original_title: None,
            year: year(1999),
            genres: Vec::new(),
            refs: vec![imdb("tt0133093"), tmdb("603")],
        }
    }

    #[test]
    fn a_name_in_another_catalogue_decides_whatever_the_title() {
        let ours = [
            candidate(1, "Матрица", 2000, &[imdb("tt0133093")]),
            candidate(2, "The Matrix", 1999, &[]),
        ];
        assert_eq!(recognise(&matrix(), &ours), Some(ours[0].film));
        let ours = [candidate(3, "Матрица", 1999, &[tmdb("603")])];
        assert_eq!(recognise(&matrix(), &ours), Some(ours[0].film));
    }

    #[test]
    fn without_a_shared_name_title_and_year_must_agree_and_only_one_film_may_be_meant() {
        let ours = [candidate(1, "matrix", 1999, &[])];
        assert_eq!(recognise(&matrix(), &ours), Some(ours[0].film));
        let twice = [ours[0].clone(), candidate(2, "The Matrix", 1999, &[])];
        assert_eq!(recognise(&matrix(), &twice), None);
        for (text, of) in [("The Matrix", 1998_i32), ("The Matrix Reloaded", 1999)] {
            assert_eq!(recognise(&matrix(), &[candidate(1, text, of, &[])]), None);
        }
    }

    #[test]
    fn a_film_of_unknown_year_is_not_recognised_by_its_title() {
        let mut listed = matrix();
        (listed.year, listed.refs) = (None, Vec::new());
        let film = Id::from_uuid(Uuid::from_u128(1));
        let ours = Candidate::new(film, &["The Matrix"], None, Vec::new());
        assert_eq!(recognise(&listed, &[ours]), None);
    }

    #[test]
    fn a_film_by_another_name_is_another_film() {
        let other = candidate(1, "The Matrix", 1999, &[imdb("tt0000001"), tmdb("603")]);
        assert_eq!(recognise(&matrix(), &[other]), None);
    }

    #[test]
    fn a_film_that_was_made_of_a_listed_one_is_recognised_in_it() {
        let film = Id::from_uuid(Uuid::from_u128(1));
        let made = Candidate::made_of(film, &matrix());
        assert_eq!(recognise(&matrix(), &[made]), Some(film));
    }

    #[test]
    fn the_original_title_counts_too() {
        let film = Id::from_uuid(Uuid::from_u128(1));
        let ours = Candidate::new(film, &["Брат", "Brat"], Some(1997), Vec::new());
        let mut listed = matrix();
        listed.title = title("Brother");
        listed.original_title = Some(title("Brat"));
        (listed.year, listed.refs) = (year(1997), Vec::new());
        assert_eq!(recognise(&listed, &[ours]), Some(film));
    }
}
