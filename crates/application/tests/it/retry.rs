//! Trying again where others were in the way.
use crate::support::{code, username};
use application::{
    fakes::{World, a_user},
    identity::{
        profile::UpdateProfile,
        telegram::{OpenTelegramSignIn, TelegramSignInError},
    },
    shared::actor::Actor,
};
use domain::identity::ProfileChange;

fn renamed() -> UpdateProfile {
    let change = ProfileChange {
        username: Some(username("Anya")),
        ..ProfileChange::default()
    };
    UpdateProfile { change }
}

#[tokio::test]
async fn a_change_that_others_were_in_the_way_of_is_made_in_the_end() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.store.contend(3);
    let user = world.run(&actor, renamed()).await.unwrap();
    assert_eq!(user.username, username("Anya"));
    assert_eq!((world.backoff.waits(), world.store.commits()), (3, 1));
}

#[tokio::test]
async fn a_change_that_others_are_always_in_the_way_of_is_given_up() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.store.contend(5);
    let refused = world.run(&actor, renamed()).await;
    assert_eq!(code(refused), "store.contention");
    assert_eq!((world.backoff.waits(), world.store.commits()), (3, 0));
    // One of the five is left.
    world.run(&actor, renamed()).await.unwrap();
    assert_eq!(world.backoff.waits(), 4);
}

#[tokio::test]
async fn other_failures_are_not_tried_again() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    world.store.refuse_commits();
    let refused = world.run(&actor, renamed()).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.backoff.waits(), 0);
}

#[tokio::test]
async fn a_request_that_is_not_marked_is_not_tried_again() {
    let world = World::new();
    world.store.contend(1);
    let refused: Result<String, TelegramSignInError> = world
        .run(&Actor::Anonymous, OpenTelegramSignIn::default())
        .await;
    assert_eq!(code(refused), "store.contention");
    assert_eq!(world.backoff.waits(), 0);
}
