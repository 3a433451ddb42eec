//! Signing in for one long-lived token.
use crate::support::{authenticate, code, email, password};
use application::{
    fakes::{UserBuilder, World, a_user},
    identity::{sign_in::SignIn, tokens::IssueTokens},
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{
    audit::Act,
    identity::{DeviceName, Opener, SessionKind},
};

fn with(address: &str, word: &str) -> SignIn {
    SignIn {
        email: Some(email(address)),
        password: Some(password(word)),
        from: Opener::default(),
    }
}

fn right() -> SignIn {
    with("anna@example.org", UserBuilder::PASSWORD)
}

fn world_of_anna() -> World {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org"));
    world
}

#[tokio::test]
async fn the_right_password_opens_a_session_whose_token_lets_in() {
    let world = world_of_anna();
    let request = SignIn {
        from: Opener {
            device: DeviceName::parse("A browser").ok(),
            address: "203.0.113.7".parse().ok(),
        },
        ..right()
    };
    let signed_in = world.run(&Actor::Anonymous, request).await.unwrap();
    let stored = world.stored();
    let sessions = stored.sessions_of(signed_in.user.id);
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].kind, SessionKind::LongToken);
    assert_eq!(sessions[0].device, DeviceName::parse("A browser").ok());
    let noted = &stored.audit()[0];
    assert_eq!(
        (noted.act, noted.by),
        (Act::SignedIn, Some(signed_in.user.id))
    );
    assert_eq!(noted.network.unwrap().to_string(), "203.0.113.0/24");
    assert_eq!(noted.device, sessions[0].device);
    let actor = authenticate(&world, &signed_in.token).unwrap();
    let user = actor.user().unwrap();
    assert_eq!(user.id, signed_in.user.id);
    assert_eq!(user.session, sessions[0].id);
}

#[tokio::test]
async fn the_token_lets_in_for_31_days_and_not_a_moment_longer() {
    let world = world_of_anna();
    let signed_in = world.run(&Actor::Anonymous, right()).await.unwrap();
    world
        .clock
        .advance(Duration::days(31) - Duration::microseconds(1));
    assert!(authenticate(&world, &signed_in.token).is_ok());
    world.clock.advance(Duration::microseconds(1));
    let refused = authenticate(&world, &signed_in.token);
    assert_eq!(code(refused), "identity.invalid_token");
}

#[tokio::test]
async fn each_sign_in_is_a_session_of_its_own() {
    let world = world_of_anna();
    let one = world.run(&Actor::Anonymous, right()).await.unwrap();
    let other = world.run(&Actor::Anonymous, right()).await.unwrap();
    assert_ne!(one.token, other.token);
    assert_eq!(world.stored().sessions_of(one.user.id).len(), 2);
}

/// Refuses, after one verification, without telling why and without committing anything but that it
/// was so.
async fn is_refused(world: &World, request: SignIn) {
    let before = world.stored();
    let verifications = world.hasher.verifications();
    let refused = world.run(&Actor::Anonymous, request).await;
    assert_eq!(code(refused), "identity.wrong_credentials");
    assert_eq!(world.hasher.verifications(), verifications + 1);
    assert_eq!(world.stored().without_failed_sign_ins(), before);
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    is_refused(&world_of_anna(), with("anna@example.org", "wrong")).await;
}

#[tokio::test]
async fn an_unknown_address_is_refused_after_the_same_time() {
    is_refused(&world_of_anna(), with("nobody@example.org", "wrong")).await;
}

#[tokio::test]
async fn what_is_no_address_or_no_password_is_refused_after_the_same_time() {
    let world = world_of_anna();
    let no_address = SignIn {
        email: None,
        ..right()
    };
    is_refused(&world, no_address).await;
    let no_password = SignIn {
        password: None,
        ..right()
    };
    is_refused(&world, no_password).await;
}

#[tokio::test]
async fn somebody_without_a_password_is_refused_after_the_same_time() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org").without_password());
    is_refused(&world, right()).await;
}

#[tokio::test]
async fn somebody_shut_out_is_refused_even_with_the_right_password() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org").disabled());
    is_refused(&world, right()).await;
}

#[tokio::test]
async fn somebody_who_is_shut_out_while_signing_in_does_not_come_in() {
    let world = world_of_anna();
    let open = world.store.begin().await.unwrap();
    let pair = IssueTokens {
        email: right().email,
        password: right().password,
        from: Opener::default(),
    };
    // Both have verified the password before the first of them may write.
    let (signed_in, pair, ()) = tokio::join!(
        world.run(&Actor::Anonymous, right()),
        world.run(&Actor::Anonymous, pair),
        async {
            assert_eq!(world.hasher.verifications(), 2);
            let anna = open.users().find_by_email(&email("anna@example.org")).await;
            let mut anna = anna.unwrap().unwrap();
            anna.disable(world.now());
            open.users().save(&anna).await.unwrap();
            open.commit().await.unwrap();
        },
    );
    assert_eq!(code(signed_in), "identity.wrong_credentials");
    assert_eq!(code(pair), "identity.wrong_credentials");
    assert_eq!(world.stored().session_count(), 0);
}

#[tokio::test]
async fn nobody_is_signed_in_when_the_hasher_is_busy_or_the_store_is_down() {
    let world = world_of_anna();
    let before = world.stored();
    world.hasher.set_busy(true);
    let refused = world.run(&Actor::Anonymous, right()).await;
    assert_eq!(code(refused), "identity.hashing_busy");
    world.hasher.set_busy(false);
    world.store.refuse_commits();
    let refused = world.run(&Actor::Anonymous, right()).await;
    assert_eq!(code(refused), "store.unavailable");
    world.store.go_down();
    let refused = world.run(&Actor::Anonymous, right()).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
}
