//! A server that plays Telegram's Bot API, as far as its specification and its manners go.
//!
//! It holds every request to the specification in `methods.json`, and remembers what breaks it.
mod checking;
mod state;

use crate::serving::Serving;
use checking::fault;
use serde_json::{Value, json};
use state::{Outcome, State};
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::{Instant, sleep_until, timeout_at},
};

/// The token that it knows.
pub const BOT_TOKEN: &str = "123456:AAE-test_token";
/// The name by which people find the bot.
pub const BOT_NAME: &str = "filmhub_test_bot";

/// A message of the bot, as its reader sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct BotMessage {
    /// In whose chat.
    pub chat: i64,
    /// Its number.
    pub id: i64,
    /// Its words, as HTML.
    pub text: String,
    /// The picture above it.
    pub picture: Option<String>,
    /// What stands on its buttons and what they stand for, row by row.
    pub buttons: Vec<Vec<(String, String)>>,
}

/// How it fails when it is told to.
#[derive(Clone, Debug)]
pub enum BotApiTrouble {
    /// It asks to wait for so many seconds.
    TooMany(u64),
    /// It answers with a page of another server and this status.
    Page(u16),
    /// It closes the connection without an answer, having done nothing.
    Closed,
    /// It does what it was asked for, and closes the connection without an answer.
    DoneAndClosed,
    /// It never answers.
    Hangs,
}

/// A server that plays the Bot API.
#[derive(Debug)]
pub struct BotApiServer {
    serving: Serving,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    news: Notify,
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(
    clippy::must_use_candidate,
    reason = "the play goes on whether somebody needs the number of an update or not"
)]
impl BotApiServer {
    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        let shared: Arc<Shared> = Arc::default();
        let served = Arc::clone(&shared);
        let serving = Serving::start(|listener| async move {
            loop {
                let (connection, _) = listener.accept().await?;
                let shared = Arc::clone(&served);
                tokio::spawn(async move {
                    // A client that goes away in the middle is part of the play.
                    let _ = serve(connection, &shared).await;
                });
            }
        });
        Self { serving, shared }
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.serving.endpoint()
    }

    /// Somebody types something; tells the number of the update.
    pub fn says(&self, person: i64, text: &str) -> i64 {
        self.told(|state| state.says(person, "en", text))
    }

    /// Somebody types something who speaks another language.
    pub fn says_in(&self, person: i64, language: &str, text: &str) -> i64 {
        self.told(|state| state.says(person, language, text))
    }

    /// Somebody presses the first button that has these words on it, under a message.
    ///
    /// # Panics
    /// When there is no such button.
    pub fn presses(&self, message: &BotMessage, words: &str) -> i64 {
        let mut buttons = message.buttons.iter().flatten();
        let button = buttons.find(|(on_it, _)| on_it.contains(words));
        let (_, data) = button.expect("there is no such button");
        self.presses_data(message.chat, message, data)
    }

    /// Somebody has a press sent that stands for something, whether there is such a button or not.
    pub fn presses_data(&self, person: i64, message: &BotMessage, data: &str) -> i64 {
        self.told(|state| state.presses(person, message.id, data))
    }

    fn told(&self, tell: impl FnOnce(&mut State) -> i64) -> i64 {
        let update = tell(&mut self.shared.locked());
        self.shared.news.notify_waiters();
        update
    }

    /// Tells of everything again that was not taken care of before an update, as it does when it has
    /// not learnt that it was.
    pub fn tells_again_from(&self, update: i64) {
        self.shared.locked().forget_care_of(update);
        self.shared.news.notify_waiters();
    }

    /// Updates as Telegram would bring them, which nobody asks for any more.
    #[must_use]
    pub fn to_be_brought(&self) -> Vec<Value> {
        self.shared.locked().bring()
    }

    /// The messages in a chat as they are now, the oldest first.
    #[must_use]
    pub fn messages(&self, chat: i64) -> Vec<BotMessage> {
        self.shared.locked().messages(chat)
    }

    /// Makes a message too old to be changed.
    pub fn ages(&self, message: &BotMessage) {
        self.shared.locked().age(message.id);
    }

    /// How many presses wait to be ended.
    #[must_use]
    pub fn open_presses(&self) -> usize {
        self.shared.locked().open_presses()
    }

    /// The bodies of all requests of a method so far.
    #[must_use]
    pub fn requests(&self, method: &str) -> Vec<Value> {
        self.shared.locked().requests(method)
    }

    /// Everything by which requests broke the specification.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.shared.locked().faults.clone()
    }

    /// Fails at the next request of a method.
    pub fn fails(&self, method: &str, trouble: BotApiTrouble) {
        self.shared.locked().fail(method, trouble);
    }

    /// Stops listening and closes every connection.
    pub fn stop(&mut self) {
        self.serving.stop();
    }
}

