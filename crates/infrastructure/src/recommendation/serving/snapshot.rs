//! What serves at a moment: all films, and what ranks them.
use super::{
    catalogue::{Catalogue, Feature, index},
    diversity::{Candidate, choose, cosine},
    filter::{Moods, Sieve},
    profile::{Opinion, Profile, opinions},
    reasons::ContentReasons,
};
use crate::recommendation::{numbers::real, training::Learned};
use application::recommendation::{
    recommender::{Evidence, Filter, ModelName, ModelSource, Ranked, Ranking, Scores, Taste},
    training::TrainedModel,
};
use chrono::{DateTime, Utc};
use domain::{catalogue::FilmId, recommendation::Shown, taste::Hide};
use learning::Past;
use std::{cmp::Ordering, collections::HashMap, sync::Arc};

/// How many candidates are looked at for each film of a list that is to be diverse.
const CHOICE: usize = 5;
/// From this share of films on the most popular ones count as popular.
const POPULAR: f32 = 0.95;

/// All films and what ranks them; never changed once it serves.
#[derive(Clone, Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) catalogue: Catalogue,
    pub(crate) moods: Moods,
    pub(crate) model: Option<Arc<ServingModel>>,
    /// The number that the model knows each film by.
    numbers: Vec<Option<u32>>,
    /// The share of films that are less popular than each.
    popularity: Vec<f32>,
}

/// A trained model that serves.
#[derive(Debug)]
pub(crate) struct ServingModel {
    pub(crate) trained: TrainedModel,
    pub(crate) learned: Learned,
}

/// What is said of each film, by its place.
struct Judged {
    opinions: Vec<Opinion>,
    /// The opinions of films that the model knows, by their place among all, and what it is told of them.
    past: Vec<(usize, Past)>,
    profile: Profile,
    /// How well each suits: from 0, the worst of all, to 1, the best.
    total: Vec<f32>,
}

impl Snapshot {
    /// A snapshot of these films, ranked by this model if there is one.
    pub(crate) fn new(
        catalogue: Catalogue,
        moods: Moods,
        model: Option<Arc<ServingModel>>,
    ) -> Self {
        let mut numbers = vec![None; catalogue.len()];
        let known = model.iter().flat_map(|model| &model.learned.films);
        for (film, number) in known.zip(0_u32..) {
            if let Some(place) = catalogue.place(*film)
                && let Some(known) = numbers.get_mut(place)
            {
                *known = Some(number);
            }
        }
        let popular = model
            .as_ref()
            .map(|model| model.learned.model.popular_at(i64::MAX));
        let said = catalogue.entries().zip(&numbers).map(|(film, number)| {
            /// Less than the logarithm of any number of acts.
            const UNHEARD_OF: f32 = -100.0;
            match &popular {
                Some(popular) => {
                    let learned = number.and_then(|number| popular.get(index(number)));
                    // What nobody told of comes behind everything that somebody did.
                    learned.copied().unwrap_or(UNHEARD_OF + film.popularity)
                }
                None => film.popularity,
            }
        });
        let popularity = ranks(&said.collect::<Vec<_>>());
        Self {
            catalogue,
            moods,
            model,
            numbers,
            popularity,
        }
    }

    pub(crate) fn source(&self) -> ModelSource {
        ModelSource {
            name: self
                .model
                .as_ref()
                .map_or(ModelName::Content, |_| ModelName::Blend),
            version: self.model.as_ref().map(|model| model.trained.version),
        }
    }

    /// The films that suit best.
    pub(crate) fn recommend(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Ranking {
        let novelty = novelty_of(filter);
        let judged = self.judge(taste, novelty, now);
        let sieve = self.sieve(taste, filter);
        let wanted = self.candidates(&judged, &sieve, filter, &taste.shown, now);
        let chosen = choose(&wanted, filter.most, filter.diversity, &self.catalogue);
        let reasons = ContentReasons::new(&self.catalogue, &judged.profile, &judged.opinions);
        let films = chosen.iter().filter_map(|candidate| {
            let film = self.catalogue.entry(candidate.place)?;
            let moods = sieve.suited_moods(film);
            let mut why = self.company(&judged, candidate.place);
            why.extend(reasons.of(candidate.place));
            why.extend(moods.map(|mood| Evidence::FitsMood { mood }));
            why.extend(
                self.is_popular(candidate.place)
                    .then_some(Evidence::PopularNow),
            );
            Some(Ranked {
                film: film.id,
                score: candidate.score.clamp(0.0, 1.0),
                why,
            })
        });
        Ranking {
            source: self.source_for(&judged),
            films: films.collect(),
        }
    }

    /// How much the user would like films, as the share of all films that they would like less.
    pub(crate) fn score(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Scores {
        let shares = ranks(&self.judge(taste, 0.0, now).total);
        let sieve = self.sieve(taste, filter);
        let films = self.catalogue.entries().zip(shares);
        let suitable = films.filter(|(film, _)| sieve.lets_through(film));
        Scores {
            films: suitable.map(|(film, share)| (film.id, share)).collect(),
        }
    }

    fn sieve<'a>(&self, taste: &Taste, filter: &'a Filter) -> Sieve<'a> {
        let without = filter.without.iter().copied();
        let without = without.chain(taste.settled_films()).collect();
        Sieve::new(filter, without, &taste.hidden, &self.moods, &self.catalogue)
    }

