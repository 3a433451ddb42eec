//! What asking a language model asks of the outside world.
use crate::{
    catalogue::views::{FilmDetails, FlaggedFilm},
    library::ports::WatchlistRef,
    shared::{
        page::{Page, PageRequest},
        store::{Cause, StoreError},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    assistant::{Conversation, ConversationId, Message},
    catalogue::{FilmGuess, FilmId, FilmKind, Meaning},
    identity::UserId,
    library::{HexColor, WatchlistId},
    shared::Language,
};
use shaku::Interface;
use std::time::Duration;

/// The repositories of this context, bound to one unit of work.
pub trait AssistantStores {
    /// Conversations.
    fn conversations(&self) -> &dyn ConversationRepository;
}

/// Keeps conversations.
#[async_trait]
pub trait ConversationRepository: Send + Sync {
    /// Finds a conversation and keeps others from adding to it until the unit of work ends.
    async fn find(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;
    /// Adds a conversation.
    async fn insert(&self, conversation: &Conversation) -> Result<(), StoreError>;
    /// Adds a message, and stores what it changes of its conversation. Films that are not there (any
    /// more) MUST be left out.
    async fn add(&self, conversation: &Conversation, message: &Message) -> Result<(), StoreError>;
    /// Removes a conversation with its messages.
    async fn remove(&self, id: ConversationId) -> Result<(), StoreError>;
    /// Removes all conversations of a user.
    async fn remove_all(&self, owner: UserId) -> Result<(), StoreError>;
}

/// Where in a list of conversations, the newest first, one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConversationKey {
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// Which it is.
    pub conversation: ConversationId,
}

/// Reads of conversations.
#[async_trait]
pub trait ConversationQueries: Interface {
    /// Lists the conversations of a user, the newest first.
    async fn list(
        &self,
        owner: UserId,
        page: PageRequest<ConversationKey>,
    ) -> Result<Page<Conversation, ConversationKey>, StoreError>;
    /// Shows a conversation without its messages.
    async fn show(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError>;
    /// The last messages of a conversation, in the order in which they were said.
    async fn list_messages(
        &self,
        id: ConversationId,
        most: u32,
    ) -> Result<Vec<Message>, StoreError>;
}

/// Whether a model can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// Nobody has set one up; that is no fault.
    NotConfigured,
    /// It can be asked.
    Ready,
    /// It failed too often, or asked for a pause, and is left alone for a while.
    Resting,
}

/// A model gave nothing that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is none, or it is resting.
    #[error("no model can be asked now")]
    NotReady,
    /// It did not answer in time.
    #[error("the model did not answer in time")]
    TooSlow,
    /// It asks to be left alone for a while.
    #[error("the model has too much to do")]
    Busy,
    /// It could not be reached, failed, or broke off.
    #[error("the model failed")]
    Failed(#[source] Cause),
    /// It answered something else than was asked for.
    #[error("the model's answer is not what was asked for")]
    Unreadable,
}

/// What somebody remembers of a film.
#[derive(Clone, Copy, Debug)]
pub struct Remembered<'a> {
    /// Words of its title, if any.
    pub title: Option<&'a str>,
    /// Words about it.
    pub description: &'a str,
}

/// What a model makes of what somebody remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guesses {
    /// Words by which the film may be found.
    pub terms: Vec<String>,
    /// Films that it may be, not checked against anything.
    pub films: Vec<FilmGuess>,
}

impl Guesses {
    /// The most words that are taken over.
    pub const MOST_TERMS: usize = 24;
    /// The most films that are taken over.
    pub const MOST_FILMS: usize = 10;
}

/// One of the things that a model may use while it talks.
#[derive(Clone, Debug, PartialEq)]
pub enum Tool {
    /// Finds films of the catalogue.
    SearchFilms {
        /// Words of a title.
        title: Option<String>,
        /// Words about it.
        description: Option<String>,
        /// Whether films that the user has watched are wanted too.
        includes_watched: bool,
    },
    /// Tells what is known of a film.
    ShowDetails {
        /// Which film.
        film: FilmId,
    },
    /// Names the user's lists.
    ListWatchlists,
    /// Lists the films of one of the user's lists.
    ListEntries {
        /// Which list.
        list: WatchlistRef,
    },
    /// Draws films for tonight.
    Recommend {
        /// Genres by name; with none, any.
        genres: Vec<String>,
        /// Film, series or anime; without it, any.
        kind: Option<FilmKind>,
        /// How many.
        count: u8,
    },
    /// Shows films to the user, beside the text.
    ShowFilms {
        /// Which films.
        films: Vec<NamedFilm>,
    },
    /// Nothing that there is; says why.
    Unknown(&'static str),
}

/// A film as a model names it.
#[derive(Clone, Debug, PartialEq)]
pub enum NamedFilm {
    /// By the identifier that a tool told.
    Id(FilmId),
    /// By title.
    Guess(FilmGuess),
}

/// A model's wish to use a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall {
    /// How the model tells its wishes apart.
    pub id: String,
    /// The tool as the model named it.
    pub name: String,
    /// What the model gave it, as it was written.
    pub arguments: String,
    /// What is understood of it.
    pub tool: Tool,
}

