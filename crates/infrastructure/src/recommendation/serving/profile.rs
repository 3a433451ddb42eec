//! What a user's acts say of films and of what films are made of.
use super::catalogue::{Catalogue, index};
use application::recommendation::recommender::{Act, ActKind, Taste};
use chrono::{DateTime, Utc};
use domain::taste::Rating;
use std::collections::HashMap;

/// What a user did with one film, all in one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Opinion {
    /// The film's place in the catalogue.
    pub(crate) place: usize,
    /// What they gave it.
    pub(crate) rating: Option<Rating>,
    /// Whether it is among the favourites.
    pub(crate) is_liked: bool,
    /// From -1, disliked, to 1, liked.
    pub(crate) liking: f32,
    /// When they last did something with it.
    pub(crate) at: DateTime<Utc>,
}

impl Opinion {
    /// Whether it may be said that the user thinks well of the film.
    pub(crate) fn is_good(&self) -> bool {
        const GOOD: u8 = 7;
        self.is_liked || self.rating.is_some_and(|rating| rating.get() >= GOOD)
    }

    fn of(place: usize, act: &Act) -> Self {
        let mut opinion = Self {
            place,
            rating: None,
            is_liked: false,
            liking: 0.0,
            at: act.at,
        };
        opinion.take_in(act);
        opinion
    }

    fn take_in(&mut self, act: &Act) {
        self.at = self.at.max(act.at);
        match act.kind {
            ActKind::Rated(rating) => self.rating = Some(rating),
            ActKind::Liked => self.is_liked = true,
            ActKind::Wished | ActKind::Watched => {}
        }
        let by_act = match act.kind {
            ActKind::Rated(_) => 0.0,
            ActKind::Liked => 1.0,
            ActKind::Wished => 0.5,
            ActKind::Watched => 0.4,
        };
        // A rating says more than that it was seen, a heart more than a rating.
        self.liking = match (self.is_liked, self.rating) {
            (true, _) => 1.0,
            (false, Some(rating)) => (f32::from(rating.get()) - 5.5) / 4.5,
            (false, None) => self.liking.max(by_act),
        };
    }
}

/// What a user thinks of the films that are known here, the oldest act first.
pub(crate) fn opinions(taste: &Taste, catalogue: &Catalogue) -> Vec<Opinion> {
    let mut by_place: HashMap<usize, Opinion> = HashMap::with_capacity(taste.acts.len());
    for act in &taste.acts {
        if let Some(place) = catalogue.place(act.film) {
            by_place
                .entry(place)
                .and_modify(|opinion| opinion.take_in(act))
                .or_insert_with(|| Opinion::of(place, act));
        }
    }
    let mut opinions: Vec<Opinion> = by_place.into_values().collect();
    opinions.sort_unstable_by_key(|opinion| (opinion.at, opinion.place));
    opinions
}

/// What films are made of that a user likes: a weight for each feature, by its number.
#[derive(Clone, Debug)]
pub(crate) struct Profile(Vec<f32>);

impl Profile {
    /// Sums up the films of some opinions.
    pub(crate) fn of(opinions: &[Opinion], catalogue: &Catalogue) -> Self {
        let mut weights = vec![0.0; catalogue.feature_count()];
        for opinion in opinions {
            // What somebody disliked says less of what they look for.
            let liking = if opinion.liking < 0.0 { 0.4 } else { 1.0 } * opinion.liking;
            for (feature, weight) in catalogue.vector(opinion.place) {
                if let Some(sum) = weights.get_mut(index(feature)) {
                    *sum += liking * weight;
                }
            }
        }
        let length = weights
            .iter()
            .map(|weight| weight * weight)
            .sum::<f32>()
            .sqrt();
        if length > 0.0 {
            for weight in &mut weights {
                *weight /= length;
            }
        }
        Self(weights)
    }

    /// How much of the user's liking is for a feature.
    pub(crate) fn weight(&self, feature: u32) -> f32 {
        self.0.get(index(feature)).copied().unwrap_or(0.0)
    }

    /// How well a film's features suit, from -1 to 1.
    pub(crate) fn suits(&self, place: usize, catalogue: &Catalogue) -> f32 {
        let vector = catalogue.vector(place);
        vector
            .map(|(feature, weight)| weight * self.weight(feature))
            .sum()
    }
}