    /// The films most like one, by what they are made of.
    pub(crate) fn similar(&self, film: FilmId, most: usize) -> Option<Ranking> {
        let place = self.catalogue.place(film)?;
        let vector: HashMap<u32, f32> = self.catalogue.vector(place).collect();
        let others = (0..self.catalogue.len()).filter(|other| *other != place);
        let alike = others.map(|place| Candidate {
            place,
            score: cosine(&vector, place, &self.catalogue),
        });
        let films = best_of(alike.collect(), most)
            .into_iter()
            .filter_map(|candidate| {
                Some(Ranked {
                    film: self.catalogue.entry(candidate.place)?.id,
                    score: candidate.score.clamp(0.0, 1.0),
                    why: self.in_common(&vector, candidate.place, film),
                })
            });
        Some(Ranking {
            source: self.source(),
            films: films.collect(),
        })
    }

    /// The genres and people that a film shares with one, the rarest first.
    fn in_common(&self, vector: &HashMap<u32, f32>, place: usize, film: FilmId) -> Vec<Evidence> {
        let own = self.catalogue.vector(place);
        let mut shared: Vec<(u32, f32)> = own
            .filter(|(feature, _)| vector.contains_key(feature))
            .collect();
        shared.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let evidence = shared.into_iter().filter_map(|(feature, _)| {
            match self.catalogue.feature(feature)? {
                Feature::Person(credit) => Some(Evidence::SharesPerson {
                    person: credit.person,
                    role: credit.role,
                    film,
                }),
                Feature::Genre(genre) => Some(Evidence::SharesGenre { genre, film }),
                _ => None,
            }
        });
        evidence.take(3).collect()
    }

    fn judge(&self, taste: &Taste, novelty: f32, now: DateTime<Utc>) -> Judged {
        let mut opinions = opinions(taste, &self.catalogue);
        let past = self.past(&opinions);
        opinions.extend(self.turned_down(taste));
        let profile = Profile::of(&opinions, &self.catalogue);
        let content: Vec<f32> = (0..self.catalogue.len())
            .map(|place| profile.suits(place, &self.catalogue))
            .collect();
        let mut total = match &self.model {
            Some(model) => self.blended(model, &past, content, now),
            None => self.by_content(&opinions, content, novelty),
        };
        stretch(&mut total);
        Judged {
            opinions,
            past,
            profile,
            total,
        }
    }

    /// What the model is told of a user's opinions.
    fn past(&self, opinions: &[Opinion]) -> Vec<(usize, Past)> {
        /// What counts of which nobody said how much they liked it, and what a favourite does.
        const UNRATED: f32 = 3.5;
        const FAVOURITE: f32 = 5.0;
        let known = opinions.iter().enumerate().filter_map(|(at, opinion)| {
            let film = self.numbers.get(opinion.place).copied().flatten()?;
            let rated = opinion.rating.map(|rating| f32::from(rating.get()) / 2.0);
            let unrated = if opinion.is_liked { FAVOURITE } else { UNRATED };
            let past = Past {
                film,
                stars: rated.unwrap_or(unrated),
                at: opinion.at.timestamp(),
            };
            Some((at, past))
        });
        known.collect()
    }

    /// Without a trained model: content, the more the user has told, and popularity, the less the more
    /// novelty is asked for.
    fn by_content(&self, opinions: &[Opinion], mut content: Vec<f32>, novelty: f32) -> Vec<f32> {
        stretch(&mut content);
        let share = told(opinions);
        let pull = (1.0 - share) * (1.0 - novelty);
        let films = content.iter().zip(&self.popularity);
        films
            .map(|(content, popularity)| share * content + pull * popularity)
            .collect()
    }

