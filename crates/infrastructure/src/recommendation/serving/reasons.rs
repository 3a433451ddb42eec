//! Why a film is recommended: facts that anybody can check.
use super::{
    catalogue::{Catalogue, Entry, Feature},
    profile::{Opinion, Profile},
};
use application::recommendation::recommender::Evidence;

/// Finds what speaks for films by what they are made of.
pub(crate) struct ContentReasons<'a> {
    catalogue: &'a Catalogue,
    profile: &'a Profile,
    /// The films that the user thinks well of, the best liked first, of these the latest first.
    good: Vec<(&'a Opinion, &'a Entry)>,
}

impl<'a> ContentReasons<'a> {
    pub(crate) fn new(
        catalogue: &'a Catalogue,
        profile: &'a Profile,
        opinions: &'a [Opinion],
    ) -> Self {
        let good = opinions.iter().filter(|opinion| opinion.is_good());
        let mut good: Vec<_> = good
            .filter_map(|opinion| Some((opinion, catalogue.entry(opinion.place)?)))
            .collect();
        good.sort_by(|(one, _), (other, _)| {
            let by_liking = other.liking.total_cmp(&one.liking);
            by_liking.then(other.at.cmp(&one.at))
        });
        Self {
            catalogue,
            profile,
            good,
        }
    }

    /// The person and the genre that speak most for the film at a place.
    pub(crate) fn of(&self, place: usize) -> Vec<Evidence> {
        let mut features: Vec<(f32, u32)> = self
            .catalogue
            .vector(place)
            .map(|(feature, weight)| (weight * self.profile.weight(feature), feature))
            .filter(|(says, _)| *says > 0.0)
            .collect();
        features.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let mut person = None;
        let mut genre = None;
        for (_, number) in features {
            match self.catalogue.feature(number) {
                Some(Feature::Person(credit)) if person.is_none() => {
                    person = self.shared_in(number).map(|film| Evidence::SharesPerson {
                        person: credit.person,
                        role: credit.role,
                        film: film.id,
                    });
                }
                Some(Feature::Genre(of)) if genre.is_none() => {
                    genre = self.shared_in(number).map(|film| Evidence::SharesGenre {
                        genre: of,
                        film: film.id,
                    });
                }
                _ => {}
            }
        }
        person.into_iter().chain(genre).collect()
    }

    /// The film that the user likes best of those with a feature.
    fn shared_in(&self, feature: u32) -> Option<&Entry> {
        let mut good = self.good.iter().map(|(_, film)| *film);
        good.find(|film| film.features.contains(&feature))
    }
}
