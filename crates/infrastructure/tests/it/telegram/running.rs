//! The bot as it runs: it hears, answers once, and gets over what happens on the way.
use super::api;
use application::{
    fakes::{SequentialIds, World},
    telegram::ports::{
        ChatId, Command, Message, TelegramApi, TelegramError, UpdateHandler, UpdateInbox,
    },
};
use async_trait::async_trait;
use domain::shared::Language;
use infrastructure::{
    system::SystemClock,
    telegram::{BotPorts, BotRunner, BotSettings, Delivery, UpdateBell},
};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};
use test_servers::{BOT_NAME, BotApiServer, BotApiTrouble};
use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

/// Repeats what it hears.
struct Parrot {
    api: Arc<dyn TelegramApi>,
    /// How many answers are under way in a chat, and how many were at the most.
    busy: Mutex<Vec<i64>>,
    is_muddled: Mutex<bool>,
}

#[async_trait]
impl UpdateHandler for Parrot {
    fn chat_of(&self, body: &str) -> Option<ChatId> {
        let update: Value = serde_json::from_str(body).ok()?;
        Some(ChatId(update["message"]["chat"]["id"].as_i64()?))
    }

    fn commands(&self) -> Vec<(Option<Language>, Vec<Command>)> {
        vec![(None, Vec::new()), (Some(Language::English), Vec::new())]
    }

    async fn handle(&self, body: &str) -> Result<(), TelegramError> {
        let update: Value = serde_json::from_str(body).unwrap();
        let chat = self.chat_of(body).unwrap();
        let text = update["message"]["text"].as_str().unwrap().to_owned();
        {
            let mut busy = self.busy.lock().unwrap();
            if busy.contains(&chat.0) {
                *self.is_muddled.lock().unwrap() = true;
            }
            busy.push(chat.0);
        }
        if text == "panic" {
            self.busy.lock().unwrap().retain(|busy| *busy != chat.0);
            panic!("it was told to");
        }
        sleep(Duration::from_millis(5)).await;
        let said = self.api.send(chat, &Message::of(text)).await;
        self.busy.lock().unwrap().retain(|busy| *busy != chat.0);
        said
    }
}

/// A bot that runs until it is stopped.
struct Running {
    parrot: Arc<Parrot>,
    name: Arc<OnceLock<String>>,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    /// Starts a bot whose updates are kept in a world.
    fn start(server: &BotApiServer, world: &World, first_id: u128) -> Self {
        let api: Arc<dyn TelegramApi> = Arc::new(api(server));
        let parrot = Arc::new(Parrot {
            api: Arc::clone(&api),
            busy: Mutex::default(),
            is_muddled: Mutex::default(),
        });
        let inbox: Arc<dyn UpdateInbox> = Arc::new(world.inbox.clone());
        let ids = SequentialIds::default();
        for _ in 0..first_id {
            application::shared::clock::IdGenerator::next_uuid(&ids);
        }
        let handler: Arc<dyn UpdateHandler> = Arc::<Parrot>::clone(&parrot);
        let ports = BotPorts {
            api,
            inbox,
            handler,
            clock: Arc::new(SystemClock),
            ids: Arc::new(ids),
            bell: UpdateBell::default(),
        };
        let name: Arc<OnceLock<String>> = Arc::default();
        let settings = BotSettings {
            bot: application::telegram::ports::BotId(123_456),
            delivery: Delivery::Polling,
            name: Arc::clone(&name),
        };
        let stopping = CancellationToken::new();
        let task = tokio::spawn(BotRunner::new(ports, settings).run(stopping.clone()));
        Self {
            parrot,
            name,
            stopping,
            task,
        }
    }

    async fn stop(self) {
        self.stopping.cancel();
        self.task.await.unwrap();
        assert!(!*self.parrot.is_muddled.lock().unwrap());
    }
}

async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
        sleep(Duration::from_millis(5)).await;
    }
}

fn texts(server: &BotApiServer, chat: i64) -> Vec<String> {
    let messages = server.messages(chat);
    messages.into_iter().map(|message| message.text).collect()
}

