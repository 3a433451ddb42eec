//! What the bot asks of the outside world.
use crate::shared::store::{Cause, StoreError};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::Language;
use shaku::Interface;
use std::time::Duration;
use uuid::Uuid;

/// Which bot it is, by its number at Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BotId(pub i64);

/// A chat; one with a single person has that person's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatId(pub i64);

/// A message, within its chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageId(pub i64);

/// The number of an update; later ones have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UpdateId(pub i64);

/// Something that Telegram tells the bot, word for word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawUpdate {
    /// Its number.
    pub id: UpdateId,
    /// The JSON object.
    pub body: String,
}

/// An update that is to be answered, and in which chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// Its number.
    pub id: UpdateId,
    /// Where it happened.
    pub chat: ChatId,
    /// The JSON object.
    pub body: String,
}

/// An update that somebody has taken to answer it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenUpdate {
    /// Its number.
    pub id: UpdateId,
    /// The JSON object.
    pub body: String,
    /// How often it was taken, this time included.
    pub tries: u32,
}

/// Keeps updates until they are answered, so that each is answered although processes come and go.
///
/// Each change is one statement.
#[async_trait]
pub trait UpdateInbox: Interface {
    /// Keeps updates. One that was kept before MUST NOT be kept again, answered or not.
    async fn keep(
        &self,
        bot: BotId,
        updates: &[Update],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Takes up to `most` updates that are due, each the oldest of its chat that is not answered, and
    /// holds them until `until`. Of two that take at once each update MUST go to one only.
    async fn take(
        &self,
        bot: BotId,
        most: u32,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<TakenUpdate>, StoreError>;
    /// Notes that an update is answered; what it said is forgotten, its number is not.
    async fn settle(
        &self,
        bot: BotId,
        update: UpdateId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Puts an update back, to be taken again at some time.
    async fn put_back(
        &self,
        bot: BotId,
        update: UpdateId,
        due: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Forgets updates that were kept before a time; says how many. Telegram tells of none again that
    /// is older than a day.
    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
    /// Makes `who` the one who asks Telegram for updates, until `until`; says no where somebody else
    /// is. Telegram tells one asker at a time.
    async fn lead(
        &self,
        bot: BotId,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Lets others ask from now on.
    async fn resign(&self, bot: BotId, who: Uuid) -> Result<(), StoreError>;
}

/// A button under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub words: String,
    /// What the bot is told when it is pressed; up to 64 bytes.
    pub data: String,
}

/// The buttons under a message, row by row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyboard(pub Vec<Vec<Button>>);

/// What the bot says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// The words, as HTML of Telegram's kind.
    pub html: String,
    /// The address of a picture shown above the words.
    pub picture: Option<String>,
    /// The buttons.
    pub keyboard: Keyboard,
}

impl Message {
    /// Words alone.
    #[must_use]
    pub fn of(html: impl Into<String>) -> Self {
        Self {
            html: html.into(),
            ..Self::default()
        }
    }
}

/// A command that Telegram offers to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command {
    /// Its name, without the slash.
    pub name: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Where Telegram is to bring updates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// An `https` address.
    pub url: String,
    /// What Telegram shows with each update, so that it is known to be Telegram.
    pub secret: String,
}

/// Why Telegram did not do what was asked. None of it tells the bot's token.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    /// It is asked too much.
    #[error("Telegram asks to wait for {} seconds", retry_after.as_secs())]
    Busy {
        /// When to ask again.
        retry_after: Duration,
    },
    /// It could not be reached, or says that it is at fault; nothing has happened.
    #[error("Telegram does not answer")]
    Unavailable(#[source] Cause),
    /// The connection broke while the answer was awaited; it may have happened or not.
    #[error("Telegram has not answered in time")]
    Unanswered(#[source] Cause),
    /// The token is not one of a bot (any more).
    #[error("Telegram refuses the token of the bot")]
    TokenRefused,
    /// Somebody else asks for the updates of the same bot.
    #[error("somebody else asks for the updates of this bot")]
    Conflict,
    /// The person does not want to hear of the bot, or is gone.
    #[error("the person cannot be written to")]
    Unwanted,
    /// What is to be changed is as it should be already.
    #[error("there is nothing to change")]
    Unchanged,
    /// What is to be changed or answered is too old, or gone.
    #[error("the message or the button is too old")]
    TooOld,
    /// It does not take what was sent.
    #[error("Telegram refuses the request: {0}")]
    Refused(String),
    /// Something that is not an answer of Telegram.
    #[error("the answer cannot be read")]
    Unreadable(#[source] Cause),
}

/// Speaks to Telegram in the bot's name.
#[async_trait]
pub trait TelegramApi: Interface {
    /// The name by which people find the bot, without the `@`.
    async fn name(&self) -> Result<String, TelegramError>;
    /// Waits for updates after the last one known, which counts as taken care of with all before it.
    async fn updates(
        &self,
        after: Option<UpdateId>,
        wait: Duration,
    ) -> Result<Vec<RawUpdate>, TelegramError>;
    /// Lets Telegram bring updates; without an address they are to be asked for.
    async fn bring_updates(&self, webhook: Option<&Webhook>) -> Result<(), TelegramError>;
    /// Tells which commands are offered to those who speak a language, or to all others.
    async fn offer(
        &self,
        language: Option<Language>,
        commands: &[Command],
    ) -> Result<(), TelegramError>;
    /// Says something new.
    async fn send(&self, chat: ChatId, message: &Message) -> Result<(), TelegramError>;
    /// Says something else in place of what was said before.
    async fn edit(
        &self,
        chat: ChatId,
        before: MessageId,
        message: &Message,
    ) -> Result<(), TelegramError>;
    /// Replaces the buttons under what was said before.
    async fn edit_keyboard(
        &self,
        chat: ChatId,
        before: MessageId,
        keyboard: &Keyboard,
    ) -> Result<(), TelegramError>;
    /// Ends the waiting of somebody who pressed a button, with a few words if there are any.
    async fn acknowledge(&self, press: &str, words: Option<&str>) -> Result<(), TelegramError>;
}

/// Answers updates.
#[async_trait]
pub trait UpdateHandler: Send + Sync {
    /// In which chat an update is to be answered; nothing for those that are not.
    fn chat_of(&self, body: &str) -> Option<ChatId>;
    /// The commands to be offered, for each language and, without one, for everybody else.
    fn commands(&self) -> Vec<(Option<Language>, Vec<Command>)>;
    /// Answers an update. It may be asked to answer the same again, when it failed or when the process
    /// ended before that was noted; and it may be dropped wherever it awaits.
    async fn handle(&self, body: &str) -> Result<(), TelegramError>;
}
