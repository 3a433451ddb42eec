//! What was learned, and how it ranks films for a history.
use crate::{
    acts::Acts,
    closed_form::{self, NotInvertible},
    leanings::Leanings,
    neighbours::Neighbours,
    numbers::{place, real},
    settings::Settings,
    succession::{Steps, following},
    trend::Trend,
};

/// What a user did with a film that the model knows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Past {
    /// Which film.
    pub film: u32,
    /// How much they liked it, in stars from 0.5 to 5.
    pub stars: f32,
    /// When, in seconds.
    pub at: i64,
}

/// How much each part says in a ranking, each measured by how widely it spreads.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Weights {
    similar: f32,
    /// What the kinds of taste say beside a long history, and how much more beside a short one.
    leanings: (f32, f32),
    close: f32,
    next: f32,
    trend: f32,
    /// What popularity counts for a user of whom nothing is known; less with each act.
    popularity: f32,
    /// How much faster the older half of a history counts less than the newer one.
    recency: f32,
    /// The same for what comes next.
    recency_of_next: f32,
}

/// Chosen on validation cuts; see the performance notes.
const WEIGHTS: Weights = Weights {
    similar: 1.0,
    leanings: (0.1, 0.4),
    close: 0.7,
    next: 2.4,
    trend: 0.6,
    popularity: 2.5,
    recency: 3.0,
    recency_of_next: 8.0,
};

/// Of a long history so many acts are looked at, the newest.
const MOST_PAST: usize = 500;

/// A trained model: what goes with each film, what follows it, which kinds of taste there are, and what
/// was popular when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub(crate) similar: Neighbours,
    pub(crate) close: Neighbours,
    pub(crate) next: Neighbours,
    pub(crate) trend: Trend,
    pub(crate) leanings: Leanings,
    /// How many users did something with each film, as a logarithm.
    pub(crate) popularity: Vec<f32>,
}

impl Model {
    /// Learns from acts.
    ///
    /// # Errors
    /// [`NotInvertible`], which no finite acts can bring about.
    pub fn train(acts: &Acts, settings: &Settings) -> Result<Self, NotInvertible> {
        let popularity = acts.popularity();
        Ok(Self {
            similar: closed_form::similar(acts, settings)?,
            close: following(acts, &Steps::close(), settings.neighbours / 2),
            next: following(acts, &Steps::next(), settings.neighbours),
            trend: Trend::new(acts),
            leanings: Leanings::new(acts, settings.leanings),
            popularity: popularity.into_iter().map(f32::ln_1p).collect(),
        })
    }

    /// How many films it knows.
    #[must_use]
    pub fn films(&self) -> usize {
        self.popularity.len()
    }

    /// How often each film was taken up, as a logarithm.
    #[must_use]
    pub fn popularity(&self) -> &[f32] {
        &self.popularity
    }

    /// What goes with each film.
    #[must_use]
    pub const fn similar(&self) -> &Neighbours {
        &self.similar
    }

    /// How much each film is on people's minds at a time, as a logarithm; where it is not known when
    /// acts were, how often it was taken up at all.
    #[must_use]
    pub fn popular_at(&self, now: i64) -> Vec<f32> {
        if self.trend.is_empty() {
            self.popularity.clone()
        } else {
            self.trend.at(now, self.films())
        }
    }

    /// How well each film suits somebody with this past who asks now. Only the order means anything.
    #[must_use]
    pub fn score(&self, past: &[Past], now: i64) -> Vec<f32> {
        let mut past = past.to_vec();
        past.retain(|act| act.stars.is_finite() && place(act.film) < self.films());
        past.sort_by_key(|act| (act.at, act.film));
        let past = past.split_off(past.len().saturating_sub(MOST_PAST));
        let moment = moment(&past, now);
        let mut total = vec![0.0; self.films()];
        let fresh = recency(&past, WEIGHTS.recency * moment * known(past.len(), 10.0));
        let fresher = recency(&past, WEIGHTS.recency_of_next * moment);
        let mut say = |part, weight| add(&mut total, part, weight);
        // A few acts in a row are no course yet that somebody is on.
        let course = moment * known(past.len(), 20.0);
        say(self.sum(&self.similar, &past, &fresh), WEIGHTS.similar);
        if !self.leanings.is_empty() {
            let (long, short) = WEIGHTS.leanings;
            let weight = (long + short * (1.0 - known(past.len(), 20.0))) * (1.0 - course);
            say(self.leaning(&past, &fresh), weight);
        }
        say(
            self.sum(&self.close, &past, &fresh),
            WEIGHTS.close * known(past.len(), 3.0),
        );
        say(self.sum(&self.next, &past, &fresher), WEIGHTS.next * course);
        let taken_up = self.popularity.iter().map(|count| count.exp_m1());
        let unknown = (-real(past.len()) / 4.0).exp();
        say(taken_up.collect(), WEIGHTS.popularity * unknown);
        if !self.trend.is_empty() {
            say(self.trend.at(now, self.films()), WEIGHTS.trend * course);
        }
        total
    }

