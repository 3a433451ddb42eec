//! Updates that Telegram brings.
use crate::support::code;
use application::{
    fakes::{World, a_user},
    shared::actor::Actor,
    telegram::{
        ports::{BotId, ChatId, Update, UpdateId},
        receive::ReceiveUpdate,
    },
    upkeep::tidy_up::TidyUp,
};
use chrono::Duration;

fn an_update() -> ReceiveUpdate {
    ReceiveUpdate {
        bot: BotId(1),
        update: Update {
            id: UpdateId(7),
            chat: ChatId(42),
            body: "{}".to_owned(),
        },
    }
}

#[tokio::test]
async fn an_update_that_is_brought_twice_is_kept_once() {
    let world = World::new();
    for _ in 0..2 {
        world.run(&Actor::System, an_update()).await.unwrap();
    }
    assert_eq!(world.stored().telegram_update_counts(), (1, 1));
}

#[tokio::test]
async fn nobody_else_brings_updates() {
    let world = World::new();
    let admin = world.signed_in(&world.has(a_user().admin()));
    let refused = world.run(&admin, an_update()).await;
    assert_eq!(code(refused), "identity.not_operator");
    let refused = world.run(&Actor::Anonymous, an_update()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    assert_eq!(world.stored().telegram_update_counts(), (0, 0));
}

#[tokio::test]
async fn updates_are_forgotten_after_two_days() {
    let world = World::new();
    world.run(&Actor::System, an_update()).await.unwrap();
    world.clock.advance(Duration::days(2));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.telegram_updates, 0);
    world.clock.advance(Duration::microseconds(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.telegram_updates, 1);
    assert_eq!(world.stored().telegram_update_counts(), (0, 0));
}
