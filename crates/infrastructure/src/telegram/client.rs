//! The Bot API over HTTP.
//!
//! The few methods and fields that the bot needs are written here. The address of every method holds
//! the bot's token, so nothing that might tell an address leaves this module.
use super::answers;
use crate::sources::{InvalidEndpoint, outbound_client};
use application::telegram::ports::{
    BotId, ChatId, Command, Keyboard, Message, MessageId, RawUpdate, TelegramApi, TelegramError,
    UpdateId, Webhook,
};
use async_trait::async_trait;
use domain::shared::Language;
use reqwest::{Client, Response, header::HeaderMap};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use std::{fmt, time::Duration};
use url::Url;

/// How long an answer may take that nobody holds back.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// A hundred updates have some hundreds of kilobytes at the most.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// What the bot wants to hear of.
const HEARD: [&str; 2] = ["message", "callback_query"];
/// How many updates Telegram brings at once; each is stored, and answered later.
const BROUGHT_AT_ONCE: u8 = 20;

/// A bot's token: its number, a colon, and a secret.
#[derive(Clone)]
pub struct BotToken {
    secret: SecretString,
    bot: BotId,
}

/// The text is not a bot's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a token as BotFather gives it, such as `123456:ABC`")]
pub struct InvalidBotToken;

impl BotToken {
    /// Takes a token over.
    ///
    /// # Errors
    /// [`InvalidBotToken`] when it has another form.
    pub fn new(secret: &SecretString) -> Result<Self, InvalidBotToken> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let text = secret.expose_secret().trim();
        let (number, rest) = text.split_once(':').ok_or(InvalidBotToken)?;
        let number: u64 = number.parse().map_err(|_no_number| InvalidBotToken)?;
        let bot = i64::try_from(number).map_err(|_too_large| InvalidBotToken)?;
        if rest.is_empty() || !rest.bytes().all(is_plain) {
            return Err(InvalidBotToken);
        }
        Ok(Self {
            secret: text.to_owned().into(),
            bot: BotId(bot),
        })
    }

    /// Which bot it is.
    #[must_use]
    pub const fn bot(&self) -> BotId {
        self.bot
    }

    /// The token itself, of which other secrets may be made.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

impl fmt::Debug for BotToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BotToken({})", self.bot.0)
    }
}

/// Where the Bot API is, and as which bot it is asked.
#[derive(Clone, Debug)]
pub struct BotApiConfig {
    /// The bot's token.
    pub token: BotToken,
    /// The start of the API's addresses.
    pub base_url: Url,
    /// A proxy by which it is reached: `http`, `https`, `socks5` or `socks5h`.
    pub proxy: Option<Url>,
}

/// Speaks to the Bot API.
pub struct BotApi {
    client: Client,
    base: String,
    token: BotToken,
}

impl BotApi {
    /// Prepares to talk; nothing is asked yet.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when the proxy, or TLS, cannot be used.
    pub fn new(config: &BotApiConfig) -> Result<Self, InvalidEndpoint> {
        Ok(Self {
            client: outbound_client(config.proxy.as_ref(), HeaderMap::new())?,
            base: config.base_url.as_str().trim_end_matches('/').to_owned(),
            token: config.token.clone(),
        })
    }

    async fn ask(&self, method: &str, body: Value) -> Result<Value, TelegramError> {
        self.ask_within(method, body, ANSWER_WITHIN).await
    }

    async fn ask_within(
        &self,
        method: &str,
        body: Value,
        within: Duration,
    ) -> Result<Value, TelegramError> {
        let url = format!("{}/bot{}/{method}", self.base, self.token.expose());
        let request = self.client.post(url).timeout(within).json(&body);
        let response = request.send().await.map_err(not_sent)?;
        let status = response.status().as_u16();
        answers::read(status, &read_body(response).await?)
    }
}

