//! Films by title: from the index, and from the sources where the index has little to offer.
use super::{
    imports::OutsideSearch,
    ports::{FilmIndex, FilmIndexError, SearchBudget, TitleHit},
};
use async_trait::async_trait;
use domain::{
    catalogue::{FilmId, SourceName},
    shared::Language,
};
use shaku::{Component, Interface};
use std::sync::Arc;

/// Films found by title, and who took part beside the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundByTitle {
    /// The films, best first.
    pub films: Vec<FilmId>,
    /// The sources that answered.
    pub answered_by: Vec<SourceName>,
}

/// Finds films by title.
#[async_trait]
pub trait TitleSearch: Interface {
    /// Finds up to `most` films, the best first.
    async fn find(
        &self,
        title: &str,
        language: Language,
        most: usize,
    ) -> Result<FoundByTitle, FilmIndexError>;
}

#[derive(Component)]
#[shaku(interface = TitleSearch)]
pub(crate) struct LocalFirstTitleSearch {
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    #[shaku(inject)]
    outside: Arc<dyn OutsideSearch>,
    #[shaku(inject)]
    budget: Arc<dyn SearchBudget>,
}

#[async_trait]
impl TitleSearch for LocalFirstTitleSearch {
    async fn find(
        &self,
        title: &str,
        language: Language,
        most: usize,
    ) -> Result<FoundByTitle, FilmIndexError> {
        let local = self.index.find_titles(title, most).await?;
        if !is_thin(&local) || !is_worth_asking(title) {
            return Ok(FoundByTitle {
                films: local.into_iter().map(|hit| hit.film).collect(),
                answered_by: Vec::new(),
            });
        }
        let within = self.budget.of_a_search();
        let found = self.outside.search(title, language, within).await;
        let judged = self.index.judge(title, &found.films);
        Ok(FoundByTitle {
            films: ranked(local, judged, most),
            answered_by: found.answered_by,
        })
    }
}

/// A film that fits this well is the one that is meant, but for a slip of the finger.
const GOOD: f32 = 0.75;
/// A film that fits this well is the one that is meant.
const SURE: f32 = 0.9;
/// Fewer films than this are few.
const FEW: usize = 3;

/// Whether the index has so little to offer that sources are asked: nothing, nothing that fits well, or
/// few films of which none fits as typed.
fn is_thin(hits: &[TitleHit]) -> bool {
    let best = hits.iter().map(|hit| hit.fit).fold(0.0, f32::max);
    best < GOOD || (hits.len() < FEW && best < SURE)
}

/// What is typed first of a title says too little to bother others with.
fn is_worth_asking(title: &str) -> bool {
    const LETTERS: usize = 3;
    title
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .count()
        >= LETTERS
}

/// One ranking of both; what fits alike stands as the index has it, then as the source has it.
fn ranked(local: Vec<TitleHit>, outside: Vec<TitleHit>, most: usize) -> Vec<FilmId> {
    let mut hits = local;
    for hit in outside {
        match hits.iter_mut().find(|known| known.film == hit.film) {
            Some(known) => known.fit = known.fit.max(hit.fit),
            None => hits.push(hit),
        }
    }
    hits.sort_by(|one, other| other.fit.total_cmp(&one.fit));
    hits.truncate(most);
    hits.into_iter().map(|hit| hit.film).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Id;
    use uuid::Uuid;

    fn hit(film: u128, fit: f32) -> TitleHit {
        let film = Id::from_uuid(Uuid::from_u128(film));
        TitleHit { film, fit }
    }

    #[test]
    fn a_search_is_thin_when_nothing_fits_well() {
        assert!(is_thin(&[]));
        assert!(is_thin(&[
            hit(1, 0.74),
            hit(2, 0.7),
            hit(3, 0.7),
            hit(4, 0.6)
        ]));
        assert!(!is_thin(&[hit(1, 0.76), hit(2, 0.7), hit(3, 0.7)]));
    }

    #[test]
    fn a_search_is_thin_when_few_films_fit_and_none_as_typed() {
        assert!(is_thin(&[hit(1, 0.89), hit(2, 0.8)]));
        assert!(!is_thin(&[hit(1, 0.9)]));
    }

    #[test]
    fn the_first_letters_of_a_title_are_not_worth_asking() {
        assert!(!is_worth_asking("ma"));
        assert!(!is_worth_asking("?!..."));
        assert!(is_worth_asking("Оно"));
    }

    #[test]
    fn both_rankings_become_one_and_each_film_is_there_once() {
        let local = vec![hit(1, 0.6), hit(2, 0.5)];
        let outside = vec![hit(3, 1.0), hit(2, 0.7), hit(4, 0.0)];
        let ranked = ranked(local, outside, 3);
        let expected: Vec<FilmId> = [3, 2, 1]
            .into_iter()
            .map(|film| hit(film, 0.0).film)
            .collect();
        assert_eq!(ranked, expected);
    }
}
