//! What the Bot API remembers.
use super::{BotApiTrouble, BotMessage};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What is answered: a result, or a code with a description.
pub(super) type Outcome = Result<Value, (u16, &'static str)>;

const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content and \
    reply markup are exactly the same as a current content and reply markup of the message";

#[derive(Debug, Default)]
pub(super) struct State {
    updates: BTreeMap<i64, Value>,
    /// Everything up to this update is taken care of.
    cared_for: i64,
    messages: BTreeMap<i64, BotMessage>,
    old: BTreeSet<i64>,
    open_presses: BTreeSet<String>,
    webhook: Option<String>,
    requests: Vec<(String, Value)>,
    troubles: Vec<(String, BotApiTrouble)>,
    last_number: i64,
    pub(super) faults: Vec<String>,
}

impl State {
    fn number(&mut self) -> i64 {
        self.last_number += 1;
        self.last_number
    }

    fn tell(&mut self, kind: &str, what: &Value) -> i64 {
        let update = 700_000 + self.number();
        self.updates
            .insert(update, json!({ "update_id": update, kind: what }));
        update
    }

    pub(super) fn says(&mut self, person: i64, language: &str, text: &str) -> i64 {
        let message = self.number();
        let message = json!({
            "message_id": message, "date": 1_795_000_000, "chat": chat(person),
            "from": sender(person, language), "text": text,
            "entities": [{ "type": "something_new", "offset": 0, "length": 1 }],
        });
        self.tell("message", &message)
    }

    pub(super) fn presses(&mut self, person: i64, message: i64, data: &str) -> i64 {
        let id = format!("press-{}", self.number());
        self.open_presses.insert(id.clone());
        let under = match self.messages.get(&message) {
            Some(message) => shown(message),
            None => json!({ "message_id": message, "date": 0, "chat": chat(person) }),
        };
        let press = json!({
            "id": id, "from": sender(person, "en"), "message": under, "data": data,
            "chat_instance": "1",
        });
        self.tell("callback_query", &press)
    }

    pub(super) fn updates(
        &mut self,
        offset: Option<i64>,
    ) -> Result<Vec<Value>, (u16, &'static str)> {
        if self.webhook.is_some() {
            let words = "Conflict: can't use getUpdates method while webhook is active";
            return Err((409, words));
        }
        if let Some(offset) = offset {
            self.cared_for = self.cared_for.max(offset - 1);
        }
        Ok(self.open_updates())
    }

    fn open_updates(&self) -> Vec<Value> {
        let open = self.updates.range(self.cared_for + 1..);
        open.map(|(_, update)| update.clone()).collect()
    }

    pub(super) fn bring(&mut self) -> Vec<Value> {
        let open = self.open_updates();
        self.cared_for = self.updates.keys().next_back().copied().unwrap_or(0);
        open
    }

    pub(super) fn forget_care_of(&mut self, update: i64) {
        self.cared_for = update - 1;
    }

    pub(super) fn messages(&self, chat: i64) -> Vec<BotMessage> {
        let all = self.messages.values();
        all.filter(|message| message.chat == chat)
            .cloned()
            .collect()
    }

    pub(super) fn age(&mut self, message: i64) {
        self.old.insert(message);
    }

    pub(super) fn open_presses(&self) -> usize {
        self.open_presses.len()
    }

    pub(super) fn requests(&self, method: &str) -> Vec<Value> {
        let meant = self.requests.iter().filter(|(asked, _)| asked == method);
        meant.map(|(_, body)| body.clone()).collect()
    }

    pub(super) fn note_request(&mut self, method: &str, body: &Value) {
        self.requests.push((method.to_owned(), body.clone()));
    }

    pub(super) fn fail(&mut self, method: &str, trouble: BotApiTrouble) {
        self.troubles.push((method.to_owned(), trouble));
    }

    pub(super) fn trouble_with(&mut self, method: &str) -> Option<BotApiTrouble> {
        let meant = self.troubles.iter().position(|(with, _)| with == method)?;
        Some(self.troubles.remove(meant).1)
    }

    pub(super) fn answer(&mut self, method: &str, body: &Value) -> Outcome {
        match method {
            "sendMessage" => {
                let id = self.number();
                let message = said(id, body);
                let answer = shown(&message);
                self.messages.insert(id, message);
                Ok(answer)
            }
            "editMessageText" => {
                let id = body["message_id"].as_i64().unwrap_or(0);
                self.edit(id, said(id, body))
            }
            "editMessageReplyMarkup" => {
                let id = body["message_id"].as_i64().unwrap_or(0);
                let before = self.messages.get(&id).cloned();
                let before = before.ok_or((400, "Bad Request: message to edit not found"))?;
                let buttons = buttons(body);
                self.edit(id, BotMessage { buttons, ..before })
            }
            "answerCallbackQuery" => {
                let id = body["callback_query_id"].as_str().unwrap_or_default();
                if self.open_presses.remove(id) {
                    return Ok(true.into());
                }
                Err((
                    400,
                    "Bad Request: query is too old and response timeout expired or query ID is invalid",
                ))
            }
            "setWebhook" => {
                self.webhook = body["url"].as_str().map(str::to_owned);
                Ok(true.into())
            }
            "deleteWebhook" => {
                self.webhook = None;
                Ok(true.into())
            }
            "setMyCommands" => Ok(true.into()),
            _ => Err((404, "Not Found")),
        }
    }

    fn edit(&mut self, id: i64, after: BotMessage) -> Outcome {
        if self.old.contains(&id) {
            return Err((400, "Bad Request: message can't be edited"));
        }
        let before = self.messages.get_mut(&id);
        let before = before.filter(|before| before.chat == after.chat);
        let before = before.ok_or((400, "Bad Request: message to edit not found"))?;
        if *before == after {
            return Err((400, NOT_MODIFIED));
        }
        let answer = shown(&after);
        *before = after;
        Ok(answer)
    }
}

fn chat(person: i64) -> Value {
    json!({ "id": person, "type": "private", "first_name": format!("Person {person}") })
}

fn sender(person: i64, language: &str) -> Value {
    json!({
        "id": person, "is_bot": false, "first_name": format!("Person {person}"),
        "language_code": language,
    })
}

fn said(id: i64, body: &Value) -> BotMessage {
    let text = body["text"].as_str().unwrap_or_default();
    let picture = body.pointer("/link_preview_options/url");
    let picture = picture.and_then(Value::as_str);
    BotMessage {
        chat: body["chat_id"].as_i64().unwrap_or(0),
        id,
        text: text.to_owned(),
        picture: picture.map(str::to_owned),
        buttons: buttons(body),
    }
}

fn buttons(body: &Value) -> Vec<Vec<(String, String)>> {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = body.pointer("/reply_markup/inline_keyboard");
    let rows = rows.and_then(Value::as_array);
    let rows = rows.into_iter().flatten().map(|row| {
        let buttons = row.as_array().into_iter().flatten();
        buttons
            .map(|button| (word(&button["text"]), word(&button["callback_data"])))
            .collect()
    });
    rows.collect()
}

fn shown(message: &BotMessage) -> Value {
    let rows = message.buttons.iter().map(|row| {
        let buttons = row
            .iter()
            .map(|(text, data)| json!({ "text": text, "callback_data": data }));
        buttons.collect::<Value>()
    });
    let rows: Value = rows.collect();
    json!({
        "message_id": message.id, "date": 1_795_000_000, "chat": chat(message.chat),
        "text": message.text, "reply_markup": { "inline_keyboard": rows },
    })
}
