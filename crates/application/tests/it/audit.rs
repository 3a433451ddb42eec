//! What is remembered of who came in, and of what administrators did.
use crate::support::{email, password};
use application::{
    audit::{
        list::{AuditError, ListAudit, ListSignIns},
        ports::AuditFilter,
    },
    fakes::{UserBuilder, World, a_user},
    identity::{
        administer::GrantRole,
        manage_users::{ChangeUser, DeleteUser},
        profile::{ChangePassword, DeleteAccount},
        sign_in::SignIn,
    },
    shared::{
        actor::{AccessDenied, Actor},
        page::{PageRequest, PageSize},
    },
    upkeep::tidy_up::TidyUp,
};
use chrono::Duration;
use domain::{
    audit::{Act, Entry},
    identity::{Opener, Role, User},
};

fn first_page<K>() -> PageRequest<K> {
    PageRequest {
        size: PageSize::default(),
        after: None,
    }
}

fn world_of_two() -> (World, User, User) {
    let world = World::new();
    let admin = world.has(a_user().with_email("admin@example.org").admin());
    let anna = world.has(a_user().with_email("anna@example.org"));
    (world, admin, anna)
}

fn acts(entries: &[Entry]) -> Vec<Act> {
    entries.iter().map(|entry| entry.act).collect()
}

async fn sign_in(world: &World, user: &User) {
    let request = SignIn {
        email: user.email.clone(),
        password: Some(password(UserBuilder::PASSWORD)),
        from: Opener::default(),
    };
    world.run(&Actor::Anonymous, request).await.unwrap();
}

#[tokio::test]
async fn what_administrators_do_with_users_is_noted_with_who_and_on_whom() {
    let (world, admin, anna) = world_of_two();
    let actor = world.signed_in(&admin);
    let change = ChangeUser {
        user: anna.id,
        role: Some(Role::Admin),
        is_disabled: Some(true),
    };
    world.run(&actor, change).await.unwrap();
    let delete = DeleteUser { user: anna.id };
    world.run(&actor, delete).await.unwrap();
    let noted = world.stored().audit();
    let expected = [Act::MadeAdmin, Act::UserDisabled, Act::UserDeleted];
    assert_eq!(acts(&noted), expected);
    for entry in noted {
        assert_eq!(entry.by, Some(admin.id));
        assert_eq!(entry.on, Some(anna.id.as_uuid()));
        assert_eq!(entry.at, world.now());
    }
}

#[tokio::test]
async fn what_the_operator_does_is_noted_as_nobodys() {
    let (world, _, anna) = world_of_two();
    let grant = GrantRole {
        email: email("anna@example.org"),
        role: Role::Admin,
    };
    world.run(&Actor::System, grant).await.unwrap();
    let noted = &world.stored().audit()[0];
    assert_eq!((noted.act, noted.by), (Act::MadeAdmin, None));
    assert_eq!(noted.on, Some(anna.id.as_uuid()));
}

#[tokio::test]
async fn what_is_not_done_is_not_noted() {
    let (world, admin, anna) = world_of_two();
    world.store.refuse_commits();
    let delete = DeleteUser { user: anna.id };
    let refused = world.run(&world.signed_in(&admin), delete).await;
    assert!(refused.is_err());
    assert!(world.stored().audit().is_empty());
}

#[tokio::test]
async fn users_see_their_own_and_only_administrators_see_all() {
    let (world, admin, anna) = world_of_two();
    sign_in(&world, &anna).await;
    sign_in(&world, &admin).await;
    let change = ChangePassword {
        current: Some(password(UserBuilder::PASSWORD)),
        new: password("another one"),
        from: Opener::default(),
    };
    let actor = world.signed_in(&anna);
    world.run(&actor, change).await.unwrap();
    let page = first_page();
    let own = world.run(&actor, ListSignIns { page }).await.unwrap();
    assert_eq!(acts(&own.items), [Act::PasswordChanged, Act::SignedIn]);
    let all = |filter| ListAudit {
        filter,
        page: first_page(),
    };
    let denied = world.run(&actor, all(AuditFilter::default())).await;
    let denied = denied.unwrap_err();
    assert!(matches!(denied, AuditError::Access(AccessDenied::NotAdmin)));
    let of_anna = AuditFilter {
        act: Some(Act::SignedIn),
        by: Some(anna.id),
        on: None,
    };
    let admin = world.signed_in(&admin);
    let found = world.run(&admin, all(of_anna)).await.unwrap();
    assert_eq!(acts(&found.items), [Act::SignedIn]);
    let everything = world.run(&admin, all(AuditFilter::default())).await;
    assert_eq!(everything.unwrap().items.len(), 3);
}

#[tokio::test]
async fn sign_ins_go_with_their_user_and_after_a_year() {
    let (world, admin, anna) = world_of_two();
    sign_in(&world, &anna).await;
    sign_in(&world, &admin).await;
    let actor = world.signed_in(&anna);
    world.run(&actor, DeleteAccount).await.unwrap();
    let left = world.stored().audit();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].by, Some(admin.id));
    world.clock.advance(Duration::days(365));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.audit, 0);
    world.clock.advance(Duration::seconds(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.audit, 1);
}
