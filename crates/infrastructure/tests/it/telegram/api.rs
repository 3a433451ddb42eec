//! Single requests.
use super::{api, api_by_proxy, chain, config};
use application::telegram::ports::{
    Button, ChatId, Command, Keyboard, Message, MessageId, TelegramApi, TelegramError, UpdateId,
    Webhook,
};
use domain::shared::Language;
use infrastructure::telegram::BotApi;
use serde_json::json;
use std::time::Duration;
use test_servers::{BOT_NAME, BotApiServer, BotApiTrouble, ScriptedServer};

const ANNA: ChatId = ChatId(42);

fn a_message(html: &str) -> Message {
    let button = Button {
        words: "1".to_owned(),
        data: "t:1".to_owned(),
    };
    Message {
        html: html.to_owned(),
        picture: Some("https://films.example/images/500/a.jpg".to_owned()),
        keyboard: Keyboard(vec![vec![button]]),
    }
}

#[tokio::test]
async fn every_request_is_as_the_specification_says() {
    let server = BotApiServer::start();
    let api = api(&server);
    assert_eq!(api.name().await.unwrap(), BOT_NAME);
    let command = Command {
        name: "help",
        does: "What I can do",
    };
    for language in [None, Some(Language::Russian)] {
        api.offer(language, &[command]).await.unwrap();
    }
    assert_eq!(server.requests("setMyCommands")[1]["language_code"], "ru");
    api.send(ANNA, &a_message("<b>Alien</b>")).await.unwrap();
    let sent = server.messages(ANNA.0).remove(0);
    assert_eq!(sent.text, "<b>Alien</b>");
    assert_eq!(sent.buttons, [[("1".to_owned(), "t:1".to_owned())]]);
    assert!(sent.picture.is_some());
    let id = MessageId(sent.id);
    api.edit(ANNA, id, &Message::of("Gone")).await.unwrap();
    let edited = server.messages(ANNA.0).remove(0);
    assert_eq!((edited.text.as_str(), edited.picture), ("Gone", None));
    assert!(edited.buttons.is_empty());
    api.edit_keyboard(ANNA, id, &a_message("").keyboard)
        .await
        .unwrap();
    server.presses(&server.messages(ANNA.0)[0], "1");
    let pressed = api.updates(None, Duration::ZERO).await.unwrap();
    let press: serde_json::Value = serde_json::from_str(&pressed[0].body).unwrap();
    let press = press["callback_query"]["id"].as_str().unwrap();
    api.acknowledge(press, Some("Yes")).await.unwrap();
    assert_eq!(server.open_presses(), 0);
    assert_eq!(server.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn updates_are_told_until_they_are_taken_care_of() {
    let server = BotApiServer::start();
    let api = api(&server);
    let (first, second) = (server.says(42, "one"), server.says(42, "two"));
    for _ in 0..2 {
        let told = api.updates(None, Duration::ZERO).await.unwrap();
        let numbers: Vec<i64> = told.iter().map(|update| update.id.0).collect();
        assert_eq!(numbers, [first, second]);
    }
    let rest = api.updates(Some(UpdateId(first)), Duration::ZERO).await;
    assert_eq!(rest.unwrap()[0].id, UpdateId(second));
    let rest = api.updates(Some(UpdateId(second)), Duration::ZERO).await;
    assert!(rest.unwrap().is_empty());
    assert_eq!(server.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn updates_are_brought_or_asked_for_but_not_both() {
    let server = BotApiServer::start();
    let api = api(&server);
    let webhook = Webhook {
        url: "https://films.example/telegram/webhook".to_owned(),
        secret: "0123".to_owned(),
    };
    api.bring_updates(Some(&webhook)).await.unwrap();
    assert_eq!(server.requests("setWebhook")[0]["secret_token"], "0123");
    let conflict = api.updates(None, Duration::ZERO).await.unwrap_err();
    assert!(matches!(conflict, TelegramError::Conflict));
    api.bring_updates(None).await.unwrap();
    assert!(api.updates(None, Duration::ZERO).await.is_ok());
    assert_eq!(server.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn what_goes_wrong_is_told_apart() {
    let server = BotApiServer::start();
    let api = api(&server);
    let message = a_message("Alien");
    api.send(ANNA, &message).await.unwrap();
    let sent = server.messages(ANNA.0).remove(0);
    let id = MessageId(sent.id);
    let same = api.edit(ANNA, id, &message).await.unwrap_err();
    assert!(matches!(same, TelegramError::Unchanged), "{same}");
    server.ages(&sent);
    let old = api.edit(ANNA, id, &a_message("New")).await.unwrap_err();
    assert!(matches!(old, TelegramError::TooOld), "{old}");
    let gone = api.edit(ANNA, MessageId(999), &message).await.unwrap_err();
    assert!(matches!(gone, TelegramError::TooOld), "{gone}");
    let late = api.acknowledge("long ago", None).await.unwrap_err();
    assert!(matches!(late, TelegramError::TooOld), "{late}");
    for (trouble, meaning) in [
        (BotApiTrouble::TooMany(7), "busy for 7"),
        (BotApiTrouble::Page(502), "unavailable"),
        (BotApiTrouble::Closed, "unanswered"),
        (BotApiTrouble::DoneAndClosed, "unanswered"),
    ] {
        server.fails("sendMessage", trouble);
        let failure = api.send(ANNA, &message).await.unwrap_err();
        let understood = match &failure {
            TelegramError::Busy { retry_after } => format!("busy for {}", retry_after.as_secs()),
            TelegramError::Unavailable(_) => "unavailable".to_owned(),
            TelegramError::Unanswered(_) => "unanswered".to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(understood, meaning);
    }
}

#[tokio::test]
async fn the_token_is_in_no_failure_whatever_goes_wrong() {
    const SECRET: &str = "AAE-tell_nobody";
    let mut server = BotApiServer::start();
    let wrong = BotApi::new(&config(&server, &format!("1:{SECRET}"))).unwrap();
    let mut failures = vec![wrong.name().await.unwrap_err()];
    assert!(matches!(failures[0], TelegramError::TokenRefused));
    let mute = ScriptedServer::start();
    let mut other = config(&server, &format!("1:{SECRET}"));
    other.base_url = mute.endpoint().parse().unwrap();
    for reply in [
        test_servers::Reply::Half(json!({ "ok": true }).to_string()),
        test_servers::Reply::Closed,
        test_servers::Reply::status(200, "<html>"),
        test_servers::Reply::status(302, ""),
        test_servers::Reply::Endless(5 * 1024 * 1024),
    ] {
        mute.answers("/", reply);
        let api = BotApi::new(&other).unwrap();
        failures.push(api.name().await.unwrap_err());
    }
    server.stop();
    failures.push(wrong.name().await.unwrap_err());
    assert!(matches!(
        failures.last(),
        Some(TelegramError::Unavailable(_))
    ));
    for failure in &failures {
        let told = chain(failure);
        assert!(!told.contains(SECRET) && !told.contains("/bot"), "{told}");
    }
}

#[tokio::test]
async fn telegram_is_reached_by_a_proxy() {
    let server = BotApiServer::start();
    let proxy = ScriptedServer::start();
    let me = json!({ "ok": true, "result": { "username": "by_proxy" } });
    proxy.answers("/bot", test_servers::Reply::Json(me.to_string()));
    let api = api_by_proxy(&server, &proxy.endpoint());
    assert_eq!(api.name().await.unwrap(), "by_proxy");
    assert_eq!(proxy.count(), 1);
    let nobody = api_by_proxy(&server, "http://127.0.0.1:9");
    let failure = nobody.name().await.unwrap_err();
    assert!(
        matches!(failure, TelegramError::Unavailable(_)),
        "{failure:?}"
    );
}