#[tokio::test]
async fn the_bot_introduces_itself_and_answers_each_chat_in_order() {
    let (server, world) = (BotApiServer::start(), World::new());
    let bot = Running::start(&server, &world, 0);
    let words: Vec<String> = (0..6).map(|number| format!("word {number}")).collect();
    for word in &words {
        for chat in [42, 43, 44] {
            server.says(chat, word);
        }
    }
    for chat in [42, 43, 44] {
        eventually("all is answered", || {
            texts(&server, chat).len() == words.len()
        })
        .await;
        assert_eq!(texts(&server, chat), words);
    }
    assert_eq!(bot.name.get().map(String::as_str), Some(BOT_NAME));
    assert_eq!(server.requests("setMyCommands").len(), 2);
    assert_eq!(server.requests("deleteWebhook").len(), 1);
    bot.stop().await;
    assert_eq!(world.stored().telegram_update_counts(), (18, 0));
    assert_eq!(server.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_answered_twice_after_a_restart() {
    let (server, world) = (BotApiServer::start(), World::new());
    let bot = Running::start(&server, &world, 0);
    let first = server.says(42, "one");
    eventually("it is answered", || texts(&server, 42) == ["one"]).await;
    bot.stop().await;
    // Telegram has not learnt that it was taken care of.
    server.tells_again_from(first);
    server.says(42, "two");
    let bot = Running::start(&server, &world, 1);
    eventually("the next is answered", || texts(&server, 42).len() > 1).await;
    assert_eq!(texts(&server, 42), ["one", "two"]);
    bot.stop().await;
}

#[tokio::test]
async fn of_two_processes_one_asks_and_what_is_told_is_answered_once() {
    let (server, world) = (BotApiServer::start(), World::new());
    let one = Running::start(&server, &world, 0);
    let other = Running::start(&server, &world, 1);
    for number in 0..10 {
        server.says(42, &number.to_string());
    }
    eventually("all is answered", || texts(&server, 42).len() >= 10).await;
    assert_eq!(texts(&server, 42).len(), 10);
    one.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn who_is_asked_to_wait_waits_and_then_answers_once() {
    let (server, world) = (BotApiServer::start(), World::new());
    server.fails("sendMessage", BotApiTrouble::TooMany(1));
    let bot = Running::start(&server, &world, 0);
    let start = Instant::now();
    server.says(42, "one");
    server.says(42, "two");
    server.says(43, "meanwhile");
    eventually("others are answered", || !texts(&server, 43).is_empty()).await;
    eventually("both are answered", || texts(&server, 42).len() == 2).await;
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(texts(&server, 42), ["one", "two"]);
    bot.stop().await;
}

#[tokio::test]
async fn an_answer_that_may_have_arrived_is_not_repeated() {
    let (server, world) = (BotApiServer::start(), World::new());
    server.fails("sendMessage", BotApiTrouble::DoneAndClosed);
    let bot = Running::start(&server, &world, 0);
    server.says(42, "one");
    server.says(42, "two");
    eventually("the next is answered", || {
        texts(&server, 42).contains(&"two".to_owned())
    })
    .await;
    assert_eq!(texts(&server, 42), ["one", "two"]);
    bot.stop().await;
}

#[tokio::test]
async fn troubles_on_the_way_are_got_over() {
    let (server, world) = (BotApiServer::start(), World::new());
    server.fails("getMe", BotApiTrouble::TooMany(0));
    server.fails("getUpdates", BotApiTrouble::Page(502));
    server.fails("getUpdates", BotApiTrouble::Closed);
    let bot = Running::start(&server, &world, 0);
    server.says(42, "one");
    eventually("it is answered", || texts(&server, 42) == ["one"]).await;
    // An answer that panics is given up, and the next one is given.
    server.says(42, "panic");
    server.says(42, "two");
    eventually("the next is answered", || texts(&server, 42).len() == 2).await;
    bot.stop().await;
    assert_eq!(world.stored().telegram_update_counts(), (3, 0));
}

#[tokio::test]
async fn a_bot_that_never_reached_telegram_stops_all_the_same() {
    let (mut server, world) = (BotApiServer::start(), World::new());
    server.stop();
    let bot = Running::start(&server, &world, 0);
    bot.stop().await;
}
