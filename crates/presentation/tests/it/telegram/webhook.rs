//! Telegram brings updates by itself.
use super::support::{ANNA, message};
use crate::support::{TestApi, settings};
use application::{
    fakes::{World, a_user},
    identity::telegram::ConfirmTelegramLink,
    shared::actor::Actor,
    telegram::ports::BotId,
};
use domain::identity::TelegramId;
use presentation::{ApiSettings, BotName, WEBHOOK_PATH, WebhookGate, WebhookSecret};
use serde_json::{Value, json};

const SECRET: &str = "0123456789abcdef";
const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

async fn with_webhook() -> TestApi {
    let webhook = Some(WebhookGate {
        bot: BotId(1),
        secret: WebhookSecret(SECRET.to_owned()),
    });
    let settings = ApiSettings {
        webhook,
        ..settings()
    };
    TestApi::with(World::new(), settings).await
}

async fn bring(api: &TestApi, secret: &str, update: Value, status: u16) {
    let call = api.post(WEBHOOK_PATH).header(HEADER, secret);
    call.json(update).expect(status).await;
}

#[actix_web::test]
async fn an_update_is_kept_once_however_often_it_is_brought() {
    let api = with_webhook().await;
    for _ in 0..2 {
        bring(&api, SECRET, message(ANNA, "en", "alien"), 200).await;
    }
    assert_eq!(api.world.stored().telegram_update_counts(), (1, 1));
}

#[actix_web::test]
async fn who_does_not_know_the_secret_brings_nothing() {
    let api = with_webhook().await;
    for wrong in ["", "0123456789abcdee", "0123456789abcdef0"] {
        bring(&api, wrong, message(ANNA, "en", "alien"), 401).await;
    }
    let without = api.post(WEBHOOK_PATH).json(message(ANNA, "en", "alien"));
    without.expect(401).await;
    assert_eq!(api.world.stored().telegram_update_counts(), (0, 0));
}

#[actix_web::test]
async fn what_the_bot_does_not_answer_is_accepted_and_not_kept() {
    let api = with_webhook().await;
    bring(&api, SECRET, json!({ "update_id": 9, "poll": {} }), 200).await;
    bring(&api, SECRET, json!({ "nothing": true }), 200).await;
    assert_eq!(api.world.stored().telegram_update_counts(), (0, 0));
}

#[actix_web::test]
async fn while_the_store_is_down_telegram_is_to_come_again() {
    let api = with_webhook().await;
    api.world.store.go_down();
    bring(&api, SECRET, message(ANNA, "en", "alien"), 503).await;
}

#[actix_web::test]
async fn without_a_webhook_there_is_no_such_path() {
    let api = TestApi::new().await;
    let call = api.post(WEBHOOK_PATH).header(HEADER, SECRET);
    call.json(json!({})).expect(404).await;
}

#[actix_web::test]
async fn a_telegram_account_is_linked_and_unlinked_from_the_profile() {
    let bot_name = BotName::default();
    let settings = ApiSettings {
        bot_name: bot_name.clone(),
        ..settings()
    };
    let api = TestApi::with(World::new(), settings).await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let path = "/api/v1/me/telegram";
    let opened = api.post(path).by(&token).expect(201).await.json();
    assert_eq!(opened["url"], Value::Null);
    bot_name.0.set("filmhub_bot".to_owned()).unwrap();
    let opened = api.post(path).by(&token).expect(201).await.json();
    let key = opened["link_key"].as_str().unwrap();
    let url = format!("https://t.me/filmhub_bot?start=link_{key}");
    assert_eq!(opened["url"], url);
    assert!(opened["expires_at"].is_string());
    let confirm = ConfirmTelegramLink {
        key: key.to_owned(),
        telegram: TelegramId(ANNA),
    };
    let system = Actor::System;
    api.world.run(&system, confirm).await.unwrap();
    let me = api.get("/api/v1/me").by(&token).expect(200).await.json();
    assert_eq!(me["telegram_id"], ANNA);
    let refused = api.post(path).by(&token).expect(409).await;
    assert_eq!(refused.code(), "identity.telegram_linked");
    api.delete(path).by(&token).expect(204).await;
    api.delete(path).by(&token).expect(204).await;
    let me = api.get("/api/v1/me").by(&token).expect(200).await.json();
    assert_eq!(me["telegram_id"], Value::Null);
}

#[actix_web::test]
async fn the_last_way_in_is_not_unlinked() {
    let api = TestApi::new().await;
    let anna = api.world.has(a_user().of_telegram(ANNA));
    let call = api
        .delete("/api/v1/me/telegram")
        .by(&api.world.token_of(&anna));
    assert_eq!(call.expect(409).await.code(), "identity.last_way_in");
}
