//! The assistant answers a question, word by word, with films beside the words.
use super::{
    asking::{Deadline, may_ask},
    ports::{
        LanguageModel, Listener, ModelBudget, ModelPolicy, ModelState, NamedFilm, Step, Talk, Tool,
        ToolCall, ToolOutcome,
    },
    toolbox::{Toolbox, is_meant},
};
use crate::{
    catalogue::views::FlaggedFilm,
    shared::{
        clock::{Clock, IdGenerator},
        failure::logged,
        store::{Store, StoreError},
    },
};
use async_trait::async_trait;
use domain::{
    assistant::{Author, ConversationId, Message, MessageText, mentions, recent},
    identity::UserId,
    shared::Language,
};
use shaku::{Component, Interface};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::instrument;

/// How often the model may use tools before it has to answer.
const MOST_ROUNDS: usize = 4;
/// How many tools it may use at once.
const MOST_CALLS: usize = 4;
/// How many films are shown with one answer.
const MOST_CARDS: usize = 10;

/// Why the model does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// There is none.
    NotConfigured,
    /// The user has asked often enough today.
    BudgetSpent,
    /// It failed, or broke off.
    Failed,
}

/// One thing that is told while the assistant answers.
#[derive(Clone, Debug)]
pub enum ReplyEvent {
    /// The conversation that this belongs to; told first.
    Started(ConversationId),
    /// The next words.
    Words(String),
    /// Films to be shown beside the words.
    Films(Vec<FlaggedFilm>),
    /// The model does not answer, or does not go on; films that the index finds may follow.
    Unavailable(Unavailable),
    /// That was all; told last.
    Done,
}

/// Whom the answer is told.
#[async_trait]
pub trait Teller: Send + Sync {
    /// Takes the next thing.
    async fn tell(&self, event: ReplyEvent);
}

/// An answer that is about to be given.
pub struct Reply {
    pub(super) concierge: Arc<dyn Concierge>,
    pub(super) asked: Asked,
}

impl Reply {
    /// Gives it. Whoever loses interest drops what this returns; the model stops then too, and what it
    /// had said is not kept.
    pub async fn give(self, teller: &dyn Teller) {
        self.concierge.reply(self.asked, teller).await;
    }
}

/// What the assistant is to answer.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) user: UserId,
    pub(crate) language: Language,
    pub(crate) conversation: ConversationId,
    pub(crate) question: String,
    /// What was said so far, the question last.
    pub(crate) messages: Vec<Message>,
}

/// Answers questions about films.
#[async_trait]
pub(crate) trait Concierge: Interface {
    /// Answers one.
    async fn reply(&self, asked: Asked, teller: &dyn Teller);
}

#[derive(Component)]
#[shaku(interface = Concierge)]
pub(crate) struct FilmConcierge {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    model: Arc<dyn LanguageModel>,
    #[shaku(inject)]
    policy: Arc<dyn ModelPolicy>,
    #[shaku(inject)]
    budget: Arc<dyn ModelBudget>,
    #[shaku(inject)]
    toolbox: Arc<dyn Toolbox>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

/// What has been told of an answer so far.
struct Told<'a> {
    teller: &'a dyn Teller,
    spoken: Mutex<Spoken>,
}

#[derive(Default)]
struct Spoken {
    text: String,
    /// Whether what comes next is a new paragraph.
    has_paused: bool,
    films: Vec<FlaggedFilm>,
}

impl Told<'_> {
    /// A panic elsewhere leaves nothing half done here.
    fn spoken(&self) -> MutexGuard<'_, Spoken> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those of some films that the text names.
    fn named(&self, films: Vec<FlaggedFilm>) -> Vec<FlaggedFilm> {
        let spoken = self.spoken();
        let named = films.into_iter();
        named
            .filter(|film| mentions(&spoken.text, &film.card.title))
            .collect()
    }

    /// Shows films, each once.
    async fn show(&self, films: Vec<FlaggedFilm>) -> usize {
        let mut fresh = Vec::new();
        for film in films {
            let mut spoken = self.spoken();
            let is_known = spoken
                .films
                .iter()
                .any(|shown| shown.card.id == film.card.id);
            if !is_known && spoken.films.len() < MOST_CARDS {
                spoken.films.push(film.clone());
                fresh.push(film);
            }
        }
        let count = fresh.len();
        if count > 0 {
            self.teller.tell(ReplyEvent::Films(fresh)).await;
        }
        count
    }
}

#[async_trait]
impl Listener for Told<'_> {
    async fn hear(&self, words: &str) {
        let words = {
            let mut spoken = self.spoken();
            let is_new = spoken.has_paused && !spoken.text.is_empty();
            spoken.has_paused = false;
            let words = format!("{}{words}", if is_new { "\n\n" } else { "" });
            spoken.text.push_str(&words);
            words
        };
        self.teller.tell(ReplyEvent::Words(words)).await;
    }
}

