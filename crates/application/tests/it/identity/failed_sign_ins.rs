//! Whoever is wrong too often waits, and nobody can make somebody else wait.
use crate::support::{email, password};
use application::{
    fakes::{UserBuilder, World, a_user},
    identity::{
        sign_in::{SignIn, SignInError},
        tokens::IssueTokens,
    },
    shared::{actor::Actor, failure::Failure},
    upkeep::tidy_up::TidyUp,
};
use chrono::Duration as Span;
use domain::identity::Opener;
use std::time::Duration;

const HOME: &str = "203.0.113.7";
const ELSEWHERE: &str = "198.51.100.1";

fn attempt(address: &str, word: &str, from: &str) -> SignIn {
    SignIn {
        email: Some(email(address)),
        password: Some(password(word)),
        from: Opener {
            device: None,
            address: from.parse().ok(),
        },
    }
}

fn world_of_anna() -> World {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org"));
    world
}

async fn sign_in(world: &World, request: SignIn) -> Result<(), SignInError> {
    world.run(&Actor::Anonymous, request).await.map(drop)
}

async fn is_wrong(world: &World, request: SignIn) {
    let refused = sign_in(world, request).await.unwrap_err();
    assert!(
        matches!(refused, SignInError::WrongCredentials),
        "{refused}"
    );
}

async fn waits(world: &World, request: SignIn) -> Duration {
    let refused = sign_in(world, request).await.unwrap_err();
    assert_eq!(refused.code(), "identity.too_many_failures");
    refused.retry_after().unwrap()
}

/// Is wrong so often that the next attempt has to wait.
async fn fails(world: &World, address: &str, from: &str) {
    for _ in 0..11 {
        is_wrong(world, attempt(address, "a guess", from)).await;
    }
}

#[tokio::test]
async fn after_eleven_failures_even_the_right_password_waits_and_then_lets_in() {
    let world = world_of_anna();
    fails(&world, "anna@example.org", HOME).await;
    let verifications = world.hasher.verifications();
    let right = || attempt("anna@example.org", UserBuilder::PASSWORD, HOME);
    assert_eq!(waits(&world, right()).await, Duration::from_secs(1));
    assert_eq!(world.hasher.verifications(), verifications);
    world.clock.advance(Span::seconds(1));
    sign_in(&world, right()).await.unwrap();
    // Coming in makes up for it.
    is_wrong(&world, attempt("anna@example.org", "a guess", HOME)).await;
    is_wrong(&world, attempt("anna@example.org", "a guess", HOME)).await;
}

#[tokio::test]
async fn an_address_that_nobody_has_is_answered_the_same() {
    let world = world_of_anna();
    for address in ["anna@example.org", "nobody@example.org"] {
        fails(&world, address, HOME).await;
        let again = attempt(address, "a guess", HOME);
        assert_eq!(waits(&world, again).await, Duration::from_secs(1));
    }
}

#[tokio::test]
async fn the_token_endpoint_is_the_same_door() {
    let world = world_of_anna();
    fails(&world, "anna@example.org", HOME).await;
    let SignIn {
        email,
        password,
        from,
    } = attempt("anna@example.org", UserBuilder::PASSWORD, HOME);
    let request = IssueTokens {
        email,
        password,
        from,
    };
    let refused = world.run(&Actor::Anonymous, request).await.unwrap_err();
    assert_eq!(refused.code(), "identity.too_many_failures");
}

#[tokio::test]
async fn nobody_can_shut_the_owner_out() {
    let world = world_of_anna();
    let right = |from| attempt("anna@example.org", UserBuilder::PASSWORD, from);
    sign_in(&world, right(HOME)).await.unwrap();
    // From one place: only that place waits.
    fails(&world, "anna@example.org", ELSEWHERE).await;
    waits(&world, right(ELSEWHERE)).await;
    sign_in(&world, right("192.0.2.1")).await.unwrap();
    // From very many places: all wait but those where the owner is known.
    for place in 0..90 {
        let from = format!("10.0.{place}.1");
        is_wrong(&world, attempt("anna@example.org", "a guess", &from)).await;
    }
    waits(&world, right("192.0.9.1")).await;
    sign_in(&world, right(HOME)).await.unwrap();
    sign_in(&world, right("203.0.113.99")).await.unwrap();
}

#[tokio::test]
async fn failures_are_forgotten_after_a_day() {
    let world = world_of_anna();
    fails(&world, "anna@example.org", HOME).await;
    world.clock.advance(Span::hours(24) + Span::seconds(1));
    is_wrong(&world, attempt("anna@example.org", "a guess", ELSEWHERE)).await;
    is_wrong(&world, attempt("anna@example.org", "a guess", HOME)).await;
    world.clock.advance(Span::hours(25));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.failed_sign_ins, 3);
}
