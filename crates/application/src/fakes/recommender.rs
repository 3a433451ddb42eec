//! A recommender that says what it is told to say, and tastes in memory.
use super::state::{Database, Stored};
use crate::{
    recommendation::recommender::{
        Act, ActKind, Evidence, Filter, ModelName, ModelSource, ModelVersion, Ranked, Ranking,
        Recommender, RecommenderState, Scores, Taste, TasteQueries,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId},
    identity::UserId,
    library::StandardList,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Films, the most favoured first, and what speaks for each.
type Favoured = Vec<(FilmId, Vec<Evidence>)>;

/// Ranks the films that suit a filter: those first that it was told to favour, the rest by their
/// identifiers.
#[derive(Clone, Debug, Default)]
pub struct FakeRecommender {
    pub(super) database: Database,
    pub(super) favoured: Arc<Mutex<Favoured>>,
}

impl FakeRecommender {
    /// Ranks a film behind those that were favoured before, and before all others.
    pub fn favours(&self, film: FilmId, why: &[Evidence]) {
        self.favoured().push((film, why.to_vec()));
    }

    fn favoured(&self) -> MutexGuard<'_, Favoured> {
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

#[async_trait]
impl Recommender for FakeRecommender {
    async fn ready(&self) -> Result<(), StoreError> {
        self.database.read(|_| ())
    }

    fn recommend(&self, taste: &Taste, filter: &Filter, _now: DateTime<Utc>) -> Ranking {
        let settled = taste.settled_films();
        let hidden = &taste.hidden.genres;
        self.rank(
            |stored, film| {
                let mut genres = film.content.genres.iter();
                suits(stored, film, filter)
                    && !settled.contains(&film.id)
                    && !genres.any(|genre| hidden.contains_key(genre))
            },
            filter.most,
        )
    }

    /// The favoured films have most, others the middle.
    fn score(&self, taste: &Taste, filter: &Filter, now: DateTime<Utc>) -> Scores {
        let every = Filter {
            most: usize::MAX,
            ..filter.clone()
        };
        let ranking = self.recommend(taste, &every, now);
        let favoured = self.favoured();
        let is_favoured = |film| favoured.iter().any(|(favoured, _)| *favoured == film);
        let score = |film| if is_favoured(film) { 1.0 } else { 0.5 };
        let films = ranking.films.iter().map(|ranked| ranked.film);
        Scores {
            films: films.map(|film| (film, score(film))).collect(),
        }
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
        Taste {
            acts: listed.collect(),
            ..Taste::default()
        }
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