/// What a tool told.
#[derive(Clone, Debug)]
pub enum ToolOutcome {
    /// Films.
    Films(Vec<FlaggedFilm>),
    /// Everything about a film, with the names of its genres.
    Details(Box<FilmDetails>, Vec<String>),
    /// Lists by identifier and title.
    Lists(Vec<(WatchlistId, String)>),
    /// So many of the films are shown.
    Shown(usize),
    /// Nothing; says why.
    Refused(String),
}

/// One step of a talk.
#[derive(Clone, Debug)]
pub enum Step {
    /// What the user said.
    User(String),
    /// What the model said, and which tools it wished to use.
    Model(Turn),
    /// What a tool told, by the identifier of the wish.
    Told(String, ToolOutcome),
}

/// A talk as the model is told it.
#[derive(Clone, Copy, Debug)]
pub struct Talk<'a> {
    /// The language to fall back to where that of the user cannot be told.
    pub language: Language,
    /// What was said and done so far, ending with what the model is to go on from.
    pub steps: &'a [Step],
    /// Whether it may use tools; otherwise it has to answer now.
    pub may_use_tools: bool,
}

/// What a model said at a time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turn {
    /// Its words.
    pub text: String,
    /// The tools that it wishes to use.
    pub calls: Vec<ToolCall>,
}

/// Hears what a model says while it says it.
#[async_trait]
pub trait Listener: Send + Sync {
    /// Takes the next words.
    async fn hear(&self, words: &str);
}

/// A language model, seen from here.
///
/// Whatever is passed to it as data MUST be told from what it is asked to do. It MUST keep within the
/// time and within bounds of size, and MUST stop working as soon as nobody waits for it any more.
#[async_trait]
pub trait LanguageModel: Interface {
    /// Whether it can be asked.
    fn state(&self) -> ModelState;
    /// Guesses a film from what is remembered of it. The model MUST NOT be given tools.
    async fn guess_films(
        &self,
        remembered: Remembered<'_>,
        within: Duration,
    ) -> Result<Guesses, ModelError>;
    /// Proposes three colours that suit a title, not checked against any rule but their form.
    async fn propose_colors(
        &self,
        title: &str,
        within: Duration,
    ) -> Result<[HexColor; 3], ModelError>;
    /// Goes on with a talk. Words MUST be passed on as they come. A stream that ends before the model
    /// has said that it is done MUST be an error.
    async fn converse(
        &self,
        talk: Talk<'_>,
        listener: &dyn Listener,
        within: Duration,
    ) -> Result<Turn, ModelError>;
}

/// A model that puts texts into numbers, seen from here.
///
/// What is passed to it is data and nothing else. It MUST keep within the time and within bounds of
/// size.
#[async_trait]
pub trait Embedder: Interface {
    /// Whether it can be asked.
    fn state(&self) -> ModelState;
    /// Its name, by which its numbers are told from those of others; none where nobody has set one up.
    fn model(&self) -> Option<String>;
    /// Puts texts into numbers, one for each, in their order.
    async fn embed(&self, texts: &[&str], within: Duration) -> Result<Vec<Meaning>, ModelError>;
}

/// What asking a model may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModelLimits {
    /// How long a search may take in all when a model helps.
    pub search_within: Duration,
    /// How long the assistant may talk about one question.
    pub reply_within: Duration,
    /// How often a user may have it asked in a day.
    pub daily_per_user: u32,
    /// How often all who have not signed in may, together.
    pub daily_of_visitors: u32,
}

/// Knows what asking a model may cost.
pub trait ModelPolicy: Interface {
    /// The limits in force.
    fn limits(&self) -> ModelLimits;
}

/// Counts how often a model was asked.
///
/// Each count is one statement and so needs no unit of work around it.
#[async_trait]
pub trait ModelBudget: Interface {
    /// Counts one more for a user, or for all who have not signed in, unless `most` have been counted
    /// on that day; says whether it was counted. Of two at once that want the last one, exactly one
    /// MUST get it.
    async fn spend(
        &self,
        user: Option<UserId>,
        day: NaiveDate,
        most: u32,
    ) -> Result<bool, StoreError>;
}
