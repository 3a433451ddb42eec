//! A language model that says what a test wants, and what asking it costs.
use super::state::{Database, Stored, locked};
use crate::{
    assistant::ports::{
        Guesses, LanguageModel, ModelBudget, ModelError, ModelLimits, ModelPolicy, ModelState,
        Remembered,
    },
    catalogue::ports::FilmResolver,
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{
    catalogue::{FilmGuess, FilmId, comparable},
    identity::UserId,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// What a model was asked about a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedToGuess {
    /// Words of the title.
    pub title: Option<String>,
    /// Words about the film.
    pub description: String,
    /// Within which time.
    pub within: Duration,
}

type Guessing = dyn Fn() -> Result<Guesses, ModelError> + Send + Sync;

/// A model that is not configured until a test tells it what to say.
#[derive(Clone, Default)]
pub struct FakeLanguageModel {
    inner: Arc<Mutex<Mind>>,
}

#[derive(Default)]
struct Mind {
    state: Option<ModelState>,
    guessing: Option<Arc<Guessing>>,
    asked_to_guess: Vec<AskedToGuess>,
}

impl FakeLanguageModel {
    /// Is in this state from now on.
    pub fn set_state(&self, state: ModelState) {
        locked(&self.inner).state = Some(state);
    }

    /// Is ready, and guesses so from now on.
    pub fn guesses(&self, guess: impl Fn() -> Result<Guesses, ModelError> + Send + Sync + 'static) {
        let mut mind = locked(&self.inner);
        mind.state = Some(ModelState::Ready);
        mind.guessing = Some(Arc::new(guess));
    }

    /// What it was asked to guess.
    #[must_use]
    pub fn asked_to_guess(&self) -> Vec<AskedToGuess> {
        locked(&self.inner).asked_to_guess.clone()
    }
}

#[async_trait]
impl LanguageModel for FakeLanguageModel {
    fn state(&self) -> ModelState {
        let state = locked(&self.inner).state;
        state.unwrap_or(ModelState::NotConfigured)
    }

    async fn guess_films(
        &self,
        remembered: Remembered<'_>,
        within: Duration,
    ) -> Result<Guesses, ModelError> {
        let mut mind = locked(&self.inner);
        mind.asked_to_guess.push(AskedToGuess {
            title: remembered.title.map(str::to_owned),
            description: remembered.description.to_owned(),
            within,
        });
        let guess = mind.guessing.clone().ok_or(ModelError::NotReady)?;
        drop(mind);
        guess()
    }
}

/// Limits that a test can change.
#[derive(Clone, Debug)]
pub struct FakeModelPolicy(Arc<Mutex<ModelLimits>>);

impl Default for FakeModelPolicy {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(ModelLimits {
            search_within: Duration::from_secs(4),
            daily_per_user: 100,
            daily_of_visitors: 100,
        })))
    }
}

impl FakeModelPolicy {
    /// Changes the limits.
    pub fn change(&self, change: impl FnOnce(&mut ModelLimits)) {
        change(&mut locked(&self.0));
    }
}

impl ModelPolicy for FakeModelPolicy {
    fn limits(&self) -> ModelLimits {
        *locked(&self.0)
    }
}

/// Counts in memory.
#[derive(Clone, Debug, Default)]
pub struct FakeModelBudget {
    pub(super) database: Database,
}

impl Stored {
    fn spend(&mut self, user: Option<UserId>, day: NaiveDate, most: u32) -> bool {
        let spent = self.model_spending.entry(user).or_insert((day, 0));
        if spent.0 < day {
            *spent = (day, 0);
        }
        let is_granted = spent.1 < most;
        spent.1 += u32::from(is_granted);
        is_granted
    }
}

#[async_trait]
impl ModelBudget for FakeModelBudget {
    async fn spend(
        &self,
        user: Option<UserId>,
        day: NaiveDate,
        most: u32,
    ) -> Result<bool, StoreError> {
        let turn = self.database.wait_for_turn().await?;
        let mut copy = self.database.read(Stored::clone)?;
        if user.is_some_and(|user| !copy.users.contains_key(&user)) {
            return Err(super::state::dangling("the spending of no user"));
        }
        let is_granted = copy.spend(user, day, most);
        self.database.commit(copy, turn)?;
        Ok(is_granted)
    }
}

/// Knows the films that it was told to know, by title.
#[derive(Clone, Debug, Default)]
pub struct FakeFilmResolver {
    films: Arc<Mutex<HashMap<String, FilmId>>>,
}

impl FakeFilmResolver {
    /// Finds a film under a title from now on.
    pub fn knows(&self, title: &str, film: FilmId) {
        locked(&self.films).insert(comparable(title), film);
    }
}

#[async_trait]
impl FilmResolver for FakeFilmResolver {
    async fn resolve(&self, guess: &FilmGuess, _: Duration) -> Option<FilmId> {
        let films = locked(&self.films);
        films.get(&comparable(guess.title.as_str())).copied()
    }
}
