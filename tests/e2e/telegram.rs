//! People who talk with the bot.
use crate::app::{App, Caller, Database, Setup, eventually, until};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::{
    process::{Child, Stdio},
    time::Duration,
};
use test_servers::{BOT_NAME, BOT_TOKEN, BotApiServer, BotApiTrouble, BotMessage};

stories!(
    somebody_new_signs_in_by_the_bot,
    who_declines_signs_nobody_in,
    a_key_whose_time_is_over_is_told_kindly,
    telegram_is_linked_to_an_account_by_e_mail_and_unlinked,
    a_film_is_found_and_marked,
    after_a_restart_nothing_is_answered_twice,
    telegram_brings_what_is_new,
    the_bot_runs_by_itself,
);

const PATIENCE: Duration = Duration::from_mins(1);
const ANNA: i64 = 42;

/// A product with a bot in a Telegram of its own.
struct Story {
    telegram: BotApiServer,
    app: App,
}

fn known_to(telegram: &BotApiServer, setup: Setup) -> Setup {
    setup
        .set("BOT_TOKEN", BOT_TOKEN)
        .set("BOT_API_URL", &telegram.endpoint())
        .set("FILMHUB_LOG", "debug")
}

impl Story {
    async fn begin(setup: Setup) -> Self {
        let telegram = BotApiServer::start();
        let app = known_to(&telegram, setup).start().await;
        Self { telegram, app }
    }

    /// Anna types something, and gets an answer.
    async fn says(&self, text: &str) -> BotMessage {
        let before = self.telegram.messages(ANNA).len();
        self.telegram.says(ANNA, text);
        let answered = || self.telegram.messages(ANNA).get(before).cloned();
        eventually("the bot answers", PATIENCE, async || answered()).await
    }

    /// Anna presses a button, and the message changes.
    async fn presses(&self, message: &BotMessage, words: &str) -> BotMessage {
        self.telegram.presses(message, words);
        let changed = || {
            let mut now = self.telegram.messages(ANNA).into_iter();
            now.find(|now| now.id == message.id && now != message)
        };
        eventually("the message changes", PATIENCE, async || changed()).await
    }

    /// What has to be so in the end: all was asked as the specification says, nobody waits, and the
    /// token stands nowhere.
    fn end(self) {
        until("nobody waits", PATIENCE, || {
            self.telegram.open_presses() == 0
        });
        assert_eq!(self.telegram.faults(), Vec::<String>::new());
        let (_, secret) = BOT_TOKEN.split_once(':').unwrap();
        assert!(!self.app.log().contains(secret), "the log tells the token");
    }
}

async fn opened(anyone: &Caller) -> String {
    let opened = anyone.post_nothing("/auth/telegram/get_auth_key").await;
    opened.json(201)["auth_key"].as_str().unwrap().to_owned()
}

async fn is_confirmed(anyone: &Caller, key: &str) -> Value {
    let body = json!({ "tg_code": key });
    let answer = anyone.post("/auth/telegram/check_auth_key", &body).await;
    answer.json(200)["is_confirmed"].clone()
}

async fn exchanged(anyone: &Caller, key: &str) -> Value {
    let body = json!({ "tg_code": key });
    anyone.post("/auth/telegram/login", &body).await.json(201)
}

/// A key that signs nobody in.
async fn is_refused(anyone: &Caller, key: &str) {
    let body = json!({ "tg_code": key });
    let answer = anyone.post("/auth/telegram/login", &body).await;
    answer.problem(401, "identity.auth_key_refused");
}

async fn somebody_new_signs_in_by_the_bot(database: Database) {
    let story = Story::begin(Setup::without_films(database).await).await;
    let anyone = story.app.anyone();
    let key = opened(&anyone).await;
    assert_eq!(is_confirmed(&anyone, &key).await, false);
    let question = story.says(&format!("/start auth_{key}")).await;
    assert!(question.text.contains("Person 42"), "{}", question.text);
    assert_eq!(is_confirmed(&anyone, &key).await, false);
    let done = story.presses(&question, "Confirm").await;
    assert!(done.text.contains("signed in"));
    assert_eq!(is_confirmed(&anyone, &key).await, true);
    let user = exchanged(&anyone, &key).await;
    assert_eq!(user["telegram_id"], ANNA);
    let anna = anyone.with_token(user["token"].as_str().unwrap());
    for list in ["wish", "liked", "watched"] {
        let films = anna.get(&format!("/me/watchlists/{list}/items")).await;
        assert_eq!(films.json(200), json!([]));
    }
    is_refused(&anyone, &key).await;
    let again = story.says(&format!("/start auth_{key}")).await;
    assert!(again.text.contains("used already"));
    story.end();
}

