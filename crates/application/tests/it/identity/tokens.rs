//! Access tokens that live shortly and refresh tokens that change with each use.
use crate::support::{authenticate, code, email, password};
use application::{
    fakes::{UserBuilder, World, a_user},
    identity::{
        administer::SetStanding,
        sessions::EndSessions,
        tokens::{IssueTokens, RefreshTokens, RefreshTokensError},
        views::TokenPair,
    },
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::identity::{Opener, Session, SessionKind, User};

fn right() -> IssueTokens {
    IssueTokens {
        email: Some(email("anna@example.org")),
        password: Some(password(UserBuilder::PASSWORD)),
        from: Opener::default(),
    }
}

async fn signed_in() -> (World, User, TokenPair) {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let pair = world.run(&Actor::Anonymous, right()).await.unwrap();
    (world, anna, pair)
}

async fn refresh(world: &World, pair: &TokenPair) -> Result<TokenPair, RefreshTokensError> {
    let refresh_token = pair.refresh_token.clone();
    let request = RefreshTokens { refresh_token };
    world.run(&Actor::Anonymous, request).await
}

fn session_of(world: &World, user: &User) -> Session {
    world.stored().sessions_of(user.id)[0].clone()
}

#[tokio::test]
async fn the_right_password_gives_a_pair_for_a_session_of_30_days() {
    let (world, anna, pair) = signed_in().await;
    assert_eq!(pair.expires_in, 900);
    let session = session_of(&world, &anna);
    assert_eq!(session.kind, SessionKind::Refreshable);
    assert_eq!(session.expires_at, world.now() + Duration::days(30));
    let user = authenticate(&world, &pair.access_token).unwrap();
    assert_eq!(user.user().unwrap().session, session.id);
}

#[tokio::test]
async fn an_access_token_lets_in_for_15_minutes() {
    let (world, _, pair) = signed_in().await;
    world
        .clock
        .advance(Duration::minutes(15) - Duration::microseconds(1));
    assert!(authenticate(&world, &pair.access_token).is_ok());
    world.clock.advance(Duration::microseconds(1));
    assert!(authenticate(&world, &pair.access_token).is_err());
}

#[tokio::test]
async fn nothing_is_committed_without_the_right_password() {
    let (world, _, _) = signed_in().await;
    let before = world.stored();
    for request in [
        IssueTokens {
            password: Some(password("wrong")),
            ..right()
        },
        IssueTokens {
            email: Some(email("nobody@example.org")),
            ..right()
        },
        IssueTokens {
            email: None,
            ..right()
        },
        IssueTokens {
            password: None,
            ..right()
        },
    ] {
        let verifications = world.hasher.verifications();
        let refused = world.run(&Actor::Anonymous, request).await;
        assert_eq!(code(refused), "identity.wrong_credentials");
        assert_eq!(world.hasher.verifications(), verifications + 1);
    }
    assert_eq!(world.stored().without_failed_sign_ins(), before);
}

#[tokio::test]
async fn somebody_shut_out_gets_no_pair() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org").disabled());
    let refused = world.run(&Actor::Anonymous, right()).await;
    assert_eq!(code(refused), "identity.wrong_credentials");
}

#[tokio::test]
async fn a_refresh_token_gives_the_next_pair_of_the_same_session_and_puts_its_end_off() {
    let (world, anna, first) = signed_in().await;
    let before = session_of(&world, &anna);
    world.clock.advance(Duration::days(29));
    let second = refresh(&world, &first).await.unwrap();
    assert_ne!(second.refresh_token, first.refresh_token);
    assert_ne!(second.access_token, first.access_token);
    let after = session_of(&world, &anna);
    assert_eq!(after.id, before.id);
    assert_eq!(after.created_at, before.created_at);
    assert_eq!(after.last_used_at, world.now());
    assert_eq!(after.expires_at, world.now() + Duration::days(30));
    world.clock.advance(Duration::days(29));
    assert!(refresh(&world, &second).await.is_ok());
}

#[tokio::test]
async fn a_refresh_token_is_good_for_30_days_and_not_a_moment_longer() {
    let (world, _, pair) = signed_in().await;
    world.clock.advance(Duration::days(30));
    let before = world.stored();
    let refused = refresh(&world, &pair).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
    assert_eq!(world.stored(), before);
    world.clock.advance(-Duration::microseconds(1));
    assert!(refresh(&world, &pair).await.is_ok());
}

#[tokio::test]
async fn a_token_that_was_never_issued_changes_nothing() {
    let (world, _, pair) = signed_in().await;
    let before = world.stored();
    let guessed = TokenPair {
        refresh_token: "guessed".to_owned(),
        ..pair
    };
    let refused = refresh(&world, &guessed).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_its_whole_family() {
    let (world, anna, first) = signed_in().await;
    let second = refresh(&world, &first).await.unwrap();
    let refused = refresh(&world, &first).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
    assert!(world.stored().sessions_of(anna.id).is_empty());
    for token in [&first.access_token, &second.access_token] {
        assert_eq!(code(authenticate(&world, token)), "identity.invalid_token");
    }
    let refused = refresh(&world, &second).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
}

#[tokio::test]
async fn a_refresh_token_used_twice_leaves_other_sessions_alone() {
    let (world, anna, first) = signed_in().await;
    let elsewhere = world.run(&Actor::Anonymous, right()).await.unwrap();
    refresh(&world, &first).await.unwrap();
    refresh(&world, &first).await.unwrap_err();
    assert_eq!(world.stored().sessions_of(anna.id).len(), 1);
    assert!(authenticate(&world, &elsewhere.access_token).is_ok());
    assert!(refresh(&world, &elsewhere).await.is_ok());
}

#[tokio::test]
async fn of_two_that_use_a_refresh_token_at_once_one_gets_a_pair_that_no_longer_works() {
    let (world, anna, first) = signed_in().await;
    let open = world.store.begin().await.unwrap();
    let (one, other, ()) = tokio::join!(refresh(&world, &first), refresh(&world, &first), async {
        drop(open);
    },);
    let pair = one.unwrap();
    assert_eq!(code(other), "identity.invalid_refresh_token");
    assert!(world.stored().sessions_of(anna.id).is_empty());
    assert!(authenticate(&world, &pair.access_token).is_err());
}

#[tokio::test]
async fn a_refresh_token_is_not_used_up_when_the_store_fails() {
    let (world, _, pair) = signed_in().await;
    let before = world.stored();
    world.store.refuse_commits();
    let refused = refresh(&world, &pair).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
    world.store.accept_commits();
    assert!(refresh(&world, &pair).await.is_ok());
}

#[tokio::test]
async fn the_refresh_token_of_an_ended_session_is_refused() {
    let (world, _, pair) = signed_in().await;
    let actor = authenticate(&world, &pair.access_token).unwrap();
    world
        .run(&actor, EndSessions { keep_this: false })
        .await
        .unwrap();
    let refused = refresh(&world, &pair).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
}

#[tokio::test]
async fn the_refresh_token_of_somebody_shut_out_is_refused() {
    let (world, anna, pair) = signed_in().await;
    let request = SetStanding {
        email: anna.email.unwrap(),
        is_active: false,
    };
    world.run(&Actor::System, request).await.unwrap();
    let refused = refresh(&world, &pair).await;
    assert_eq!(code(refused), "identity.invalid_refresh_token");
}