    /// What films speak for one, the strongest first: which of the past, by its place there, and how much.
    #[must_use]
    pub fn reasons(&self, past: &[Past], film: u32) -> Vec<(usize, f32)> {
        let speaks = |act: &Past| {
            let found = self.similar.of(act.film).find(|(other, _)| *other == film);
            found.map_or(0.0, |(_, weight)| weight)
        };
        let all = past.iter().enumerate().map(|(at, act)| (at, speaks(act)));
        let mut reasons: Vec<(usize, f32)> = all.filter(|(_, weight)| *weight > 0.0).collect();
        reasons.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        reasons
    }

    fn sum(&self, neighbours: &Neighbours, past: &[Past], weights: &[f32]) -> Vec<f32> {
        let mut scores = vec![0.0; self.films()];
        for (film, times) in strengths(past, weights) {
            neighbours.add_to(&mut scores, film, times);
        }
        scores
    }

    fn leaning(&self, past: &[Past], weights: &[f32]) -> Vec<f32> {
        let past = strengths(past, weights);
        self.leanings.score(past, &self.popularity)
    }
}

/// How strongly each film of a past speaks, by how it was liked and how much its time counts.
fn strengths(past: &[Past], weights: &[f32]) -> impl Iterator<Item = (u32, f32)> {
    let settings = Settings::default();
    let films = past.iter().zip(weights);
    films.map(move |(act, weight)| (act.film, weight * settings.tilted(act.stars)))
}

/// How much this is the moment after the user's last act: 1 right after it, less the longer ago it is.
/// Who goes on wants more of what they are at; who comes back after a year is asked by all they told.
fn moment(past: &[Past], now: i64) -> f32 {
    const HALF_AFTER_DAYS: f32 = 30.0;
    const DAY: f32 = 86_400.0;
    let last = past.last().map_or(now, |act| act.at);
    let days = real(now.saturating_sub(last).max(0)) / DAY;
    (1.0 + days / HALF_AFTER_DAYS).recip()
}

/// How much is known of a user by so many acts: half of what can be with `half`.
fn known(acts: usize, half: f32) -> f32 {
    real(acts) / (real(acts) + half)
}

/// How much each act counts by the share of the user's acts that came after it.
fn recency(past: &[Past], speed: f32) -> Vec<f32> {
    let all = real(past.len().max(1));
    let later = |act: &Past| past.len() - past.partition_point(|other| other.at <= act.at);
    past.iter()
        .map(|act| (-speed * real(later(act)) / all).exp())
        .collect()
}

