//! Signing in by Telegram.
use crate::support::{authenticate, code, username};
use application::{
    fakes::{World, a_user},
    identity::{
        telegram::{
            CheckTelegramSignIn, ConfirmTelegramSignIn, DeclineTelegramSignIn, ExchangeTelegramKey,
            ExchangeTelegramKeyError, OpenTelegramSignIn, TelegramSignInError,
        },
        views::SignedIn,
    },
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{
    identity::{Opener, TelegramId, User},
    shared::Language,
};

async fn open(world: &World) -> String {
    let opened = world
        .run(&Actor::Anonymous, OpenTelegramSignIn::default())
        .await;
    opened.unwrap()
}

async fn check(world: &World, key: &str) -> Result<bool, TelegramSignInError> {
    let key = key.to_owned();
    let request = CheckTelegramSignIn { key };
    world.run(&Actor::Anonymous, request).await
}

fn confirmation(key: &str, telegram: i64) -> ConfirmTelegramSignIn {
    ConfirmTelegramSignIn {
        key: key.to_owned(),
        telegram: TelegramId(telegram),
        username: username("Anna"),
        language: Language::English,
    }
}

async fn confirm(world: &World, key: &str, telegram: i64) -> Result<User, TelegramSignInError> {
    world.run(&Actor::System, confirmation(key, telegram)).await
}

async fn decline(world: &World, key: &str, telegram: i64) -> Result<(), TelegramSignInError> {
    let request = DeclineTelegramSignIn {
        key: key.to_owned(),
        telegram: TelegramId(telegram),
    };
    world.run(&Actor::System, request).await
}

async fn exchange(world: &World, key: &str) -> Result<SignedIn, ExchangeTelegramKeyError> {
    let key = key.to_owned();
    let request = ExchangeTelegramKey {
        key,
        from: Opener::default(),
    };
    world.run(&Actor::Anonymous, request).await
}

#[tokio::test]
async fn a_newcomer_who_confirms_gets_an_account_with_lists_and_is_signed_in_once() {
    let world = World::new();
    let key = open(&world).await;
    assert!(!check(&world, &key).await.unwrap());
    let user = confirm(&world, &key, 42).await.unwrap();
    assert_eq!(user.telegram, Some(TelegramId(42)));
    assert_eq!(user.username, username("Anna"));
    assert_eq!(world.stored().watchlists_of(user.id).len(), 3);
    assert!(check(&world, &key).await.unwrap());
    let signed_in = exchange(&world, &key).await.unwrap();
    let actor = authenticate(&world, &signed_in.token).unwrap();
    assert_eq!(actor.user().unwrap().id, user.id);
    let before = world.stored();
    assert_eq!(
        code(exchange(&world, &key).await),
        "identity.auth_key_refused"
    );
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_long_token_by_telegram_lives_31_days_too() {
    let world = World::new();
    let key = open(&world).await;
    confirm(&world, &key, 42).await.unwrap();
    let signed_in = exchange(&world, &key).await.unwrap();
    world
        .clock
        .advance(Duration::days(31) - Duration::microseconds(1));
    assert!(authenticate(&world, &signed_in.token).is_ok());
    world.clock.advance(Duration::microseconds(1));
    assert!(authenticate(&world, &signed_in.token).is_err());
}

#[tokio::test]
async fn somebody_known_gets_no_second_account() {
    let world = World::new();
    let anna = world.has(a_user().of_telegram(42));
    let key = open(&world).await;
    assert_eq!(confirm(&world, &key, 42).await.unwrap(), anna);
    assert_eq!(exchange(&world, &key).await.unwrap().user, anna);
    assert_eq!(world.stored().user_count(), 1);
}

#[tokio::test]
async fn an_attempt_lives_ten_minutes_and_not_a_moment_longer() {
    let world = World::new();
    let (pending, confirmed) = (open(&world).await, open(&world).await);
    confirm(&world, &confirmed, 42).await.unwrap();
    world
        .clock
        .advance(Duration::minutes(10) - Duration::microseconds(1));
    assert!(!check(&world, &pending).await.unwrap());
    assert!(check(&world, &confirmed).await.unwrap());
    world.clock.advance(Duration::microseconds(1));
    let before = world.stored();
    for key in [&pending, &confirmed] {
        let incorrect = "identity.incorrect_auth_key";
        assert_eq!(code(check(&world, key).await), incorrect);
        assert_eq!(code(confirm(&world, key, 43).await), incorrect);
        assert_eq!(code(decline(&world, key, 42).await), incorrect);
        let refused = exchange(&world, key).await;
        assert_eq!(code(refused), "identity.auth_key_refused");
    }
    assert_eq!(world.stored(), before);
    world.clock.advance(-Duration::microseconds(1));
    assert!(exchange(&world, &confirmed).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_not_confirmed_signs_nobody_in() {
    let world = World::new();
    let key = open(&world).await;
    let before = world.stored();
    let refused = exchange(&world, &key).await;
    assert_eq!(code(refused), "identity.auth_key_refused");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_declined_attempt_is_over_even_if_it_was_confirmed() {
    let world = World::new();
    let (pending, confirmed) = (open(&world).await, open(&world).await);
    confirm(&world, &confirmed, 42).await.unwrap();
    for key in [&pending, &confirmed] {
        decline(&world, key, 42).await.unwrap();
        let incorrect = "identity.incorrect_auth_key";
        assert_eq!(code(check(&world, key).await), incorrect);
        assert_eq!(code(confirm(&world, key, 42).await), incorrect);
        let refused = exchange(&world, key).await;
        assert_eq!(code(refused), "identity.auth_key_refused");
    }
}

#[tokio::test]
async fn a_key_that_was_never_given_is_refused_everywhere() {
    let world = World::new();
    let incorrect = "identity.incorrect_auth_key";
    assert_eq!(code(check(&world, "guessed").await), incorrect);
    assert_eq!(code(confirm(&world, "guessed", 42).await), incorrect);
    assert_eq!(code(decline(&world, "guessed", 42).await), incorrect);
    let refused = exchange(&world, "guessed").await;
    assert_eq!(code(refused), "identity.auth_key_refused");
    assert_eq!(world.store.commits(), 0);
}

#[tokio::test]
async fn confirming_twice_is_the_same_as_once() {
    let world = World::new();
    let key = open(&world).await;
    let user = confirm(&world, &key, 42).await.unwrap();
    assert_eq!(confirm(&world, &key, 42).await.unwrap(), user);
    assert_eq!(world.stored().user_count(), 1);
}

#[tokio::test]
async fn somebody_else_cannot_take_a_confirmed_attempt_over_and_gets_no_account() {
    let world = World::new();
    let key = open(&world).await;
    let anna = confirm(&world, &key, 42).await.unwrap();
    let before = world.stored();
    let refused = confirm(&world, &key, 43).await;
    assert_eq!(code(refused), "identity.incorrect_auth_key");
    assert_eq!(world.stored(), before);
    assert_eq!(exchange(&world, &key).await.unwrap().user.id, anna.id);
}

#[tokio::test]
async fn of_two_that_exchange_a_key_at_once_one_is_signed_in() {
    let world = World::new();
    let key = open(&world).await;
    let user = confirm(&world, &key, 42).await.unwrap();
    let open = world.store.begin().await.unwrap();
    let (one, other, ()) = tokio::join!(exchange(&world, &key), exchange(&world, &key), async {
        drop(open);
    },);
    assert!(one.is_ok());
    assert_eq!(code(other), "identity.auth_key_refused");
    assert_eq!(world.stored().sessions_of(user.id).len(), 1);
}

#[tokio::test]
async fn a_key_is_not_used_up_when_the_store_fails() {
    let world = World::new();
    let key = open(&world).await;
    confirm(&world, &key, 42).await.unwrap();
    world.store.refuse_commits();
    let refused = exchange(&world, &key).await;
    assert_eq!(code(refused), "store.unavailable");
    world.store.accept_commits();
    assert!(exchange(&world, &key).await.is_ok());
}

#[tokio::test]
async fn somebody_shut_out_is_not_signed_in_and_the_key_is_not_used_up() {
    let world = World::new();
    world.has(a_user().of_telegram(42).disabled());
    let key = open(&world).await;
    confirm(&world, &key, 42).await.unwrap();
    let before = world.stored();
    let refused = exchange(&world, &key).await;
    assert_eq!(code(refused), "identity.auth_key_refused");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn only_the_bot_confirms_and_declines() {
    let world = World::new();
    let key = open(&world).await;
    let admin = world.signed_in(&world.has(a_user().admin()));
    let before = world.stored();
    for (actor, answer) in [
        (Actor::Anonymous, "identity.not_signed_in"),
        (admin, "identity.not_operator"),
    ] {
        let refused = world.run(&actor, confirmation(&key, 42)).await;
        assert_eq!(code(refused), answer);
        let request = DeclineTelegramSignIn {
            key: key.clone(),
            telegram: TelegramId(42),
        };
        assert_eq!(code(world.run(&actor, request).await), answer);
    }
    assert_eq!(world.stored(), before);
}
