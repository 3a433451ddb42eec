//! A recommender that says what it is told to say, and tastes in memory.
use super::state::{Database, Stored};
use crate::{
    recommendation::recommender::{
        Act, ActKind, Evidence, Filter, Hidden, ModelName, ModelSource, ModelVersion, Ranked,
        Ranking, Recommender, RecommenderState, Scores, Taste, TasteQueries,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId},
    identity::UserId,
    library::StandardList,
    taste::{HiddenSubject, Hide},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A film, and what speaks for it.
type Favoured = (FilmId, Vec<Evidence>);

/// Ranks the films that suit a filter: those first that it was told to favour, the rest by their
/// identifiers.
#[derive(Clone, Debug, Default)]
pub struct FakeRecommender {
    pub(super) database: Database,
    pub(super) favoured: Arc<Mutex<Vec<Favoured>>>,
}

impl FakeRecommender {
    /// Ranks a film behind those that were favoured before, and before all others.
    pub fn favours(&self, film: FilmId, why: &[Evidence]) {
        self.favoured().push((film, why.to_vec()));
    }

    fn favoured(&self) -> MutexGuard<'_, Vec<Favoured>> {
        self.favoured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn source() -> ModelSource {
        ModelSource {
            name: ModelName::Blend,
            version: Some(ModelVersion(1)),
        }
    }

    fn rank(&self, suits: impl Fn(&Stored, &Film) -> bool, most: usize) -> Ranking {
        let favoured = self.favoured().clone();
        self.database.peek(|stored| {
            let ranks: HashMap<FilmId, usize> =
                favoured.iter().map(|(film, _)| *film).zip(0..).collect();
            let films = stored.films.values();
            let mut films: Vec<&Film> = films.filter(|film| suits(stored, film)).collect();
            films.sort_by_key(|film| ranks.get(&film.id).copied().unwrap_or(usize::MAX));
            let scores = std::iter::successors(Some(1.0_f32), |score| Some(score * 0.9));
            let why = |film: &Film| {
                let found = favoured.iter().find(|(favoured, _)| *favoured == film.id);
                found.map(|(_, why)| why.clone()).unwrap_or_default()
            };
            let ranked = films.into_iter().zip(scores).map(|(film, score)| Ranked {
                film: film.id,
                score,
                why: why(film),
            });
            Ranking {
                source: Self::source(),
                films: ranked.take(most).collect(),
            }
        })
    }
}

fn suits(stored: &Stored, film: &Film, filter: &Filter) -> bool {
    let content = &film.content;
    let year = content.release_year;
    let extras = stored.extras.get(&film.id);
    let minutes = extras
        .and_then(|extras| extras.runtime_minutes)
        .map(u32::from);
    let is_of = |genre| filter.genres.contains(genre);
    filter.kind.is_none_or(|kind| film.kind == kind)
        && (filter.genres.is_empty() || content.genres.iter().any(is_of))
        && filter
            .year_from
            .is_none_or(|from| year.is_some_and(|year| year >= from))
        && filter
            .year_to
            .is_none_or(|to| year.is_some_and(|year| year <= to))
        && filter
            .minutes_from
            .is_none_or(|from| minutes.is_some_and(|minutes| minutes >= from))
        && filter
            .minutes_to
            .is_none_or(|to| minutes.is_some_and(|minutes| minutes <= to))
        && !filter.without.contains(&film.id)
        && filter
            .only
            .as_ref()
            .is_none_or(|only| only.contains(&film.id))
}

fn may_be_recommended(stored: &Stored, film: &Film, taste: &Taste, filter: &Filter) -> bool {
    let mut genres = film.content.genres.iter();
    let is_hidden = |genre| taste.hidden.genres.get(genre) == Some(&Hide::Hide);
    suits(stored, film, filter)
        && !taste.settled_films().contains(&film.id)
        && !genres.any(is_hidden)
}

fn is_alike(stored: &Stored, film: FilmId, other: &Film) -> bool {
    let genres = stored.films.get(&film).map(|film| &film.content.genres);
    genres.is_some_and(|genres| {
        genres
            .iter()
            .any(|genre| other.content.genres.contains(genre))
    })
}

fn feeling(act: ActKind) -> f32 {
    match act {
        ActKind::Rated(rating) => f32::from(rating.get()) - 5.5,
        ActKind::Liked => 3.0,
        ActKind::Wished | ActKind::Watched => 0.0,
    }
}

#[async_trait]
impl Recommender for FakeRecommender {
    async fn ready(&self) -> Result<(), StoreError> {
        self.database.read(|_| ())
    }

    fn recommend(&self, taste: &Taste, filter: &Filter, _now: DateTime<Utc>) -> Ranking {
        let suits = |stored: &Stored, film: &Film| may_be_recommended(stored, film, taste, filter);
        self.rank(suits, filter.most)
    }

    /// What the user liked or rated high speaks for films of the same genres, what they rated low
    /// against them; the favoured ones are liked the most.
    fn score(&self, taste: &Taste, filter: &Filter, _now: DateTime<Utc>) -> Scores {
        let favoured = self.favoured().clone();
        self.database.peek(|stored| {
            let films = stored.films.values();
            let suit = films.filter(|film| may_be_recommended(stored, film, taste, filter));
            let score = |film: &Film| {
                if favoured.iter().any(|(favoured, _)| *favoured == film.id) {
                    return 1.0;
                }
                let felt = taste
                    .acts
                    .iter()
                    .filter(|act| is_alike(stored, act.film, film));
                felt.map(|act| feeling(act.kind))
                    .sum::<f32>()
                    .mul_add(0.1, 0.5)
            };
            Scores {
                films: suit.map(|film| (film.id, score(film))).collect(),
            }
        })
    }

    fn similar(&self, film: FilmId, most: usize) -> Option<Ranking> {
        let is_known = self
            .database
            .peek(|stored| stored.films.contains_key(&film));
        is_known.then(|| self.rank(|_, other| other.id != film, most))
    }

    fn state(&self) -> RecommenderState {
        let films = self.database.peek(|stored| stored.films.len());
        RecommenderState {
            source: Self::source(),
            trained_at: None,
            users: 0,
            acts: 0,
            films: u64::try_from(films).unwrap_or(u64::MAX),
        }
    }
}

/// Reads tastes from memory.
#[derive(Clone, Debug, Default)]
pub struct FakeTasteQueries {
    pub(super) database: Database,
}

impl Stored {
    fn taste(&self, user: UserId) -> Taste {
        let lists = [
            (StandardList::Liked, ActKind::Liked),
            (StandardList::Wish, ActKind::Wished),
            (StandardList::Watched, ActKind::Watched),
        ];
        let listed = lists.into_iter().flat_map(|(list, kind)| {
            let entries = self.entries_of(list.of(user)).into_iter();
            entries.map(move |entry| Act {
                film: entry.film,
                kind,
                at: entry.added_at,
            })
        });
        let ratings = self.ratings.values().filter(|rating| rating.user == user);
        let rated = ratings.map(|rating| Act {
            film: rating.film,
            kind: ActKind::Rated(rating.rating),
            at: rating.rated_at,
        });
        Taste {
            acts: listed.chain(rated).collect(),
            hidden: self.hidden_by(user),
            shown: self.shown_to(user),
        }
    }

    fn hidden_by(&self, user: UserId) -> Hidden {
        let mut all = Hidden::default();
        for hidden in self.hidden.values().filter(|hidden| hidden.user == user) {
            match hidden.subject {
                HiddenSubject::Film(film) => drop(all.films.insert(film, hidden.how)),
                HiddenSubject::Genre(genre) => drop(all.genres.insert(genre, hidden.how)),
                HiddenSubject::Person(person) => drop(all.people.insert(person, hidden.how)),
            }
        }
        all
    }
}

#[async_trait]
impl TasteQueries for FakeTasteQueries {
    async fn read(&self, user: UserId) -> Result<Taste, StoreError> {
        self.database.read(|stored| stored.taste(user))
    }

    async fn read_many(&self, users: &[UserId]) -> Result<Vec<Taste>, StoreError> {
        self.database
            .read(|stored| users.iter().map(|user| stored.taste(*user)).collect())
    }
}