async fn who_declines_signs_nobody_in(database: Database) {
    let story = Story::begin(Setup::without_films(database).await).await;
    let anyone = story.app.anyone();
    let key = opened(&anyone).await;
    let question = story.says(&format!("/start auth_{key}")).await;
    // Somebody else has got hold of the address.
    story.telegram.says(43, &format!("/start auth_{key}"));
    let told = || story.telegram.messages(43).pop();
    let told = eventually("they are told", PATIENCE, async || told()).await;
    assert!(told.text.contains("somebody else") && told.buttons.is_empty());
    let declined = story.presses(&question, "Decline").await;
    assert!(declined.text.contains("Declined"));
    let body = json!({ "tg_code": key });
    let answer = anyone.post("/auth/telegram/check_auth_key", &body).await;
    let problem = answer.problem(400, "identity.incorrect_auth_key");
    assert_eq!(problem["error"], "incorrect_auth_key");
    is_refused(&anyone, &key).await;
    story.end();
}

async fn a_key_whose_time_is_over_is_told_kindly(database: Database) {
    let story = Story::begin(Setup::without_films(database).await).await;
    let anyone = story.app.anyone();
    let key = opened(&anyone).await;
    let question = story.says(&format!("/start auth_{key}")).await;
    let url = match database {
        Database::Postgres => story.app.setup.database_url().to_owned(),
        Database::Sqlite => {
            let file = story.app.setup.data().join("filmhub.db");
            format!("sqlite://{}", file.display())
        }
    };
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let long_ago = "UPDATE telegram_sign_ins SET expires_at = created_at";
    connection.execute_unprepared(long_ago).await.unwrap();
    connection.close().await.unwrap();
    let over = story.presses(&question, "Confirm").await;
    assert!(over.text.contains("ten minutes"), "{}", over.text);
    is_refused(&anyone, &key).await;
    let unknown = story.says("/start auth_neverGiven").await;
    assert!(unknown.text.contains("not valid"));
    story.end();
}

async fn telegram_is_linked_to_an_account_by_e_mail_and_unlinked(database: Database) {
    let story = Story::begin(Setup::without_films(database).await).await;
    let anna = story.app.somebody().await;
    let link = eventually("the name of the bot is known", PATIENCE, async || {
        let opened = anna.post_nothing("/me/telegram").await.json(201);
        opened["url"].is_string().then_some(opened)
    })
    .await;
    let key = link["link_key"].as_str().unwrap();
    let url = format!("https://t.me/{BOT_NAME}?start=link_{key}");
    assert_eq!(link["url"], url);
    let question = story.says(&format!("/start link_{key}")).await;
    assert!(question.text.contains("Anna"), "{}", question.text);
    story.presses(&question, "Confirm").await;
    assert_eq!(anna.get("/me").await.json(200)["telegram_id"], ANNA);
    // From now on she signs in either way.
    let key = opened(&anna).await;
    let question = story.says(&format!("/start auth_{key}")).await;
    story.presses(&question, "Confirm").await;
    assert_eq!(exchanged(&anna, &key).await["id"], anna.id);
    assert_eq!(anna.delete("/me/telegram").await.status, 204);
    assert_eq!(anna.get("/me").await.json(200)["telegram_id"], Value::Null);
    let lists = story.says("/lists").await;
    assert!(lists.text.contains("account"));
    story.end();
}

async fn a_film_is_found_and_marked(database: Database) {
    let setup = Setup::with_films(database).await;
    let story = Story::begin(setup.set("FILMHUB_LANGUAGE", "en")).await;
    let card = story.says("terminatr").await;
    assert!(card.text.contains("Terminator"), "{}", card.text);
    let other = story.presses(&card, "2").await;
    assert_ne!(other.text, card.text);
    let described = story
        .says("archaeologist hunts for the ark of the covenant")
        .await;
    assert!(described.text.contains("Raiders"), "{}", described.text);
    let key = opened(&story.app.anyone()).await;
    let question = story.says(&format!("/start auth_{key}")).await;
    story.presses(&question, "Confirm").await;
    let user = exchanged(&story.app.anyone(), &key).await;
    let anna = story
        .app
        .anyone()
        .with_token(user["token"].as_str().unwrap());
    story.presses(&described, "Wish").await;
    let wish = anna.get("/me/watchlists/wish/items").await.json(200);
    assert!(wish[0]["title"].as_str().unwrap().contains("Raiders"));
    let lists = story.says("/lists").await;
    let films = story.presses(&lists, "Want to watch").await;
    assert!(films.text.contains("1. Raiders"), "{}", films.text);
    let moods = story.says("/tonight").await;
    let card = story.presses(&moods, "Anything").await;
    assert!(card.buttons.len() > 1, "{card:?}");
    story.end();
}

