//! Recommendations in memory.
use super::{
    state::{Database, Stored, dangling, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    recommendation::ports::{PeopleNames, RecommendationRepository, ShownFilms, Wanted},
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{Film, FilmId, PersonId},
    identity::UserId,
    library::StandardList,
    recommendation::{Candidate, Recommendation, Shown},
    taste::{HiddenSubject, Hide},
};
use std::collections::HashMap;

impl Stored {
    fn candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        best: &[FilmId],
        since: DateTime<Utc>,
    ) -> Vec<Candidate> {
        let place = |film: FilmId| best.iter().zip(0..).find(|(best, _)| **best == film);
        let mut candidates: Vec<Candidate> = self
            .films
            .values()
            .filter(|film| wanted.kind.is_none_or(|kind| film.kind == kind))
            .filter(|film| wanted.genres.is_empty() || matching(film, wanted) > 0)
            .filter(|film| !self.is_listed(StandardList::Watched.of(user), film.id))
            .filter(|film| !self.was_given(user, film.id, since))
            .filter(|film| !self.is_settled(user, film))
            .map(|film| Candidate {
                film: film.id,
                is_wished: self.is_listed(StandardList::Wish.of(user), film.id),
                matching_genres: matching(film, wanted),
                has_description: film.content.description.is_some(),
                place: place(film.id).map(|(_, place)| place),
            })
            .collect();
        candidates.sort_by_key(|candidate| (!candidate.is_wished, candidate.place.is_none()));
        candidates
    }

    /// Whether the user rated a film, or does not want to see it.
    fn is_settled(&self, user: UserId, film: &Film) -> bool {
        let how = |subject| self.hidden.get(&(user, subject)).map(|hidden| hidden.how);
        let extras = self.extras.get(&film.id);
        let credits = extras.map(|extras| extras.directors.iter().chain(&extras.cast));
        let people = credits
            .into_iter()
            .flatten()
            .map(|credit| HiddenSubject::Person(credit.person));
        let genres = film.content.genres.iter().copied();
        let mut parts = genres.map(HiddenSubject::Genre).chain(people);
        self.ratings.contains_key(&(user, film.id))
            || how(HiddenSubject::Film(film.id)).is_some()
            || parts.any(|part| how(part) == Some(Hide::Hide))
    }

    fn was_given(&self, user: UserId, film: FilmId, since: DateTime<Utc>) -> bool {
        self.recommendations
            .values()
            .any(|given| given.user == user && given.film == film && given.given_at > since)
    }

    pub(super) fn record(&mut self, given: &Recommendation) -> Result<(), StoreError> {
        if !self.users.contains_key(&given.user) || !self.films.contains_key(&given.film) {
            return Err(dangling("the recommendation of no film or to no user"));
        }
        if self.recommendations.contains_key(&given.id) {
            return Err(duplicate("recommendation"));
        }
        self.recommendations.insert(given.id, given.clone());
        Ok(())
    }
}

fn matching(film: &Film, wanted: &Wanted) -> u32 {
    let genres = film.content.genres.iter();
    let matching = genres.filter(|genre| wanted.genres.contains(genre));
    u32::try_from(matching.count()).unwrap_or(u32::MAX)
}

#[async_trait]
impl RecommendationRepository for FakeUnitOfWork {
    /// The unit of work is the only one anyway, so the turn has come.
    async fn take_turn(&self, user: UserId) -> Result<bool, StoreError> {
        self.with(|stored| stored.users.contains_key(&user))
    }

    async fn find_candidates(
        &self,
        user: UserId,
        wanted: &Wanted,
        best: &[FilmId],
        since: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut candidates = self.with(|stored| stored.candidates(user, wanted, best, since))?;
        candidates.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(candidates)
    }

    async fn record(&self, recommendation: &Recommendation) -> Result<(), StoreError> {
        self.with(|stored| stored.record(recommendation))?
    }

    async fn forget_given(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.recommendations.len();
            stored
                .recommendations
                .retain(|_, given| given.given_at >= before);
            u64::try_from(all - stored.recommendations.len()).unwrap_or(u64::MAX)
        })
    }

    async fn forget_shown(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| {
            let all = stored.shown.len();
            stored
                .shown
                .retain(|_, shown| shown.last_shown_at >= before);
            u64::try_from(all - stored.shown.len()).unwrap_or(u64::MAX)
        })
    }
}

impl Stored {
    fn note_shown(&mut self, user: UserId, film: FilmId, at: DateTime<Utc>) {
        if !self.users.contains_key(&user) || !self.films.contains_key(&film) {
            return;
        }
        let shown = self.shown.entry((user, film)).or_insert(Shown {
            film,
            times: 0,
            last_shown_at: at,
        });
        shown.times += 1;
        shown.last_shown_at = at;
    }

    /// What was proposed to a user.
    pub(super) fn shown_to(&self, user: UserId) -> Vec<Shown> {
        let of_user = self.shown.iter().filter(|((to, _), _)| *to == user);
        of_user.map(|(_, shown)| *shown).collect()
    }

    fn person_name(&self, person: PersonId) -> Option<String> {
        let extras = self.extras.values();
        let mut credits = extras.flat_map(|extras| extras.directors.iter().chain(&extras.cast));
        let found = credits.find(|credit| credit.person == person);
        found.map(|credit| credit.name.clone())
    }
}

/// Notes what was proposed, in memory.
#[derive(Clone, Debug, Default)]
pub struct FakeShownFilms {
    pub(super) database: Database,
}

#[async_trait]
impl ShownFilms for FakeShownFilms {
    async fn note(
        &self,
        user: UserId,
        films: &[FilmId],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let turn = self.database.wait_for_turn().await?;
        let mut copy = self.database.read(Stored::clone)?;
        for film in films {
            copy.note_shown(user, *film, at);
        }
        self.database.commit(copy, turn)
    }
}

/// The names of people who made or play in stored films.
#[derive(Clone, Debug, Default)]
pub struct FakePeopleNames {
    pub(super) database: Database,
}

#[async_trait]
impl PeopleNames for FakePeopleNames {
    async fn names(&self, people: &[PersonId]) -> Result<HashMap<PersonId, String>, StoreError> {
        self.database.read(|stored| {
            let named = people
                .iter()
                .map(|person| (*person, stored.person_name(*person)));
            named
                .filter_map(|(person, name)| Some((person, name?)))
                .collect()
        })
    }
}
