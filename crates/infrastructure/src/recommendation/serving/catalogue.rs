//! The films that can be recommended, held compactly: each is a short list of numbered features.
use super::facts::{Credit, FilmFacts};
use crate::recommendation::numbers::real;
use domain::catalogue::{CreditRole, FilmId, FilmKind, GenreId};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// Something that a film may have in common with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Feature {
    /// It is of a genre.
    Genre(GenreId),
    /// Somebody took part in it.
    Person(Credit),
    /// It was made in a country, by the digest of its name.
    Country(u64),
    /// A word describes it, by the digest of the word.
    Keyword(u64),
    /// It came out in these five years.
    Years(i32),
    /// It is a film, a series or anime.
    Kind(FilmKind),
}

impl Feature {
    pub(crate) fn country(folded_name: &str) -> Self {
        Self::Country(digest(folded_name))
    }

    /// How much having it in common says, before it is known how rare it is.
    const fn weight(self) -> f32 {
        match self {
            Self::Genre(_) | Self::Keyword(_) => 1.0,
            Self::Person(Credit {
                role: CreditRole::Director,
                ..
            }) => 1.2,
            Self::Person(_) => 0.6,
            Self::Country(_) => 0.4,
            Self::Years(_) | Self::Kind(_) => 0.5,
        }
    }
}

fn digest(text: &str) -> u64 {
    // Without keys of its own, so that the same text has the same digest here tomorrow.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// A film and its features, by their numbers.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) id: FilmId,
    pub(crate) kind: FilmKind,
    pub(crate) year: Option<i32>,
    pub(crate) minutes: Option<u16>,
    pub(crate) popularity: f32,
    pub(crate) features: Box<[u32]>,
}

/// All films. A changed copy shares with the one before what did not change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Catalogue {
    entries: Vec<Arc<Entry>>,
    places: HashMap<FilmId, u32>,
    features: Arc<Interned>,
    /// What each feature weighs: the rarer, the more.
    weights: Vec<f32>,
    /// One over the length of each film's vector of weights.
    scales: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
struct Interned {
    numbers: HashMap<Feature, u32>,
    features: Vec<Feature>,
}

impl Interned {
    fn number(&mut self, feature: Feature) -> u32 {
        let next = u32::try_from(self.features.len()).unwrap_or(u32::MAX);
        *self.numbers.entry(feature).or_insert_with(|| {
            self.features.push(feature);
            next
        })
    }
}

impl Catalogue {
    /// Adds films, or takes over what has changed of them.
    pub(crate) fn put(&mut self, films: impl IntoIterator<Item = FilmFacts>) {
        let interned = Arc::make_mut(&mut self.features);
        for film in films {
            let entry = Arc::new(entry_of(&film, interned));
            let next = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            let place = *self.places.entry(film.id).or_insert(next);
            match self.entries.get_mut(index(place)) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            }
        }
    }

    /// Removes films that are gone.
    pub(crate) fn remove(&mut self, films: &HashSet<FilmId>) {
        self.entries.retain(|entry| !films.contains(&entry.id));
        let numbered = self.entries.iter().zip(0..);
        self.places = numbered.map(|(entry, place)| (entry.id, place)).collect();
    }

    /// Weighs the features anew; to be done after changes.
    pub(crate) fn weigh(&mut self) {
        let mut films_with = vec![0_usize; self.features.features.len()];
        for feature in self.entries.iter().flat_map(|entry| &*entry.features) {
            if let Some(count) = films_with.get_mut(index(*feature)) {
                *count += 1;
            }
        }
        let all = real(self.entries.len());
        let features = self.features.features.iter().zip(&films_with);
        self.weights = features
            .map(|(feature, count)| {
                feature.weight() * ((1.0 + all) / (1.0 + real(*count))).ln().max(0.1)
            })
            .collect();
        self.scales = self.entries.iter().map(|entry| self.scale(entry)).collect();
        self.entries.shrink_to_fit();
    }

    fn scale(&self, entry: &Entry) -> f32 {
        let squares: f32 = entry
            .features
            .iter()
            .map(|feature| self.weight(*feature).powi(2))
            .sum();
        if squares > 0.0 {
            squares.sqrt().recip()
        } else {
            0.0
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The films, in the order of their places.
    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter().map(|entry| &**entry)
    }

    pub(crate) fn place(&self, film: FilmId) -> Option<usize> {
        self.places.get(&film).map(|place| index(*place))
    }

    pub(crate) fn entry(&self, place: usize) -> Option<&Entry> {
        self.entries.get(place).map(|entry| &**entry)
    }

    /// How many features are told apart.
    pub(crate) fn feature_count(&self) -> usize {
        self.features.features.len()
    }

    /// The number of a feature, if any film ever had it.
    pub(crate) fn number_of(&self, feature: Feature) -> Option<u32> {
        self.features.numbers.get(&feature).copied()
    }

    pub(crate) fn feature(&self, number: u32) -> Option<Feature> {
        self.features.features.get(index(number)).copied()
    }

    /// What a feature weighs.
    pub(crate) fn weight(&self, feature: u32) -> f32 {
        self.weights.get(index(feature)).copied().unwrap_or(0.0)
    }

    /// The film's features as a vector of length 1.
    pub(crate) fn vector(&self, place: usize) -> impl Iterator<Item = (u32, f32)> {
        let scale = self.scales.get(place).copied().unwrap_or(0.0);
        let features = self.entry(place).map_or(&[][..], |entry| &entry.features);
        features
            .iter()
            .map(move |feature| (*feature, scale * self.weight(*feature)))
    }
}