/// Adds a part, measured by how widely its scores spread; one that says the same of all says nothing.
fn add(total: &mut [f32], part: Vec<f32>, weight: f32) {
    let count = real(part.len().max(1));
    let mean = part.iter().sum::<f32>() / count;
    let spread = part.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / count;
    let scale = weight / spread.sqrt();
    if scale.is_finite() {
        for (sum, score) in total.iter_mut().zip(part) {
            *sum += scale * (score - mean);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Act;
    use proptest::prelude::*;

    /// Two circles of users: one watches the even films in order, one the odd ones.
    fn model() -> Model {
        let acts = (0..40_u32).flat_map(|user| {
            (0..10_u32)
                .filter(move |film| film % 2 == user % 2)
                .map(move |film| Act {
                    user,
                    film,
                    stars: 4.0,
                    at: i64::from(user) * 86_400 + i64::from(film) * 60,
                })
        });
        Model::train(&Acts::new(acts.collect(), 11, 100), &Settings::default()).unwrap()
    }

    fn best(past: &[Past], now: i64) -> usize {
        let scores = model().score(past, now);
        let seen: Vec<usize> = past.iter().map(|act| place(act.film)).collect();
        let left = scores
            .iter()
            .enumerate()
            .filter(|(film, _)| !seen.contains(film));
        left.max_by(|(_, one), (_, other)| one.total_cmp(other))
            .unwrap()
            .0
    }

    fn saw(film: u32, at: i64) -> Past {
        Past {
            film,
            stars: 4.0,
            at,
        }
    }

    #[test]
    fn each_circle_gets_its_own_films_and_what_follows_comes_first() {
        assert_eq!(best(&[saw(0, 0), saw(2, 60)], 60), 4);
        assert_eq!(best(&[saw(1, 0), saw(3, 60)], 60), 5);
    }

    #[test]
    fn a_film_is_backed_by_what_the_user_saw() {
        let model = model();
        let reasons = model.reasons(&[saw(1, 0), saw(0, 60), saw(2, 60)], 4);
        let places: Vec<usize> = reasons.iter().map(|(at, _)| *at).collect();
        assert_eq!(places.len(), 2);
        assert!(!places.contains(&0));
    }

    #[test]
    fn one_account_that_rates_everything_moves_nobody_else() {
        let many = |bombed: bool| {
            let people = (0..200_u32).flat_map(|user| {
                let films = (0..20_u32).map(move |step| (user * 7 + step * (1 + user % 3)) % 60);
                films.map(move |film| Act {
                    user,
                    film,
                    stars: 4.0,
                    at: 0,
                })
            });
            let bomb = (0..60_u32).map(|film| Act {
                user: 999,
                film,
                stars: 5.0,
                at: 0,
            });
            let acts: Vec<Act> = people.chain(bomb.filter(|_| bombed)).collect();
            Model::train(&Acts::new(acts, 60, 2_000), &Settings::default()).unwrap()
        };
        let (before, after) = (many(false), many(true));
        let mut kept = 0;
        for film in 0..50 {
            let past = [saw(film, 0), saw(film + 1, 0), saw(film + 3, 0)];
            let top = |model: &Model| {
                let scores = model.score(&past, 0);
                let mut films: Vec<usize> = (0..60).collect();
                films.sort_by(|one, other| scores[*other].total_cmp(&scores[*one]));
                films.truncate(10);
                films
            };
            let known = top(&before);
            kept += top(&after)
                .iter()
                .filter(|film| known.contains(film))
                .count();
        }
        assert!(kept >= 450, "{kept} of 500");
    }

    #[test]
    fn strange_users_neither_break_learning_nor_get_strange_answers() {
        let usual = (0..60_u32)
            .flat_map(|user| (0..12).map(move |step| (user, (user * 5 + step * 7) % 90)));
        let all_tens = (0..90).map(|film| (60, film));
        let one_film = [(61, 4)];
        let tireless = (0..50_000).map(|step| (62, step % 90));
        let pairs = usual.chain(all_tens).chain(one_film).chain(tireless);
        let acts = pairs.zip(0..).map(|((user, film), at)| Act {
            user,
            film,
            stars: 5.0,
            at,
        });
        let acts: Vec<Act> = acts.collect();
        let backwards: Vec<Act> = acts.iter().rev().copied().collect();
        let train = |acts| Model::train(&Acts::new(acts, 90, 2_000), &Settings::default()).unwrap();
        let model = train(acts);
        assert_eq!(model.to_bytes(), train(backwards).to_bytes());
        let of_all: Vec<Past> = (0..90).map(|film| saw(film, 0)).collect();
        let tireless: Vec<Past> = (0..50_000)
            .map(|step| saw(step % 90, i64::from(step)))
            .collect();
        for past in [&[][..], &of_all, &[saw(4, 0)], &tireless] {
            let scores = model.score(past, 100);
            assert!(scores.iter().all(|score| score.is_finite()));
            assert!(scores.iter().any(|score| *score != 0.0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn every_history_gets_finite_scores(
            past in proptest::collection::vec((0_u32..14, proptest::num::f32::ANY, any::<i64>()), 0..30),
            now in any::<i64>(),
        ) {
            let past: Vec<Past> = past
                .into_iter()
                .map(|(film, stars, at)| Past { film, stars, at })
                .collect();
            let scores = model().score(&past, now);
            prop_assert_eq!(scores.len(), 11);
            prop_assert!(scores.iter().all(|score| score.is_finite()));
        }
    }
}
