//! One turn of a talk: who talks, in which language, and how they are answered.
use super::{
    TelegramBot,
    heard::{Heard, Incoming, Person, Pressed},
    press::Press,
    words::{self, Words},
};
use application::{
    module::ApplicationModule,
    shared::{
        actor::Actor,
        failure::{Failure, FailureKind, logged},
        use_case::{Request, UseCase},
    },
    telegram::ports::{ChatId, Keyboard, Message, TelegramError},
};
use domain::shared::Language;
use shaku::HasComponent;

/// One turn of a talk.
pub(super) struct Talk<'a> {
    pub(super) bot: &'a TelegramBot,
    pub(super) person: &'a Person,
    /// In whose name use cases are asked.
    pub(super) actor: Actor,
    pub(super) language: Language,
    pub(super) words: &'static Words,
    chat: ChatId,
    pressed: Option<&'a Pressed>,
}

impl<'a> Talk<'a> {
    /// A turn of somebody who is not known yet.
    pub(super) fn new(bot: &'a TelegramBot, incoming: &'a Incoming, language: Language) -> Self {
        Self {
            bot,
            person: &incoming.person,
            actor: Actor::Anonymous,
            language,
            words: words::of(language),
            chat: incoming.chat,
            pressed: match &incoming.heard {
                Heard::Pressed(pressed) => Some(pressed),
                Heard::Text(_) | Heard::Other => None,
            },
        }
    }

    /// Asks a use case in the name of whoever talks.
    pub(super) async fn ask<R: Request>(&self, request: R) -> Result<R::Response, R::Error>
    where
        ApplicationModule: HasComponent<dyn UseCase<R>>,
    {
        self.bot.ask(&self.actor, request).await
    }

    /// Asks a use case that only the bot may ask.
    pub(super) async fn ask_as_bot<R: Request>(&self, request: R) -> Result<R::Response, R::Error>
    where
        ApplicationModule: HasComponent<dyn UseCase<R>>,
    {
        self.bot.ask(&Actor::System, request).await
    }

    /// The buttons beside the one that was pressed.
    pub(super) fn buttons(&self) -> &[Vec<application::telegram::ports::Button>] {
        self.pressed
            .map_or(&[], |pressed| pressed.keyboard.0.as_slice())
    }

    /// Says something new.
    pub(super) async fn say(&self, message: &Message) -> Result<(), TelegramError> {
        self.note(None).await?;
        self.bot.api.send(self.chat, message).await
    }

    /// Says something new, in words alone.
    pub(super) async fn tell(&self, html: &str) -> Result<(), TelegramError> {
        self.say(&Message::of(html)).await
    }

    /// Answers: in place of the message whose button was pressed, or else with something new.
    pub(super) async fn answer(&self, message: Message) -> Result<(), TelegramError> {
        let Some(pressed) = self.pressed else {
            return self.say(&message).await;
        };
        self.note(None).await?;
        let edited = self.bot.api.edit(self.chat, pressed.message, &message);
        match edited.await {
            Err(TelegramError::TooOld) => self.bot.api.send(self.chat, &message).await,
            Err(TelegramError::Unchanged) => Ok(()),
            edited => edited,
        }
    }

    /// Replaces the buttons, and says a few words for a moment.
    pub(super) async fn rebutton(
        &self,
        keyboard: &Keyboard,
        words: &str,
    ) -> Result<(), TelegramError> {
        self.note(Some(words)).await?;
        let Some(pressed) = self.pressed else {
            return Ok(());
        };
        let edited = self
            .bot
            .api
            .edit_keyboard(self.chat, pressed.message, keyboard);
        match edited.await {
            // What was to be done is done; only the buttons are as they were.
            Err(TelegramError::TooOld | TelegramError::Unchanged) => Ok(()),
            edited => edited,
        }
    }

    /// Ends the waiting of somebody who pressed a button, with a few words for a moment. Where nobody
    /// waits (any more) nothing is to be ended.
    pub(super) async fn note(&self, words: Option<&str>) -> Result<(), TelegramError> {
        let Some(pressed) = self.pressed else {
            return Ok(());
        };
        match self.bot.api.acknowledge(&pressed.id, words).await {
            // Whether they still wait or not, what follows is what they wait for.
            Err(TelegramError::TooOld | TelegramError::Unanswered(_)) => Ok(()),
            noted => noted,
        }
    }

    /// Tells that somebody has to have an account for this.
    pub(super) async fn invite(&self) -> Result<(), TelegramError> {
        let join = Press::Join.button(self.words.open_account);
        let invitation = Message {
            keyboard: Keyboard(vec![vec![join]]),
            ..Message::of(self.words.account_needed)
        };
        self.say(&invitation).await
    }

    /// Tells that something went wrong which is not the person's fault.
    pub(super) async fn apologise<F: Failure>(&self, failure: &F) -> Result<(), TelegramError> {
        match failure.kind() {
            FailureKind::Internal | FailureKind::Unavailable => {
                tracing::warn!(
                    failure.code = failure.code(),
                    error = logged(failure),
                    "the bot could not do what it was asked for"
                );
            }
            FailureKind::Invalid
            | FailureKind::Unauthenticated
            | FailureKind::Forbidden
            | FailureKind::NotFound
            | FailureKind::Conflict
            | FailureKind::TooLarge
            | FailureKind::Limited => tracing::debug!(
                failure.code = failure.code(),
                "the bot was refused what it was asked for"
            ),
        }
        if self.pressed.is_some() {
            return self.note(Some(self.words.failed)).await;
        }
        self.tell(self.words.failed).await
    }
}