async fn after_a_restart_nothing_is_answered_twice(database: Database) {
    let mut story = Story::begin(Setup::without_films(database).await).await;
    story
        .telegram
        .fails("sendMessage", BotApiTrouble::TooMany(1));
    let first = story.telegram.says(ANNA, "/help");
    let answers = |story: &Story| story.telegram.messages(ANNA).len();
    until("it is answered", PATIENCE, || answers(&story) == 1);
    until("that is noted", PATIENCE, || {
        story
            .telegram
            .requests("getUpdates")
            .iter()
            .any(|asked| asked["offset"] == first + 1)
    });
    story.app.stop();
    story.telegram.says(ANNA, "/start");
    story.telegram.tells_again_from(first);
    story.app.start_again().await;
    until("the next is answered", PATIENCE, || answers(&story) >= 2);
    let russian = story.telegram.says_in(43, "ru", "/help");
    assert!(russian > first);
    until("others are answered", PATIENCE, || {
        !story.telegram.messages(43).is_empty()
    });
    assert_eq!(answers(&story), 2);
    let other = story.telegram.messages(43).remove(0);
    assert!(other.text.contains("Что я умею"));
    story.end();
}

async fn telegram_brings_what_is_new(database: Database) {
    let setup = Setup::without_films(database).await;
    let setup = setup
        .set("BOT_UPDATES", "webhook")
        .set("FILMHUB_PUBLIC_URL", "https://films.example");
    let story = Story::begin(setup).await;
    let set = eventually("the address is told", PATIENCE, async || {
        story.telegram.requests("setWebhook").into_iter().next()
    })
    .await;
    assert_eq!(set["url"], "https://films.example/telegram/webhook");
    story.telegram.says(ANNA, "/help");
    let update = story.telegram.to_be_brought().remove(0);
    let anyone = story.app.anyone();
    let bring = async |secret: &str| {
        let request = anyone.request(reqwest::Method::POST, "//telegram/webhook");
        let request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        anyone.send(request.json(&update)).await.status
    };
    assert_eq!(bring("guessed").await, 401);
    let secret = set["secret_token"].as_str().unwrap();
    for _ in 0..2 {
        assert_eq!(bring(secret).await, 200);
    }
    until("it is answered", PATIENCE, || {
        !story.telegram.messages(ANNA).is_empty()
    });
    story.telegram.says(ANNA, "/lists");
    let next = story.telegram.to_be_brought().remove(0);
    let request = anyone.request(reqwest::Method::POST, "//telegram/webhook");
    let request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    assert_eq!(anyone.send(request.json(&next)).await.status, 200);
    until("so is the next", PATIENCE, || {
        story.telegram.messages(ANNA).len() >= 2
    });
    assert_eq!(story.telegram.messages(ANNA).len(), 2);
    assert!(story.telegram.requests("getUpdates").is_empty());
    story.end();
}

/// The bot in a process of its own.
struct Bot(Child);

impl Drop for Bot {
    fn drop(&mut self) {
        // One that has ended cannot be killed, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn the_bot_runs_by_itself(database: Database) {
    let setup = Setup::without_films(database).await;
    let story = Story::begin(setup.set("FILMHUB_BOT", "off")).await;
    story.telegram.says(ANNA, "/help");
    let child = story.app.setup.command(&["bot"]);
    let mut bot = Bot({ child }
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap());
    until("it answers", PATIENCE, || {
        !story.telegram.messages(ANNA).is_empty()
    });
    let pid = bot.0.id().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-TERM", &pid])
        .status();
    assert!(sent.unwrap().success());
    let mut status = None;
    until("the bot stops", PATIENCE, || {
        status = bot.0.try_wait().unwrap();
        status.is_some()
    });
    assert!(status.unwrap().success());
    story.end();
}
