//! Which films may be recommended, by numbers of the catalogue.
use super::catalogue::{Catalogue, Entry, Feature};
use crate::catalogue::folded;
use application::recommendation::recommender::{Filter, Hidden};
use domain::{
    catalogue::{CreditRole, FilmId, GenreId, MoodId, PersonId},
    taste::Hide,
};
use std::collections::{HashMap, HashSet};

/// The genres that suit each mood.
pub(crate) type Moods = HashMap<MoodId, Vec<GenreId>>;

/// A filter, with its words looked up.
pub(crate) struct Sieve<'a> {
    filter: &'a Filter,
    without: HashSet<FilmId>,
    genres: Vec<u32>,
    countries: Vec<u32>,
    moods: Vec<Vec<u32>>,
    hidden: Vec<u32>,
    disliked: Vec<u32>,
}

impl<'a> Sieve<'a> {
    /// Looks up what a filter and a user's dislikes mean here.
    pub(crate) fn new(
        filter: &'a Filter,
        without: HashSet<FilmId>,
        hidden: &Hidden,
        moods: &Moods,
        catalogue: &Catalogue,
    ) -> Self {
        let number_of = |feature| catalogue.number_of(feature);
        let genres_of = |genres: &[GenreId]| {
            let genres = genres.iter().copied().map(Feature::Genre);
            genres.filter_map(number_of).collect::<Vec<u32>>()
        };
        let countries = filter.countries.iter().map(|name| folded(name));
        let countries = countries.map(|name| Feature::country(&name));
        let genres_of_mood = |mood: &MoodId| moods.get(mood).map_or(&[][..], Vec::as_slice);
        Self {
            filter,
            without,
            genres: genres_of(&filter.genres),
            countries: countries.filter_map(number_of).collect(),
            moods: filter
                .moods
                .iter()
                .map(|mood| genres_of(genres_of_mood(mood)))
                .collect(),
            hidden: unwanted(hidden, Hide::Hide, catalogue),
            disliked: unwanted(hidden, Hide::NotInterested, catalogue),
        }
    }

    /// Whether a film may be recommended.
    pub(crate) fn lets_through(&self, film: &Entry) -> bool {
        let Filter {
            kind,
            year_from,
            year_to,
            minutes_from,
            minutes_to,
            ..
        } = self.filter;
        let minutes = film.minutes.map(u32::from);
        kind.is_none_or(|kind| film.kind == kind)
            && year_from.is_none_or(|from| film.year.is_some_and(|year| year >= from.get()))
            && year_to.is_none_or(|to| film.year.is_some_and(|year| year <= to.get()))
            && minutes_from.is_none_or(|from| minutes.is_some_and(|minutes| minutes >= from))
            && minutes_to.is_none_or(|to| minutes.is_some_and(|minutes| minutes <= to))
            && (self.filter.genres.is_empty() || has_any(film, &self.genres))
            && (self.filter.countries.is_empty() || has_any(film, &self.countries))
            && (self.moods.is_empty() || self.moods.iter().any(|genres| has_any(film, genres)))
            && !has_any(film, &self.hidden)
            && !self.without.contains(&film.id)
            && self
                .filter
                .only
                .as_ref()
                .is_none_or(|only| only.contains(&film.id))
    }

    /// Whether the film has something that is not to the user's taste.
    pub(crate) fn is_disliked(&self, film: &Entry) -> bool {
        has_any(film, &self.disliked)
    }

    /// The genres of each mood that was asked for, by number.
    pub(crate) fn moods(&self) -> &[Vec<u32>] {
        &self.moods
    }

    /// The moods that a film suits.
    pub(crate) fn suited_moods(&self, film: &Entry) -> impl Iterator<Item = MoodId> {
        let moods = self.filter.moods.iter().copied().zip(&self.moods);
        moods
            .filter(|(_, genres)| has_any(film, genres))
            .map(|(mood, _)| mood)
    }
}

fn has_any(film: &Entry, features: &[u32]) -> bool {
    !features.is_empty()
        && film
            .features
            .iter()
            .any(|feature| features.contains(feature))
}

/// The numbers of the genres and people that a user does not want, in this way.
fn unwanted(hidden: &Hidden, how: Hide, catalogue: &Catalogue) -> Vec<u32> {
    let genres = hidden.genres.iter().filter(|(_, hide)| **hide == how);
    let genres = genres.map(|(genre, _)| Feature::Genre(*genre));
    let people = hidden.people.iter().filter(|(_, hide)| **hide == how);
    let people = people.flat_map(|(person, _)| roles_of(*person));
    let features = genres.chain(people);
    features
        .filter_map(|feature| catalogue.number_of(feature))
        .collect()
}

fn roles_of(person: PersonId) -> [Feature; 2] {
    [CreditRole::Director, CreditRole::Cast]
        .map(|role| Feature::Person(super::facts::Credit { person, role }))
}
