//! A language model that says what a test wants, and what asking it costs.
use super::state::{Database, Stored, locked};
use crate::{
    assistant::ports::{
        Guesses, LanguageModel, Listener, ModelBudget, ModelError, ModelLimits, ModelPolicy,
        ModelState, Remembered, Step, Talk, Tool, ToolCall, Turn,
    },
    shared::store::StoreError,
};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::{identity::UserId, library::HexColor};
use std::{
    collections::VecDeque,
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

/// What a model was told before it said something.
#[derive(Clone, Debug)]
pub struct AskedToTalk {
    /// What was said and done.
    pub steps: Vec<Step>,
    /// Whether it could use tools.
    pub may_use_tools: bool,
    /// Within which time.
    pub within: Duration,
}

type Coloring = dyn Fn() -> Result<[HexColor; 3], ModelError> + Send + Sync;
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
    coloring: Option<Arc<Coloring>>,
    asked_to_guess: Vec<AskedToGuess>,
    turns: VecDeque<Result<Turn, ModelError>>,
    asked_to_talk: Vec<AskedToTalk>,
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

    /// Is ready, and says this when its turn comes.
    pub fn says(&self, words: &str) {
        self.takes_turn(Ok(Turn {
            text: words.to_owned(),
            calls: Vec::new(),
        }));
    }

    /// Is ready, and wishes to use these tools when its turn comes.
    pub fn wishes(&self, tools: impl IntoIterator<Item = Tool>) {
        let calls = tools
            .into_iter()
            .enumerate()
            .map(|(number, tool)| ToolCall {
                id: format!("call-{number}"),
                name: "a_tool".to_owned(),
                arguments: "{}".to_owned(),
                tool,
            });
        self.takes_turn(Ok(Turn {
            text: String::new(),
            calls: calls.collect(),
        }));
    }

    /// Is ready, and does this when its turn comes.
    pub fn takes_turn(&self, turn: Result<Turn, ModelError>) {
        let mut mind = locked(&self.inner);
        mind.state = Some(ModelState::Ready);
        mind.turns.push_back(turn);
    }

    /// What it was told each time before it said something.
    #[must_use]
    pub fn asked_to_talk(&self) -> Vec<AskedToTalk> {
        locked(&self.inner).asked_to_talk.clone()
    }

    /// Is ready, and proposes these colours from now on.
    pub fn proposes(
        &self,
        colors: impl Fn() -> Result<[HexColor; 3], ModelError> + Send + Sync + 'static,
    ) {
        let mut mind = locked(&self.inner);
        mind.state = Some(ModelState::Ready);
        mind.coloring = Some(Arc::new(colors));
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

    async fn propose_colors(&self, _: &str, _: Duration) -> Result<[HexColor; 3], ModelError> {
        let coloring = locked(&self.inner).coloring.clone();
        coloring.ok_or(ModelError::NotReady)?()
    }

    /// Takes the next turn, its words in two parts.
    async fn converse(
        &self,
        talk: Talk<'_>,
        listener: &dyn Listener,
        within: Duration,
    ) -> Result<Turn, ModelError> {
        let turn = {
            let mut mind = locked(&self.inner);
            mind.asked_to_talk.push(AskedToTalk {
                steps: talk.steps.to_vec(),
                may_use_tools: talk.may_use_tools,
                within,
            });
            mind.turns
                .pop_front()
                .unwrap_or(Err(ModelError::NotReady))?
        };
        let middle = turn.text.chars().count() / 2;
        let parts: [String; 2] = [
            turn.text.chars().take(middle).collect(),
            turn.text.chars().skip(middle).collect(),
        ];
        for part in parts.iter().filter(|part| !part.is_empty()) {
            listener.hear(part).await;
        }
        Ok(turn)
    }
}

/// Limits that a test can change.
#[derive(Clone, Debug)]
pub struct FakeModelPolicy(Arc<Mutex<ModelLimits>>);

impl Default for FakeModelPolicy {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(ModelLimits {
            search_within: Duration::from_secs(4),
            reply_within: Duration::from_mins(1),
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
