//! What Telegram tells is read, as far as the bot understands it.
//!
//! Only what is used is looked at, so that nothing new or strange elsewhere in an update keeps the bot
//! from answering it.
use application::telegram::ports::{Button, ChatId, Keyboard, MessageId};
use domain::{
    identity::{TelegramId, Username},
    shared::Language,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct WireUpdate {
    message: Option<WireMessage>,
    callback_query: Option<WirePress>,
}

#[derive(Deserialize)]
struct WireMessage {
    message_id: i64,
    chat: WireChat,
    from: Option<WireUser>,
    text: Option<String>,
    reply_markup: Option<WireMarkup>,
}

#[derive(Deserialize)]
struct WireChat {
    id: i64,
    r#type: String,
}

#[derive(Deserialize)]
struct WireUser {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct WirePress {
    id: String,
    from: WireUser,
    message: Option<WireMessage>,
    data: Option<String>,
}

#[derive(Default, Deserialize)]
struct WireMarkup {
    #[serde(default)]
    inline_keyboard: Vec<Vec<WireButton>>,
}

#[derive(Deserialize)]
struct WireButton {
    text: String,
    callback_data: Option<String>,
}

/// Somebody who talks with the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Their account.
    pub(super) telegram: TelegramId,
    /// How others would see them.
    pub(super) username: Username,
    /// Their language, where the bot speaks it.
    pub(super) language: Option<Language>,
}

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incoming {
    /// Where.
    pub(super) chat: ChatId,
    /// Who.
    pub(super) person: Person,
    /// What.
    pub(super) heard: Heard,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// They typed something.
    Text(String),
    /// They sent something that is no text.
    Other,
    /// They pressed a button.
    Pressed(Pressed),
}

/// A button that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pressed {
    /// By which name the pressing is acknowledged.
    pub(super) id: String,
    /// Under which message.
    pub(super) message: MessageId,
    /// What it stands for.
    pub(super) data: String,
    /// All the buttons there.
    pub(super) keyboard: Keyboard,
}

/// Reads an update; nothing where it is none that the bot answers. It talks with single people only: in
/// a group everybody would press the buttons of one.
pub(super) fn read(body: &str) -> Option<Incoming> {
    let update: WireUpdate = serde_json::from_str(body).ok()?;
    match (update.message, update.callback_query) {
        (Some(message), _) => read_message(message),
        (None, Some(press)) => read_press(press),
        (None, None) => None,
    }
}

/// In which chat an update is to be answered.
pub(super) fn chat_of(body: &str) -> Option<ChatId> {
    read(body).map(|incoming| incoming.chat)
}

fn read_message(message: WireMessage) -> Option<Incoming> {
    let from = message.from?;
    if !is_of_one_person(&message.chat, &from) {
        return None;
    }
    Some(Incoming {
        chat: ChatId(message.chat.id),
        person: person(&from)?,
        heard: message.text.map_or(Heard::Other, Heard::Text),
    })
}

fn read_press(press: WirePress) -> Option<Incoming> {
    let message = press.message?;
    if !is_of_one_person(&message.chat, &press.from) {
        return None;
    }
    Some(Incoming {
        chat: ChatId(message.chat.id),
        person: person(&press.from)?,
        heard: Heard::Pressed(Pressed {
            id: press.id,
            message: MessageId(message.message_id),
            data: press.data?,
            keyboard: keyboard(message.reply_markup.unwrap_or_default()),
        }),
    })
}

/// A chat with a single person has that person's number.
fn is_of_one_person(chat: &WireChat, from: &WireUser) -> bool {
    chat.r#type == "private" && chat.id == from.id && !from.is_bot
}

fn keyboard(markup: WireMarkup) -> Keyboard {
    let row = |row: Vec<WireButton>| {
        let buttons = row.into_iter().filter_map(|button| {
            Some(Button {
                words: button.text,
                data: button.callback_data?,
            })
        });
        buttons.collect()
    };
    Keyboard(markup.inline_keyboard.into_iter().map(row).collect())
}

fn person(user: &WireUser) -> Option<Person> {
    let language = user.language_code.as_deref();
    let language = language.and_then(|code| code.split('-').next()?.parse().ok());
    Some(Person {
        telegram: TelegramId(user.id),
        username: username(user)?,
        language,
    })
}