    /// What the model says, and content: the less the user has told the more, since the model then
    /// knows little of them; a film that the model does not know has content alone to speak for it.
    fn blended(
        &self,
        model: &ServingModel,
        past: &[(usize, Past)],
        mut content: Vec<f32>,
        now: DateTime<Utc>,
    ) -> Vec<f32> {
        /// What content counts beside a long history, and how much more beside a short one.
        const LONG: f32 = 0.1;
        const SHORT: f32 = 0.5;
        /// What content counts of a film that nobody has rated, and what is held against it.
        const ALONE: f32 = 0.6;
        const UNPROVEN: f32 = 0.5;
        let told: Vec<Past> = past.iter().map(|(_, past)| *past).collect();
        let mut learned = model.learned.model.score(&told, now.timestamp());
        standardise(&mut learned);
        standardise(&mut content);
        let share = if told.is_empty() {
            LONG
        } else {
            LONG + SHORT / real(told.len())
        };
        let films = content.iter().zip(&self.numbers);
        let blended = films.map(|(content, number)| {
            let learned = number.and_then(|number| learned.get(index(number)));
            learned.map_or(ALONE * content - UNPROVEN, |learned| {
                learned + share * content
            })
        });
        blended.collect()
    }

    /// The films of the user's for which people who like them like this one too.
    fn company(&self, judged: &Judged, place: usize) -> Vec<Evidence> {
        const MOST: usize = 2;
        let number = self.numbers.get(place).copied().flatten();
        let (Some(model), Some(number)) = (&self.model, number) else {
            return Vec::new();
        };
        let told: Vec<Past> = judged.past.iter().map(|(_, past)| *past).collect();
        let reasons = model.learned.model.reasons(&told, number);
        let speaking = reasons.into_iter().filter_map(|(at, _)| {
            let (at, _) = judged.past.get(at)?;
            let opinion = judged.opinions.get(*at)?;
            let film = self.catalogue.entry(opinion.place)?.id;
            match opinion.rating {
                _ if opinion.is_liked => Some(Evidence::BecauseYouLiked { film }),
                Some(value) if opinion.is_good() => Some(Evidence::BecauseYouRated { film, value }),
                Some(_) => None,
                None => Some(Evidence::PeopleWithYourTaste { film }),
            }
        });
        speaking.take(MOST).collect()
    }

    /// Films that the user said are not to their taste speak against what is like them.
    fn turned_down(&self, taste: &Taste) -> Vec<Opinion> {
        let films = taste.hidden.films.iter();
        let turned_down = films.filter(|(_, how)| **how == Hide::NotInterested);
        turned_down
            .filter_map(|(film, _)| {
                Some(Opinion {
                    place: self.catalogue.place(*film)?,
                    rating: None,
                    is_liked: false,
                    liking: -0.5,
                    at: DateTime::UNIX_EPOCH,
                })
            })
            .collect()
    }

    fn source_for(&self, judged: &Judged) -> ModelSource {
        let name = if judged.opinions.is_empty() {
            ModelName::Popularity
        } else {
            self.source().name
        };
        ModelSource {
            name,
            ..self.source()
        }
    }

    /// The films that may be recommended, the best first: as many as a choice is made of.
    fn candidates(
        &self,
        judged: &Judged,
        sieve: &Sieve<'_>,
        filter: &Filter,
        shown: &[Shown],
        now: DateTime<Utc>,
    ) -> Vec<Candidate> {
        let ignored: HashMap<FilmId, f32> = shown
            .iter()
            .map(|shown| (shown.film, shown.weight(now)))
            .collect();
        let moods = self.mood_weights(sieve.moods());
        let novelty = novelty_of(filter);
        let films = self.catalogue.entries().enumerate();
        let suitable = films.filter(|(_, film)| sieve.lets_through(film));
        let candidates = suitable.map(|(place, film)| {
            let by_mood = moods.as_ref().map_or(0.0, |moods| {
                0.5 * self
                    .catalogue
                    .vector(place)
                    .map(|(f, w)| w * weight_in(moods, f))
                    .sum::<f32>()
            });
            let known = novelty * 0.5 * self.popularity_of(place);
            let disliked = if sieve.is_disliked(film) { 0.3 } else { 0.0 };
            let fresh = ignored.get(&film.id).copied().unwrap_or(1.0);
            let score = judged.total.get(place).copied().unwrap_or(0.0);
            Candidate {
                place,
                score: fresh * score + by_mood - known - disliked,
            }
        });
        let most = if filter.diversity > 0.0 {
            filter.most.saturating_mul(CHOICE)
        } else {
            filter.most
        };
        best_of(candidates.collect(), most)
    }