/// Where there was no connection nothing has happened; of everything else nobody knows.
fn not_sent(failure: reqwest::Error) -> TelegramError {
    let is_unheard = failure.is_connect();
    let cause = failure.without_url().into();
    if is_unheard {
        TelegramError::Unavailable(cause)
    } else {
        TelegramError::Unanswered(cause)
    }
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, TelegramError> {
    let mut body = Vec::new();
    let broken = |failure: reqwest::Error| TelegramError::Unanswered(failure.without_url().into());
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(TelegramError::Unreadable("the answer is too long".into()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The members that sending and editing have in common.
fn said(chat: ChatId, message: &Message) -> Map<String, Value> {
    let preview = match &message.picture {
        Some(url) => json!({
            "url": url, "prefer_large_media": true, "show_above_text": true,
        }),
        None => json!({ "is_disabled": true }),
    };
    let mut said = Map::new();
    said.insert("chat_id".to_owned(), chat.0.into());
    said.insert("text".to_owned(), message.html.as_str().into());
    said.insert("parse_mode".to_owned(), "HTML".into());
    said.insert("link_preview_options".to_owned(), preview);
    if !message.keyboard.0.is_empty() {
        said.insert("reply_markup".to_owned(), markup(&message.keyboard));
    }
    said
}

fn markup(keyboard: &Keyboard) -> Value {
    let rows = keyboard.0.iter().map(|row| {
        let buttons = row
            .iter()
            .map(|button| json!({ "text": button.words, "callback_data": button.data }));
        buttons.collect::<Value>()
    });
    json!({ "inline_keyboard": rows.collect::<Value>() })
}

#[async_trait]
impl TelegramApi for BotApi {
    async fn name(&self) -> Result<String, TelegramError> {
        let me = self.ask("getMe", json!({})).await?;
        let name = me.get("username").and_then(Value::as_str);
        name.map(str::to_owned)
            .ok_or_else(|| TelegramError::Unreadable("the bot has no name".into()))
    }

    async fn updates(
        &self,
        after: Option<UpdateId>,
        wait: Duration,
    ) -> Result<Vec<RawUpdate>, TelegramError> {
        let mut body = json!({ "timeout": wait.as_secs(), "allowed_updates": HEARD });
        if let (Some(after), Some(members)) = (after, body.as_object_mut()) {
            members.insert("offset".to_owned(), after.0.saturating_add(1).into());
        }
        // A connection over which nothing comes at all is given up some time after Telegram would have
        // answered that there is nothing.
        let result = self.ask_within("getUpdates", body, wait + ANSWER_WITHIN);
        answers::updates(result.await?)
    }

    async fn bring_updates(&self, webhook: Option<&Webhook>) -> Result<(), TelegramError> {
        match webhook {
            Some(webhook) => {
                let body = json!({
                    "url": webhook.url, "secret_token": webhook.secret,
                    "allowed_updates": HEARD, "max_connections": BROUGHT_AT_ONCE,
                });
                self.ask("setWebhook", body).await.map(drop)
            }
            None => self.ask("deleteWebhook", json!({})).await.map(drop),
        }
    }

    async fn offer(
        &self,
        language: Option<Language>,
        commands: &[Command],
    ) -> Result<(), TelegramError> {
        let commands = commands
            .iter()
            .map(|command| json!({ "command": command.name, "description": command.does }));
        let mut body = json!({ "commands": commands.collect::<Value>() });
        if let (Some(language), Some(members)) = (language, body.as_object_mut()) {
            members.insert("language_code".to_owned(), language.code().into());
        }
        self.ask("setMyCommands", body).await.map(drop)
    }

    async fn send(&self, chat: ChatId, message: &Message) -> Result<(), TelegramError> {
        let body = Value::Object(said(chat, message));
        self.ask("sendMessage", body).await.map(drop)
    }

    async fn edit(
        &self,
        chat: ChatId,
        before: MessageId,
        message: &Message,
    ) -> Result<(), TelegramError> {
        let mut body = said(chat, message);
        body.insert("message_id".to_owned(), before.0.into());
        self.ask("editMessageText", Value::Object(body))
            .await
            .map(drop)
    }

    async fn edit_keyboard(
        &self,
        chat: ChatId,
        before: MessageId,
        keyboard: &Keyboard,
    ) -> Result<(), TelegramError> {
        let body = json!({
            "chat_id": chat.0, "message_id": before.0, "reply_markup": markup(keyboard),
        });
        self.ask("editMessageReplyMarkup", body).await.map(drop)
    }

    async fn acknowledge(&self, press: &str, words: Option<&str>) -> Result<(), TelegramError> {
        let mut body = json!({ "callback_query_id": press });
        if let (Some(words), Some(members)) = (words, body.as_object_mut()) {
            members.insert("text".to_owned(), words.into());
        }
        self.ask("answerCallbackQuery", body).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_a_number_and_a_secret() {
        let token = |text: &str| BotToken::new(&text.to_owned().into());
        let good = token("123456:AAE-x_y").unwrap();
        assert_eq!(
            (good.bot(), good.expose()),
            (BotId(123_456), "123456:AAE-x_y")
        );
        assert_eq!(token(" 1:a\n").unwrap().expose(), "1:a");
        for bad in [
            "", "123456", "123456:", ":abc", "-1:abc", "12a:b", "1:a/b", "1:a b",
        ] {
            assert!(token(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_token_is_not_printed() {
        let token = BotToken::new(&"123456:tell-nobody".to_owned().into()).unwrap();
        assert!(!format!("{token:?}").contains("nobody"));
    }
}