/// The name that somebody gave, else the one by which they are found, else a number.
fn username(user: &WireUser) -> Option<Username> {
    let given = [user.first_name.as_deref(), user.last_name.as_deref()];
    let given = given.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let number = user.id.to_string();
    let names = [
        given.as_str(),
        user.username.as_deref().unwrap_or_default(),
        &number,
    ];
    names.into_iter().find_map(|name| {
        let plain = name.chars().filter(|letter| !letter.is_control());
        let cut: String = plain.take(Username::MAX).collect();
        Username::parse(&cut).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn message(changes: &Value) -> Value {
        let mut message = json!({
            "message_id": 5, "date": 1_795_000_000, "text": "alien",
            "chat": { "id": 42, "type": "private", "first_name": "Anna" },
            "from": { "id": 42, "is_bot": false, "first_name": "Anna", "last_name": "K",
                "username": "anna", "language_code": "en-GB" },
        });
        for (name, value) in changes.as_object().unwrap() {
            message[name] = value.clone();
        }
        message
    }

    fn heard(changes: &Value) -> Option<Incoming> {
        read(&json!({ "update_id": 1, "message": message(changes) }).to_string())
    }

    #[test]
    fn a_message_tells_who_and_what() {
        let incoming = heard(&json!({})).unwrap();
        assert_eq!(incoming.chat, ChatId(42));
        assert_eq!(incoming.person.telegram, TelegramId(42));
        assert_eq!(incoming.person.username.as_str(), "Anna K");
        assert_eq!(incoming.person.language, Some(Language::English));
        assert_eq!(incoming.heard, Heard::Text("alien".to_owned()));
    }

    #[test]
    fn what_is_new_or_strange_elsewhere_is_passed_over() {
        let strange = json!({
            "entities": [{ "type": "hologram", "offset": "?" }], "sticker": 7, "text": null,
        });
        assert_eq!(heard(&strange).unwrap().heard, Heard::Other);
    }

    #[test]
    fn the_bot_talks_with_single_people_only() {
        let group = json!({ "chat": { "id": -9, "type": "supergroup" } });
        assert_eq!(heard(&group), None);
        let another_bot = json!({ "from": { "id": 42, "is_bot": true } });
        assert_eq!(heard(&another_bot), None);
        let somebody_else = json!({ "from": { "id": 43, "first_name": "Bob" } });
        assert_eq!(heard(&somebody_else), None);
        assert_eq!(heard(&json!({ "from": null })), None);
        for body in ["", "[]", "{}", r#"{"update_id":1,"poll":{}}"#] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn somebody_without_a_name_gets_one() {
        let name = |from: Value| heard(&json!({ "from": from })).unwrap().person.username;
        let nameless = json!({ "id": 42, "first_name": " ", "username": "anna" });
        assert_eq!(name(nameless).as_str(), "anna");
        assert_eq!(name(json!({ "id": 42, "first_name": "\n" })).as_str(), "42");
        let long = name(json!({ "id": 42, "first_name": "й".repeat(200) }));
        assert_eq!(long.as_str().chars().count(), Username::MAX);
    }

    #[test]
    fn languages_that_are_not_spoken_are_left_to_the_service() {
        let language = |code: &str| {
            let from = json!({ "id": 42, "first_name": "A", "language_code": code });
            heard(&json!({ "from": from })).unwrap().person.language
        };
        assert_eq!(language("ru"), Some(Language::Russian));
        assert_eq!(language("pt-br"), None);
        assert_eq!(language(""), None);
    }

    #[test]
    fn a_pressed_button_tells_of_those_beside_it() {
        let markup = json!({ "inline_keyboard": [
            [{ "text": "1", "callback_data": "a" }, { "text": "site", "url": "https://a.example" }],
        ] });
        let press = json!({
            "id": "77", "from": { "id": 42, "first_name": "Anna" }, "chat_instance": "1",
            "data": "a", "message": message(&json!({ "reply_markup": markup })),
        });
        let incoming = read(&json!({ "update_id": 1, "callback_query": press }).to_string());
        let Heard::Pressed(pressed) = incoming.unwrap().heard else {
            panic!("it was pressed");
        };
        assert_eq!((pressed.id.as_str(), pressed.message), ("77", MessageId(5)));
        let left = Button {
            words: "1".to_owned(),
            data: "a".to_owned(),
        };
        assert_eq!(pressed.keyboard, Keyboard(vec![vec![left]]));
    }
}
