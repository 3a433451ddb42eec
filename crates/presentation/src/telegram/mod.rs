//! The bot's side of a talk in Telegram: what it hears is read, use cases are asked in the name of
//! whoever talks, and the answer is put into words.
//!
//! Nothing is remembered between two updates: what a button means, and what else there is to be looked
//! at, stands in the buttons themselves. So any process may answer any update.
mod card;
mod films;
mod heard;
mod html;
mod limits;
mod lists;
mod press;
mod sign_in;
mod talk;
mod tonight;
pub(crate) mod webhook;
mod words;

use crate::PosterAddresses;
use application::{
    identity::telegram::{JoinByTelegram, RecogniseTelegram, Recognised},
    module::ApplicationModule,
    shared::{
        actor::Actor,
        clock::Clock,
        use_case::{Request, UseCase},
    },
    telegram::ports::{ChatId, Command, Message, TelegramApi, TelegramError, UpdateHandler},
};
use async_trait::async_trait;
use domain::shared::Language;
use heard::{Heard, Incoming};
use limits::{Limits, Verdict};
use press::Press;
use shaku::HasComponent;
use std::sync::{Arc, OnceLock};
use talk::Talk;

pub use webhook::{WebhookGate, WebhookSecret};

/// The name by which people find the bot, once it is known. Copies are the same.
#[derive(Clone, Debug, Default)]
pub struct BotName(pub Arc<OnceLock<String>>);

impl BotName {
    /// The address that opens the bot with something to start with.
    pub(crate) fn link(&self, start: &str) -> Option<String> {
        let name = self.0.get()?;
        Some(format!("https://t.me/{name}?start={start}"))
    }
}

/// What the bot needs to know.
#[derive(Clone, Debug)]
pub struct BotFace {
    /// The language of those whose own it does not speak.
    pub default_language: Language,
    /// Where posters can be fetched.
    pub posters: PosterAddresses,
}

/// Talks with people in Telegram.
pub struct TelegramBot {
    module: Arc<ApplicationModule>,
    api: Arc<dyn TelegramApi>,
    face: BotFace,
    limits: Limits,
}

impl TelegramBot {
    /// Puts it together.
    #[must_use]
    pub fn new(module: Arc<ApplicationModule>, api: Arc<dyn TelegramApi>, face: BotFace) -> Self {
        let clock: Arc<dyn Clock> = module.resolve();
        Self {
            module,
            api,
            face,
            limits: Limits::new(clock),
        }
    }

    /// Executes a use case.
    async fn ask<R: Request>(&self, actor: &Actor, request: R) -> Result<R::Response, R::Error>
    where
        ApplicationModule: HasComponent<dyn UseCase<R>>,
    {
        let use_case: Arc<dyn UseCase<R>> = self.module.resolve();
        use_case.execute(actor, request).await
    }

    /// Finds out who talks, and answers.
    async fn answer(&self, incoming: &Incoming) -> Result<(), TelegramError> {
        let language = incoming.person.language;
        let language = language.unwrap_or(self.face.default_language);
        let mut talk = Talk::new(self, incoming, language);
        match self.limits.admit(incoming.person.telegram) {
            Verdict::Welcome => {}
            Verdict::TooFast { tell: false } => return talk.note(None).await,
            Verdict::TooFast { tell: true } => return talk.tell(talk.words.too_fast).await,
        }
        let telegram = incoming.person.telegram;
        let who = self.ask(&Actor::System, RecogniseTelegram { telegram });
        match who.await {
            Ok(Recognised::User(actor)) => talk.actor = actor,
            Ok(Recognised::Stranger) => {}
            Ok(Recognised::ShutOut) => return talk.tell(talk.words.shut_out).await,
            Err(failure) => return talk.apologise(&failure).await,
        }
        match &incoming.heard {
            Heard::Text(text) => talk.hear(text).await,
            Heard::Other => talk.tell(talk.words.text_only).await,
            Heard::Pressed(pressed) => match Press::read(&pressed.data) {
                Some(press) => talk.press(press).await,
                None => talk.note(Some(talk.words.too_old)).await,
            },
        }
    }
}

#[async_trait]
impl UpdateHandler for TelegramBot {
    fn chat_of(&self, body: &str) -> Option<ChatId> {
        heard::chat_of(body)
    }

    fn commands(&self) -> Vec<(Option<Language>, Vec<Command>)> {
        let of = |language| words::of(language).commands.to_vec();
        let mut commands = vec![(None, of(self.face.default_language))];
        commands.extend(Language::ALL.map(|language| (Some(language), of(language))));
        commands
    }

    async fn handle(&self, body: &str) -> Result<(), TelegramError> {
        match heard::read(body) {
            Some(incoming) => self.answer(&incoming).await,
            None => Ok(()),
        }
    }
}

impl Talk<'_> {
    /// Answers what somebody typed.
    async fn hear(&self, text: &str) -> Result<(), TelegramError> {
        let text = text.trim();
        let Some(command) = text.strip_prefix('/') else {
            return self.search(text).await;
        };
        let (name, rest) = command
            .split_once(char::is_whitespace)
            .unwrap_or((command, ""));
        // In lists of commands they may be followed by the bot's name.
        let name = name.split('@').next().unwrap_or(name);
        match (name, rest.trim()) {
            ("start", "") => self.tell(self.words.greeting).await,
            ("start", key) => self.ask_to_confirm(key).await,
            ("help", _) => self.tell(self.words.help).await,
            ("tonight", _) => self.ask_for_mood().await,
            ("lists", _) => self.show_lists(0).await,
            _ => self.tell(self.words.unknown_command).await,
        }
    }

    /// Does what a button stands for.
    async fn press(&self, press: Press) -> Result<(), TelegramError> {
        match press {
            Press::Confirm(key) => self.confirm(key).await,
            Press::Link(key) => self.confirm_link(key).await,
            Press::Decline(key) => self.decline(key).await,
            Press::Join => self.join().await,
            Press::Mark { list, on, film } => self.mark(list, on, film).await,
            Press::Turn(film) => self.turn_to(film).await,
            Press::Open(film) => self.open(film).await,
            Press::Moods => self.ask_for_mood().await,
            Press::Tonight(mood) => self.recommend(mood).await,
            Press::Lists(page) => self.show_lists(page).await,
            Press::List { list, after } => self.show_list(list, after).await,
        }
    }

    /// Opens an account.
    async fn join(&self) -> Result<(), TelegramError> {
        let request = JoinByTelegram {
            telegram: self.person.telegram,
            username: self.person.username.clone(),
            language: self.language,
        };
        match self.ask_as_bot(request).await {
            Ok(_user) => self.answer(Message::of(self.words.joined)).await,
            Err(failure) => self.apologise(&failure).await,
        }
    }
}