#[async_trait]
impl Concierge for FilmConcierge {
    #[instrument(name = "assistant.reply", skip_all)]
    async fn reply(&self, asked: Asked, teller: &dyn Teller) {
        teller.tell(ReplyEvent::Started(asked.conversation)).await;
        let told = Told {
            teller,
            spoken: Mutex::default(),
        };
        let mut known = Vec::new();
        let outcome = self.talk(&asked, &told, &mut known).await;
        told.show(told.named(known)).await;
        if let Err(why) = outcome {
            teller.tell(ReplyEvent::Unavailable(why)).await;
            if told.spoken().films.is_empty() {
                let found = self.toolbox.search(asked.user, &asked.question).await;
                told.show(found).await;
            }
        }
        if let Err(failure) = self.keep(&asked, &told).await {
            tracing::warn!(error = logged(&failure), "an answer could not be kept");
        }
        teller.tell(ReplyEvent::Done).await;
    }
}

impl FilmConcierge {
    /// Lets the model talk and use tools until it has answered.
    async fn talk(
        &self,
        asked: &Asked,
        told: &Told<'_>,
        known: &mut Vec<FlaggedFilm>,
    ) -> Result<(), Unavailable> {
        let until = self.may_talk(asked.user).await?;
        let mut steps = steps_of(recent(&asked.messages));
        for round in 0..=MOST_ROUNDS {
            let talk = Talk {
                language: asked.language,
                steps: &steps,
                may_use_tools: round < MOST_ROUNDS,
            };
            let within = until.left(self.clock.now());
            let turn = self.model.converse(talk, told, within).await;
            let mut turn = turn.map_err(|failure| {
                tracing::warn!(error = logged(&failure), "the model did not answer");
                Unavailable::Failed
            })?;
            turn.calls.truncate(MOST_CALLS);
            if turn.calls.is_empty() || round == MOST_ROUNDS {
                break;
            }
            told.spoken().has_paused = true;
            let calls = turn.calls.clone();
            steps.push(Step::Model(turn));
            for call in calls {
                let outcome = self.use_tool(asked.user, &call, told, known).await;
                steps.push(Step::Told(call.id, outcome));
            }
        }
        let spoken = told.spoken();
        let has_answered = !spoken.text.trim().is_empty() || !spoken.films.is_empty();
        has_answered.then_some(()).ok_or(Unavailable::Failed)
    }

    /// Until when the model may talk, if it may.
    async fn may_talk(&self, user: UserId) -> Result<Deadline, Unavailable> {
        match self.model.state() {
            ModelState::NotConfigured => return Err(Unavailable::NotConfigured),
            ModelState::Resting => return Err(Unavailable::Failed),
            ModelState::Ready => {}
        }
        let limits = self.policy.limits();
        let since = self.clock.now();
        let most = limits.daily_per_user;
        if !may_ask(&*self.budget, Some(user), most, since).await {
            return Err(Unavailable::BudgetSpent);
        }
        Ok(Deadline {
            since,
            within: limits.reply_within,
        })
    }

    async fn use_tool(
        &self,
        user: UserId,
        call: &ToolCall,
        told: &Told<'_>,
        known: &mut Vec<FlaggedFilm>,
    ) -> ToolOutcome {
        if let Tool::ShowFilms { films } = &call.tool {
            let mut found = Vec::new();
            for named in films.iter().take(MOST_CARDS) {
                let film = match known.iter().find(|film| names(named, film)) {
                    Some(film) => Some(film.clone()),
                    None => self.toolbox.find(user, named).await,
                };
                found.extend(film);
            }
            return ToolOutcome::Shown(told.show(found).await);
        }
        let outcome = self.toolbox.use_tool(user, &call.tool).await;
        match &outcome {
            ToolOutcome::Films(films) => known.extend(films.iter().cloned()),
            ToolOutcome::Details(details, _) => known.push(details.film.clone()),
            ToolOutcome::Lists(_) | ToolOutcome::Shown(_) | ToolOutcome::Refused(_) => {}
        }
        outcome
    }

    /// Keeps what was said and shown, unless the conversation is gone.
    async fn keep(&self, asked: &Asked, told: &Told<'_>) -> Result<(), StoreError> {
        let (text, films) = {
            let spoken = told.spoken();
            let films: Vec<_> = spoken.films.iter().map(|film| film.card.id).collect();
            (MessageText::nearest(&spoken.text), films)
        };
        if text.as_str().is_empty() && films.is_empty() {
            return Ok(());
        }
        let uow = self.store.begin().await?;
        let Some(mut conversation) = uow.conversations().find(asked.conversation).await? else {
            return Ok(());
        };
        let said = conversation.say(self.ids.next(), Author::Assistant, text, self.clock.now());
        let Ok(mut message) = said else {
            return Ok(());
        };
        message.films = films;
        uow.conversations().add(&conversation, &message).await?;
        uow.commit().await
    }
}

/// Whether a model that names a film so means this one.
fn names(named: &NamedFilm, film: &FlaggedFilm) -> bool {
    match named {
        NamedFilm::Id(id) => film.card.id == *id,
        NamedFilm::Guess(guess) => is_meant(guess, film),
    }
}

fn steps_of(messages: &[Message]) -> Vec<Step> {
    let spoken = messages
        .iter()
        .filter(|message| !message.text.as_str().is_empty());
    let steps = spoken.map(|message| {
        let text = message.text.as_str().to_owned();
        match message.author {
            Author::User => Step::User(text),
            Author::Assistant => Step::Model(super::ports::Turn {
                text,
                calls: Vec::new(),
            }),
        }
    });
    steps.collect()
}
