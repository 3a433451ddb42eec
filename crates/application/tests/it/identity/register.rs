//! Opening an account.
use crate::support::{code, email, password, username};
use application::{
    fakes::{Fixture, World, a_user},
    identity::register::Register,
    shared::{actor::Actor, store::Store},
};
use domain::{
    identity::Role,
    library::{StandardList, WatchlistKind},
    shared::Language,
};

fn anna() -> Register {
    Register {
        email: email("anna@example.org"),
        password: password("a good one"),
        username: username("Anna"),
        language: Language::English,
    }
}

#[tokio::test]
async fn a_new_account_has_a_hashed_password_and_no_powers() {
    let world = World::new();
    let user = world.run(&Actor::Anonymous, anna()).await.unwrap();
    assert_eq!(world.stored().user(user.id), Some(&user));
    assert_eq!(user.email, Some(email("anna@example.org")));
    assert_eq!(user.username, username("Anna"));
    assert_eq!(user.role, Role::User);
    assert!(user.is_active());
    assert_eq!(user.created_at, world.now());
    let hash = application::fakes::FakePasswordHasher::hash_of("a good one");
    assert_eq!(user.password, Some(hash));
}

#[tokio::test]
async fn a_new_account_has_the_three_standard_lists_named_in_its_language() {
    for (language, liked) in [
        (Language::English, "Liked"),
        (Language::Russian, "Понравилось"),
    ] {
        let world = World::new();
        let request = Register { language, ..anna() };
        let user = world.run(&Actor::Anonymous, request).await.unwrap();
        let stored = world.stored();
        let lists = stored.watchlists_of(user.id);
        assert_eq!(lists.len(), 3);
        for standard in StandardList::ALL {
            let list = lists.iter().find(|list| list.id == standard.of(user.id));
            assert_eq!(list.unwrap().kind, WatchlistKind::Standard(standard));
        }
        assert!(lists.iter().any(|list| list.title.as_str() == liked));
    }
}

#[tokio::test]
async fn account_and_lists_are_committed_together() {
    let world = World::new();
    world.run(&Actor::Anonymous, anna()).await.unwrap();
    assert_eq!(world.store.commits(), 1);
}

#[tokio::test]
async fn nothing_is_committed_when_somebody_has_the_address() {
    let world = World::new();
    world.has(a_user().with_email("anna@example.org"));
    let before = world.stored();
    let request = Register {
        email: email("  ANNA@Example.ORG "),
        ..anna()
    };
    let refused = world.run(&Actor::Anonymous, request).await;
    assert_eq!(code(refused), "identity.email_taken");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn of_two_who_take_an_address_at_once_one_gets_it() {
    let world = World::new();
    let open = world.store.begin().await.unwrap();
    let (one, other, ()) = tokio::join!(
        world.run(&Actor::Anonymous, anna()),
        world.run(&Actor::Anonymous, anna()),
        async { drop(open) },
    );
    assert!(one.is_ok());
    assert_eq!(code(other), "identity.email_taken");
    assert_eq!(world.stored().user_count(), 1);
}

#[tokio::test]
async fn nothing_is_committed_when_the_hasher_is_busy() {
    let world = World::new();
    world.hasher.set_busy(true);
    let refused = world.run(&Actor::Anonymous, anna()).await;
    assert_eq!(code(refused), "identity.hashing_busy");
    assert_eq!(world.stored(), World::new().stored());
}

#[tokio::test]
async fn nothing_is_left_when_the_store_fails() {
    let world = World::new();
    world.store.refuse_commits();
    let refused = world.run(&Actor::Anonymous, anna()).await;
    assert_eq!(code(refused), "store.unavailable");
    world.store.accept_commits();
    world.store.go_down();
    let refused = world.run(&Actor::Anonymous, anna()).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), World::new().stored());
}

#[test]
fn built_users_have_addresses_of_their_own() {
    assert_ne!(a_user().build().email, a_user().build().email);
}
