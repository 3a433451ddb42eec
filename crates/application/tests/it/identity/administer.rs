//! What the operator does with accounts.
use crate::support::{authenticate, code, email, password, username};
use application::{
    fakes::{UserBuilder, World, a_user},
    identity::{
        administer::{CreateUser, GrantRole, SetStanding},
        sign_in::SignIn,
    },
    shared::actor::Actor,
};
use chrono::Duration;
use domain::{
    identity::{Opener, Role, Standing},
    shared::Language,
};

fn create() -> CreateUser {
    CreateUser {
        email: email("anna@example.org"),
        password: password(UserBuilder::PASSWORD),
        username: username("Anna"),
        role: Role::Admin,
        language: Language::English,
    }
}

fn grant(role: Role) -> GrantRole {
    GrantRole {
        email: email("anna@example.org"),
        role,
    }
}

fn stand(is_active: bool) -> SetStanding {
    SetStanding {
        email: email("anna@example.org"),
        is_active,
    }
}

fn sign_in() -> SignIn {
    SignIn {
        email: Some(email("anna@example.org")),
        password: Some(password(UserBuilder::PASSWORD)),
        from: Opener::default(),
    }
}

#[tokio::test]
async fn the_operator_opens_an_account_with_a_role_and_the_standard_lists() {
    let world = World::new();
    let user = world.run(&Actor::System, create()).await.unwrap();
    assert_eq!(user.role, Role::Admin);
    let stored = world.stored();
    assert_eq!(stored.user(user.id), Some(&user));
    assert_eq!(stored.watchlists_of(user.id).len(), 3);
    assert!(world.run(&Actor::Anonymous, sign_in()).await.is_ok());
}

#[tokio::test]
async fn nothing_is_committed_when_the_address_is_taken() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org"));
    let before = world.stored();
    let refused = world.run(&Actor::System, create()).await;
    assert_eq!(code(refused), "identity.email_taken");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn only_the_operator_may_not_even_an_administrator() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org"));
    let admin = world.signed_in(&world.has(a_user().admin()));
    let before = world.stored();
    for (actor, answer) in [
        (Actor::Anonymous, "identity.not_signed_in"),
        (admin, "identity.not_operator"),
    ] {
        assert_eq!(code(world.run(&actor, create()).await), answer);
        assert_eq!(code(world.run(&actor, grant(Role::Admin)).await), answer);
        assert_eq!(code(world.run(&actor, stand(false)).await), answer);
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn a_role_is_granted_and_taken_back() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    world.has(a_user().with_email("boris@example.org").admin());
    for role in [Role::Admin, Role::User] {
        world.clock.advance(Duration::minutes(1));
        let user = world.run(&Actor::System, grant(role)).await.unwrap();
        assert_eq!(user.role, role);
        assert_eq!(user.updated_at, world.now());
        assert_eq!(world.stored().user(anna.id), Some(&user));
    }
}

#[tokio::test]
async fn somebody_shut_out_loses_every_session_at_once() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let token = world.token_of(&anna);
    let user = world.run(&Actor::System, stand(false)).await.unwrap();
    let since = world.now();
    assert_eq!(user.standing, Standing::Disabled { since });
    assert!(world.stored().sessions_of(anna.id).is_empty());
    assert!(authenticate(&world, &token).is_err());
    let refused = world.run(&Actor::Anonymous, sign_in()).await;
    assert_eq!(code(refused), "identity.wrong_credentials");
}

#[tokio::test]
async fn somebody_let_in_again_signs_in_anew() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let token = world.token_of(&anna);
    world.run(&Actor::System, stand(false)).await.unwrap();
    let user = world.run(&Actor::System, stand(true)).await.unwrap();
    assert!(user.is_active());
    assert!(authenticate(&world, &token).is_err());
    assert!(world.run(&Actor::Anonymous, sign_in()).await.is_ok());
}

#[tokio::test]
async fn letting_in_somebody_who_is_in_ends_no_session() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let token = world.token_of(&anna);
    world.run(&Actor::System, stand(true)).await.unwrap();
    assert!(authenticate(&world, &token).is_ok());
}

#[tokio::test]
async fn the_operator_does_not_take_away_the_last_administrator_either() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org").admin());
    world.has(a_user().with_email("shut@example.org").admin().disabled());
    let before = world.stored();
    let refused = world.run(&Actor::System, grant(Role::User)).await;
    assert_eq!(code(refused), "identity.last_admin");
    let refused = world.run(&Actor::System, stand(false)).await;
    assert_eq!(code(refused), "identity.last_admin");
    assert_eq!(world.stored(), before);
    world.run(&Actor::System, grant(Role::Admin)).await.unwrap();
    world.has(a_user().with_email("boris@example.org").admin());
    world.run(&Actor::System, stand(false)).await.unwrap();
}

#[tokio::test]
async fn an_address_that_nobody_has_changes_nothing() {
    let world = World::new();
    let refused = world.run(&Actor::System, grant(Role::Admin)).await;
    assert_eq!(code(refused), "identity.user_not_found");
    let refused = world.run(&Actor::System, stand(false)).await;
    assert_eq!(code(refused), "identity.user_not_found");
    assert_eq!(world.store.commits(), 0);
}
