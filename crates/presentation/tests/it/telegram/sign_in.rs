//! Signing in and linking.
use super::support::{ANNA, BOB, TestBot, instead, notice, press};
use application::{
    fakes::{World, a_user},
    identity::telegram::{ExchangeTelegramKey, OpenTelegramLink, OpenTelegramSignIn},
    shared::actor::Actor,
};
use chrono::Duration;
use domain::identity::{DeviceName, Opener, TelegramId};

async fn open(world: &World) -> String {
    let opener = Opener {
        device: DeviceName::parse("Films <2> (Pixel 9)").ok(),
        address: "203.0.113.7".parse().ok(),
    };
    let request = OpenTelegramSignIn { opener };
    world.run(&Actor::Anonymous, request).await.unwrap()
}

async fn is_signed_in(world: &World, key: &str) -> bool {
    let exchange = ExchangeTelegramKey {
        key: key.to_owned(),
        from: Opener::default(),
    };
    world.run(&Actor::Anonymous, exchange).await.is_ok()
}

#[tokio::test]
async fn who_asks_and_from_where_is_shown_before_anything_is_confirmed() {
    let bot = TestBot::new();
    let key = open(&bot.world).await;
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    for told in [
        "Anna &lt;K&gt;",
        "Films &lt;2&gt; (Pixel 9)",
        "203.0.113.7",
        "UTC",
    ] {
        assert!(question.html.contains(told), "{told}: {}", question.html);
    }
    assert_eq!(bot.world.stored().user_count(), 0);
    let said = bot.presses(ANNA, &question, "Confirm").await;
    let done = instead(&said);
    assert!(done.html.contains("signed in") && done.keyboard.0.is_empty());
    assert_eq!(bot.world.stored().user_count(), 1);
    assert!(is_signed_in(&bot.world, &key).await);
}

#[tokio::test]
async fn what_is_not_known_of_who_asks_is_said_to_be_so() {
    let bot = TestBot::new();
    let request = OpenTelegramSignIn::default();
    let key = bot.world.run(&Actor::Anonymous, request).await.unwrap();
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    assert_eq!(question.html.matches("not known").count(), 2);
}

#[tokio::test]
async fn who_declines_signs_nobody_in() {
    let bot = TestBot::new();
    let key = open(&bot.world).await;
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    let said = bot.presses(ANNA, &question, "Decline").await;
    assert!(instead(&said).html.contains("Declined"));
    assert!(!is_signed_in(&bot.world, &key).await);
    let again = bot.says(ANNA, &format!("/start auth_{key}")).await;
    assert!(again.html.contains("declined"));
}

#[tokio::test]
async fn another_person_cannot_answer_even_with_the_button() {
    let bot = TestBot::new();
    let key = open(&bot.world).await;
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    let said = bot.presses(BOB, &question, "Confirm").await;
    assert!(instead(&said).html.contains("somebody else"));
    let told = bot.says(BOB, &format!("/start auth_{key}")).await;
    assert!(told.html.contains("somebody else"));
    assert_eq!(bot.world.stored().user_count(), 0);
    assert!(!is_signed_in(&bot.world, &key).await);
}

#[tokio::test]
async fn each_way_in_which_a_key_is_of_no_use_is_told_kindly() {
    let bot = TestBot::new();
    let (late, used) = (open(&bot.world).await, open(&bot.world).await);
    let unknown = bot.says(ANNA, "/start auth_guessed").await;
    assert!(unknown.html.contains("not valid"));
    let question = bot.says(ANNA, &format!("/start auth_{used}")).await;
    bot.presses(ANNA, &question, "Confirm").await;
    let confirmed = bot.says(ANNA, &format!("/start auth_{used}")).await;
    assert!(confirmed.html.contains("confirmed already"));
    assert!(is_signed_in(&bot.world, &used).await);
    let spent = bot.says(ANNA, &format!("/start auth_{used}")).await;
    assert!(spent.html.contains("used already"));
    bot.world.clock.advance(Duration::minutes(11));
    let over = bot.says(ANNA, &format!("/start auth_{late}")).await;
    assert!(over.html.contains("ten minutes"));
    let nonsense = bot.says(ANNA, "/start something").await;
    assert!(nonsense.html.contains("Hello"));
}

#[tokio::test]
async fn who_tries_keys_is_slowed_down_and_others_are_not() {
    let bot = TestBot::new();
    for number in 0..5 {
        let told = bot.says(ANNA, &format!("/start auth_guess{number}")).await;
        assert!(told.html.contains("not valid"));
    }
    let key = open(&bot.world).await;
    let told = bot.says(ANNA, &format!("/start auth_{key}")).await;
    assert!(told.html.contains("Too many"));
    let question = bot.says(BOB, &format!("/start auth_{key}")).await;
    assert!(question.html.contains("Sign in"));
}

#[tokio::test]
async fn a_telegram_account_is_linked_to_the_account_that_is_shown() {
    let bot = TestBot::new();
    let anna = bot.world.has(a_user().named("Anna <at home>"));
    let actor = bot.world.signed_in(&anna);
    let opened = bot.world.run(&actor, OpenTelegramLink::default()).await;
    let key = opened.unwrap().key;
    let question = bot.says(ANNA, &format!("/start link_{key}")).await;
    assert!(question.html.contains("Anna &lt;at home&gt;"));
    let said = bot.presses(ANNA, &question, "Confirm").await;
    assert!(instead(&said).html.contains("linked"));
    let stored = bot.world.stored();
    let user = stored.user(anna.id).unwrap();
    assert_eq!(user.telegram, Some(TelegramId(ANNA)));
}

#[tokio::test]
async fn a_telegram_account_that_belongs_to_somebody_is_not_linked() {
    let bot = TestBot::new();
    bot.world.has(a_user().of_telegram(ANNA));
    let bob = bot.world.has(a_user());
    let actor = bot.world.signed_in(&bob);
    let opened = bot.world.run(&actor, OpenTelegramLink::default()).await;
    let question = bot
        .says(ANNA, &format!("/start link_{}", opened.unwrap().key))
        .await;
    let said = bot.presses(ANNA, &question, "Confirm").await;
    assert!(
        instead(&said)
            .html
            .contains("belongs to an account already")
    );
}

#[tokio::test]
async fn somebody_shut_out_is_told_so_and_nothing_else() {
    let bot = TestBot::new();
    bot.world.has(a_user().of_telegram(ANNA).disabled());
    let key = open(&bot.world).await;
    for text in ["/lists", "alien", &format!("/start auth_{key}")] {
        assert!(bot.says(ANNA, text).await.html.contains("shut out"));
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_no_wrong_key() {
    let bot = TestBot::new();
    let key = open(&bot.world).await;
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    bot.world.store.refuse_commits();
    let said = bot.presses(ANNA, &question, "Confirm").await;
    assert!(notice(&said).contains("went wrong"));
    bot.world.store.accept_commits();
    bot.presses(ANNA, &question, "Confirm").await;
    assert!(is_signed_in(&bot.world, &key).await);
}

#[tokio::test]
async fn a_button_whose_key_is_made_up_confirms_nothing() {
    let bot = TestBot::new();
    let key = open(&bot.world).await;
    let question = bot.says(ANNA, &format!("/start auth_{key}")).await;
    bot.handle(&press(ANNA, &question, "c:made-up"))
        .await
        .unwrap();
    let said = bot.after_the_press();
    assert!(instead(&said).html.contains("not valid"));
    assert_eq!(bot.world.stored().user_count(), 0);
}
