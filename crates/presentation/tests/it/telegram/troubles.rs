//! Commands, languages, and what goes wrong on the way.
use super::support::{ANNA, BOB, TestBot, data, message, press};
use application::{
    fakes::{Said, a_film, a_user},
    telegram::ports::TelegramError,
};
use chrono::Duration;
use domain::shared::Language;
use serde_json::{Value, json};

#[tokio::test]
async fn commands_are_answered_in_the_language_of_the_person() {
    let bot = TestBot::new();
    assert!(bot.says(ANNA, "/start").await.html.contains("Hello"));
    assert!(bot.says(ANNA, "/help").await.html.contains("/tonight"));
    assert!(bot.says_in("ru", "/help").await.html.contains("Что я умею"));
    // Of languages that it does not speak it knows its own best.
    assert!(bot.says_in("pt-BR", "/start").await.html.contains("Hello"));
    assert!(bot.says(ANNA, "/dance").await.html.contains("/help"));
    assert!(bot.says(ANNA, "/").await.html.contains("/help"));
}

#[tokio::test]
async fn commands_are_offered_in_each_language_and_to_all_others() {
    let offered = TestBot::new().commands();
    let all = [None, Some(Language::Russian), Some(Language::English)];
    assert_eq!(offered, all);
}

#[tokio::test]
async fn what_is_no_text_is_answered_kindly() {
    let bot = TestBot::new();
    let mut update = message(ANNA, "en", "");
    update["message"]["text"] = Value::Null;
    update["message"]["sticker"] = json!({ "file_id": "x" });
    bot.handle(&update).await.unwrap();
    assert!(bot.answer().html.contains("text only"));
}

#[tokio::test]
async fn groups_and_other_bots_are_not_answered() {
    let bot = TestBot::new();
    let mut group = message(ANNA, "en", "/help");
    group["message"]["chat"] = json!({ "id": -100, "type": "supergroup" });
    bot.handle(&group).await.unwrap();
    let mut machine = message(ANNA, "en", "/help");
    machine["message"]["from"]["is_bot"] = json!(true);
    bot.handle(&machine).await.unwrap();
    bot.handle(&json!({ "update_id": 3, "poll": {} }))
        .await
        .unwrap();
    assert!(bot.telegram.said().is_empty());
}

#[tokio::test]
async fn who_talks_too_fast_is_told_once() {
    let bot = TestBot::new();
    for _ in 0..20 {
        bot.says(ANNA, "/help").await;
    }
    assert!(bot.says(ANNA, "/help").await.html.contains("too fast"));
    bot.handle(&message(ANNA, "en", "/help")).await.unwrap();
    assert!(bot.telegram.said().is_empty());
    assert!(bot.says(BOB, "/help").await.html.contains("What I can do"));
    bot.world.clock.advance(Duration::seconds(1));
    assert!(bot.says(ANNA, "/help").await.html.contains("What I can do"));
}

#[tokio::test]
async fn a_store_that_is_down_is_apologised_for() {
    let bot = TestBot::new();
    bot.world.store.go_down();
    assert!(bot.says(ANNA, "alien").await.html.contains("went wrong"));
}

#[tokio::test]
async fn a_message_that_is_too_old_is_followed_by_a_new_one() {
    let bot = TestBot::new();
    bot.world.has(a_user().of_telegram(ANNA));
    let lists = bot.says(ANNA, "/lists").await;
    let pressed = press(ANNA, &lists, &data(&lists, "Liked"));
    // The press itself is too old to be ended, and then the message to be changed.
    bot.telegram.fail(TelegramError::TooOld);
    bot.telegram.fail(TelegramError::TooOld);
    bot.handle(&pressed).await.unwrap();
    let said = bot.telegram.said();
    assert!(matches!(said.as_slice(), [Said::New(..)]), "{said:#?}");
}

#[tokio::test]
async fn pressing_for_what_is_there_already_is_no_trouble() {
    let bot = TestBot::new();
    bot.world.has(a_film().titled("Alien"));
    bot.world.has(a_film().titled("Alien Nation"));
    let card = bot.says(ANNA, "alien").await;
    let pressed = press(ANNA, &card, &data(&card, "· 1 ·"));
    bot.telegram.pass();
    bot.telegram.fail(TelegramError::Unchanged);
    bot.handle(&pressed).await.unwrap();
    assert!(matches!(
        bot.telegram.said().as_slice(),
        [Said::Acknowledged(..)]
    ));
}

#[tokio::test]
async fn what_telegram_does_not_do_is_told_to_whoever_tries_again() {
    let bot = TestBot::new();
    let retry_after = std::time::Duration::from_secs(3);
    bot.telegram.fail(TelegramError::Busy { retry_after });
    let failed = bot.handle(&message(ANNA, "en", "/help")).await;
    assert!(matches!(failed, Err(TelegramError::Busy { .. })));
    assert!(bot.says(ANNA, "/help").await.html.contains("What I can do"));
}