fn entry_of(film: &FilmFacts, interned: &mut Interned) -> Entry {
    /// The years that count as one time.
    const TIME: i32 = 5;
    let genres = film.genres.iter().copied().map(Feature::Genre);
    let people = film.people.iter().copied().map(Feature::Person);
    let countries = film.countries.iter().map(|name| Feature::country(name));
    let keywords = film.keywords.iter().map(|word| digest(word));
    let years = film.year.map(|year| Feature::Years(year.div_euclid(TIME)));
    let all = genres
        .chain(people)
        .chain(countries)
        .chain(keywords.map(Feature::Keyword))
        .chain(years)
        .chain([Feature::Kind(film.kind)]);
    let mut seen = HashSet::new();
    let numbers = all.map(|feature| interned.number(feature));
    Entry {
        id: film.id,
        kind: film.kind,
        year: film.year,
        minutes: film.minutes,
        popularity: popularity(film.popularity),
        features: numbers.filter(|number| seen.insert(*number)).collect(),
    }
}

fn popularity(said: f64) -> f32 {
    let said = if said.is_finite() { said.max(0.0) } else { 0.0 };
    crate::recommendation::numbers::single(said.ln_1p())
}

/// A place or number as an index; what does not fit is past every end.
pub(crate) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Id;
    use uuid::Uuid;

    fn film(n: u128, genres: &[u128]) -> FilmFacts {
        let genres = genres.iter().map(|n| Id::from_uuid(Uuid::from_u128(*n)));
        FilmFacts {
            genres: genres.collect(),
            year: Some(1979),
            ..FilmFacts::bare(Id::from_uuid(Uuid::from_u128(n)), FilmKind::Movie)
        }
    }

    fn catalogue(films: Vec<FilmFacts>) -> Catalogue {
        let mut catalogue = Catalogue::default();
        catalogue.put(films);
        catalogue.weigh();
        catalogue
    }

    #[test]
    fn the_vector_of_a_film_has_length_one_and_rare_features_weigh_more() {
        let catalogue = catalogue(vec![film(1, &[7, 8]), film(2, &[7]), film(3, &[7])]);
        let vector: Vec<_> = catalogue.vector(0).collect();
        let length: f32 = vector.iter().map(|(_, weight)| weight * weight).sum();
        assert!((length - 1.0).abs() < 1e-5);
        assert!(vector[1].1 > vector[0].1);
    }

    #[test]
    fn a_changed_film_takes_the_place_of_the_old_one_and_a_gone_one_leaves_none() {
        let mut catalogue = catalogue(vec![film(1, &[7]), film(2, &[7])]);
        catalogue.put([film(1, &[9])]);
        catalogue.remove(&HashSet::from([film(2, &[]).id]));
        catalogue.weigh();
        assert_eq!(catalogue.len(), 1);
        assert_eq!(catalogue.place(film(2, &[]).id), None);
        let features: Vec<_> = catalogue
            .vector(0)
            .filter_map(|(feature, _)| catalogue.feature(feature))
            .collect();
        let genre = Feature::Genre(Id::from_uuid(Uuid::from_u128(9)));
        assert!(features.contains(&genre));
    }
}