    /// What features say of moods: how much likelier a film with a feature is of one of the genres of
    /// a mood than any film. So a keyword speaks for a mood as a genre does.
    fn mood_weights(&self, moods: &[Vec<u32>]) -> Option<Vec<f32>> {
        /// So many usual films are counted with each feature, since one of few films proves little.
        const PRIOR: f32 = 5.0;
        if moods.is_empty() {
            return None;
        }
        let count = self.catalogue.feature_count();
        let (mut with, mut suited) = (vec![0.0_f32; count], vec![0.0_f32; count]);
        let mut all_suited = 0.0;
        for film in self.catalogue.entries() {
            let suits = moods
                .iter()
                .flatten()
                .any(|genre| film.features.contains(genre));
            let suits = if suits { 1.0 } else { 0.0 };
            all_suited += suits;
            for feature in film.features.iter().map(|feature| index(*feature)) {
                if let (Some(with), Some(suited)) = (with.get_mut(feature), suited.get_mut(feature))
                {
                    *with += 1.0;
                    *suited += suits;
                }
            }
        }
        let usual = all_suited / real(self.catalogue.len().max(1));
        let weights = with.iter().zip(&suited);
        Some(
            weights
                .map(|(with, suited)| (suited + PRIOR * usual) / (with + PRIOR) - usual)
                .collect(),
        )
    }

    fn popularity_of(&self, place: usize) -> f32 {
        self.popularity.get(place).copied().unwrap_or(0.0)
    }

    fn is_popular(&self, place: usize) -> bool {
        let is_told_of = match &self.model {
            Some(_) => self.numbers.get(place).copied().flatten().is_some(),
            None => self
                .catalogue
                .entry(place)
                .is_some_and(|film| film.popularity > 0.0),
        };
        is_told_of && self.popularity_of(place) >= POPULAR
    }
}

/// How much novelty is asked for, from 0 to 1.
fn novelty_of(filter: &Filter) -> f32 {
    if filter.novelty.is_finite() {
        filter.novelty.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn weight_in(weights: &[f32], feature: u32) -> f32 {
    weights.get(index(feature)).copied().unwrap_or(0.0)
}

/// How much of a ranking is the user's own: from 0, nothing is known of them, towards 1.
fn told(opinions: &[Opinion]) -> f32 {
    /// With so many opinions it is half; a single strong one is more, since nothing else is known.
    const HALF: f32 = 0.5;
    let told: f32 = opinions.iter().map(|opinion| opinion.liking.abs()).sum();
    told / (told + HALF)
}

fn best_first(one: &Candidate, other: &Candidate) -> Ordering {
    other
        .score
        .total_cmp(&one.score)
        .then(one.place.cmp(&other.place))
}

/// The best of some candidates, the best first.
fn best_of(mut candidates: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    if most < candidates.len() {
        candidates.select_nth_unstable_by(most, best_first);
        candidates.truncate(most);
    }
    candidates.sort_unstable_by(best_first);
    candidates
}

/// Measures scores by how widely they spread; all alike become 0.
fn standardise(scores: &mut [f32]) {
    let count = real(scores.len().max(1));
    let mean = scores.iter().sum::<f32>() / count;
    let spread = (scores
        .iter()
        .map(|score| (score - mean).powi(2))
        .sum::<f32>()
        / count)
        .sqrt();
    for score in scores {
        *score = if spread > 0.0 {
            (*score - mean) / spread
        } else {
            0.0
        };
    }
}

/// Stretches scores to 0 for the lowest and 1 for the highest; all alike become 0, and what is no
/// number does too.
fn stretch(scores: &mut [f32]) {
    for score in scores.iter_mut().filter(|score| !score.is_finite()) {
        *score = 0.0;
    }
    let lowest = scores.iter().copied().fold(f32::INFINITY, f32::min);
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let span = highest - lowest;
    for score in scores {
        *score = if span > 0.0 {
            (*score - lowest) / span
        } else {
            0.0
        };
    }
}

/// For each score the share of scores that are lower; half of those that are the same count too.
fn ranks(scores: &[f32]) -> Vec<f32> {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let all = real(sorted.len().max(1));
    let share = |score: &f32| {
        let lower = sorted.partition_point(|other| other.total_cmp(score).is_lt());
        let not_higher = sorted.partition_point(|other| other.total_cmp(score).is_le());
        real(lower + not_higher) / 2.0 / all
    };
    scores.iter().map(share).collect()
}

#[cfg(test)]
mod tests;
