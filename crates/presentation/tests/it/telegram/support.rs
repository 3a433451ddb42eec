//! Somebody who talks with the bot.
use application::{
    fakes::{FakeTelegram, Said, World},
    telegram::ports::{Button, ChatId, Keyboard, Message, MessageId, TelegramError, UpdateHandler},
};
use domain::shared::Language;
use presentation::{BotFace, PosterAddresses, TelegramBot};
use serde_json::{Value, json};
use std::sync::Arc;

pub const ANNA: i64 = 42;
pub const BOB: i64 = 43;

/// A talk with the bot.
pub struct TestBot {
    pub world: World,
    pub telegram: FakeTelegram,
    bot: TelegramBot,
}

impl TestBot {
    pub fn new() -> Self {
        Self::of(World::new())
    }

    pub fn of(world: World) -> Self {
        let telegram = FakeTelegram::default();
        let face = BotFace {
            default_language: Language::English,
            posters: PosterAddresses::Images {
                base: "https://films.example/images".to_owned(),
                originals: None,
            },
        };
        let bot = TelegramBot::new(world.application(), Arc::new(telegram.clone()), face);
        Self {
            world,
            telegram,
            bot,
        }
    }

    pub fn commands(&self) -> Vec<Option<Language>> {
        let commands = self.bot.commands();
        commands.into_iter().map(|(language, _)| language).collect()
    }

    /// Somebody types something, and gets one answer.
    pub async fn says(&self, person: i64, text: &str) -> Message {
        self.handle(&message(person, "en", text)).await.unwrap();
        self.answer()
    }

    /// Somebody who speaks another language types something.
    pub async fn says_in(&self, language: &str, text: &str) -> Message {
        self.handle(&message(ANNA, language, text)).await.unwrap();
        self.answer()
    }

    pub async fn handle(&self, update: &Value) -> Result<(), TelegramError> {
        self.bot.handle(&update.to_string()).await
    }

    /// The one thing that the bot has said.
    #[track_caller]
    pub fn answer(&self) -> Message {
        let said = self.telegram.said();
        let [Said::New(_, message)] = said.as_slice() else {
            panic!("not one new message: {said:#?}");
        };
        message.clone()
    }

    /// Somebody presses the button with these words, and waits until that is over.
    pub async fn presses(&self, person: i64, message: &Message, words: &str) -> Vec<Said> {
        let press = press(person, message, &data(message, words));
        self.handle(&press).await.unwrap();
        self.after_the_press()
    }

    /// What the bot has said, but for ending the wait, which it has to do.
    #[track_caller]
    pub fn after_the_press(&self) -> Vec<Said> {
        let mut said = self.telegram.said();
        let is_acknowledged =
            |said: &Said| matches!(said, Said::Acknowledged(id, _) if id == "press-1");
        assert!(said.iter().any(is_acknowledged), "{said:#?}");
        said.retain(|said| !matches!(said, Said::Acknowledged(_, None)));
        said
    }
}

/// An update of somebody who typed something.
pub fn message(person: i64, language: &str, text: &str) -> Value {
    json!({ "update_id": 1, "message": {
        "message_id": 4, "date": 1_795_000_000, "text": text,
        "chat": { "id": person, "type": "private" },
        "from": { "id": person, "is_bot": false, "first_name": "Anna <K>", "language_code": language },
    } })
}

/// An update of somebody who pressed a button.
pub fn press(person: i64, under: &Message, data: &str) -> Value {
    let rows = under.keyboard.0.iter().map(|row| {
        let buttons = row
            .iter()
            .map(|button| json!({ "text": button.words, "callback_data": button.data }));
        buttons.collect::<Value>()
    });
    let rows: Value = rows.collect();
    json!({ "update_id": 2, "callback_query": {
        "id": "press-1", "data": data, "chat_instance": "1",
        "from": { "id": person, "is_bot": false, "first_name": "Anna", "language_code": "en" },
        "message": {
            "message_id": 5, "date": 1_795_000_000, "chat": { "id": person, "type": "private" },
            "reply_markup": { "inline_keyboard": rows },
        },
    } })
}

/// What the button with these words stands for.
#[track_caller]
pub fn data(message: &Message, words: &str) -> String {
    let mut buttons = message.keyboard.0.iter().flatten();
    let button = buttons.find(|button| button.words.contains(words));
    let button = button.unwrap_or_else(|| panic!("no button `{words}`: {message:#?}"));
    button.data.clone()
}

/// The words on all buttons.
pub fn buttons(keyboard: &Keyboard) -> Vec<&str> {
    let buttons = keyboard.0.iter().flatten();
    buttons
        .map(|button: &Button| button.words.as_str())
        .collect()
}

/// The message that the bot put in place of the one before.
#[track_caller]
pub fn instead(said: &[Said]) -> Message {
    let [Said::Instead(ChatId(_), MessageId(5), message)] = said else {
        panic!("not one message in place of another: {said:#?}");
    };
    message.clone()
}

/// The new message that the bot sent after a press.
#[track_caller]
pub fn new_one(said: &[Said]) -> Message {
    let [Said::New(_, message)] = said else {
        panic!("not one new message: {said:#?}");
    };
    message.clone()
}

/// The words that were shown for a moment.
#[track_caller]
pub fn notice(said: &[Said]) -> String {
    let mut notices = said.iter().filter_map(|said| match said {
        Said::Acknowledged(_, words) => words.clone(),
        Said::New(..) | Said::Instead(..) | Said::Buttons(..) => None,
    });
    notices
        .next()
        .unwrap_or_else(|| panic!("no notice: {said:#?}"))
}