async fn serve(mut connection: TcpStream, shared: &Shared) -> io::Result<()> {
    let (path, body) = read_request(&mut connection).await?;
    let Some(method) = path.strip_prefix(&format!("/bot{BOT_TOKEN}/")) else {
        let refusal = json!({ "ok": false, "error_code": 401, "description": "Unauthorized" });
        return send(&mut connection, 401, &refusal.to_string()).await;
    };
    let trouble = {
        let mut state = shared.locked();
        state.note_request(method, &body);
        if let Some(fault) = fault(method, &body) {
            state.faults.push(format!("{method}: {fault}"));
        }
        state.trouble_with(method)
    };
    match trouble {
        Some(BotApiTrouble::Closed) => return Ok(()),
        Some(BotApiTrouble::DoneAndClosed) => {
            let _ = answer(shared, method, &body).await;
            return Ok(());
        }
        Some(BotApiTrouble::Hangs) => return std::future::pending().await,
        Some(BotApiTrouble::Page(status)) => {
            return send(&mut connection, status, "<html>Bad Gateway</html>").await;
        }
        Some(BotApiTrouble::TooMany(seconds)) => {
            let refusal = json!({
                "ok": false, "error_code": 429,
                "description": format!("Too Many Requests: retry after {seconds}"),
                "parameters": { "retry_after": seconds },
            });
            return send(&mut connection, 429, &refusal.to_string()).await;
        }
        None => {}
    }
    match answer(shared, method, &body).await {
        Ok(result) => {
            let answer = json!({ "ok": true, "result": result });
            send(&mut connection, 200, &answer.to_string()).await
        }
        Err((code, description)) => {
            let refusal = json!({ "ok": false, "error_code": code, "description": description });
            send(&mut connection, code, &refusal.to_string()).await
        }
    }
}

async fn answer(shared: &Shared, method: &str, body: &Value) -> Outcome {
    if method == "getUpdates" {
        return updates(shared, body).await;
    }
    let me =
        json!({ "id": 123_456, "is_bot": true, "first_name": "Filmhub", "username": BOT_NAME });
    if method == "getMe" {
        return Ok(me);
    }
    shared.locked().answer(method, body)
}

/// Waits until there is something to tell.
async fn updates(shared: &Shared, body: &Value) -> Outcome {
    let seconds = body["timeout"].as_u64().unwrap_or(0);
    let until = Instant::now() + Duration::from_secs(seconds);
    loop {
        let news = shared.news.notified();
        let told = shared.locked().updates(body["offset"].as_i64())?;
        if !told.is_empty() || Instant::now() >= until {
            return Ok(Value::Array(told));
        }
        if timeout_at(until, news).await.is_err() {
            sleep_until(until).await;
        }
    }
}

async fn read_request(connection: &mut TcpStream) -> io::Result<(String, Value)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse::<usize>().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).await?;
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((path, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

async fn send(connection: &mut TcpStream, status: u16, body: &str) -> io::Result<()> {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    );
    connection.write_all(answer.as_bytes()).await?;
    connection.shutdown().await
}
