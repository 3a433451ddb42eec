//! Telling who shows a token.
use crate::support::{authenticate, code};
use application::{
    fakes::{World, a_user},
    identity::{
        administer::GrantRole,
        ports::{EndedSession, SessionGate},
    },
    shared::actor::Actor,
};
use chrono::Duration;
use domain::identity::Role;

#[test]
fn a_token_stands_for_its_user_and_session() {
    let world = World::new();
    let anna = world.has(a_user());
    let token = world.token_of(&anna);
    let user = authenticate(&world, &token).unwrap().user().unwrap();
    assert_eq!((user.id, user.role), (anna.id, Role::User));
    assert_eq!(world.stored().sessions_of(anna.id)[0].id, user.session);
}

#[test]
fn a_text_that_is_no_token_of_ours_lets_nobody_in() {
    let world = World::new();
    let token = world.token_of(&world.has(a_user()));
    let other = world.token_of(&world.has(a_user()));
    let (content, _) = token.rsplit_once('.').unwrap();
    let (_, signature) = other.rsplit_once('.').unwrap();
    for text in ["", "x", "a.b.c", content, &format!("{content}.{signature}")] {
        assert_eq!(code(authenticate(&world, text)), "identity.invalid_token");
    }
}

#[test]
fn the_token_of_a_closed_session_lets_nobody_in() {
    let world = World::new();
    let token = world.token_of(&world.has(a_user()));
    let session = authenticate(&world, &token)
        .unwrap()
        .user()
        .unwrap()
        .session;
    let ended = EndedSession {
        id: session,
        expires_at: world.now() + Duration::days(31),
    };
    world.gate.close(&[ended]);
    assert_eq!(code(authenticate(&world, &token)), "identity.invalid_token");
}

#[test]
fn the_token_of_somebody_shut_out_lets_nobody_in() {
    let world = World::new();
    let token = world.token_of(&world.has(a_user().disabled()));
    assert_eq!(code(authenticate(&world, &token)), "identity.invalid_token");
}

#[tokio::test]
async fn a_role_counts_from_when_it_is_granted_not_from_the_next_sign_in() {
    let world = World::new();
    let anna = world.has(a_user());
    let token = world.token_of(&anna);
    let request = GrantRole {
        email: anna.email.unwrap(),
        role: Role::Admin,
    };
    world.run(&Actor::System, request).await.unwrap();
    let user = authenticate(&world, &token).unwrap().user().unwrap();
    assert_eq!(user.role, Role::Admin);
}
