//! What administrators do with other people's accounts.
use crate::support::{authenticate, code};
use application::{
    fakes::{World, a_film, a_poster_of, a_user, a_watchlist},
    identity::manage_users::{ChangeUser, DeleteUser, ListUsers},
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
};
use chrono::Duration;
use domain::{
    identity::{Role, Standing, User, UserId},
    shared::Id,
};

fn an_admin(world: &World) -> (User, Actor) {
    let admin = world.has(a_user().with_email("admin@example.org").admin());
    let actor = world.signed_in(&admin);
    (admin, actor)
}

fn list(search: Option<&str>) -> ListUsers {
    ListUsers {
        search: search.map(str::to_owned),
        page: PageRequest {
            size: PageSize::default(),
            after: None,
        },
    }
}

fn role(user: UserId, role: Role) -> ChangeUser {
    ChangeUser {
        user,
        role: Some(role),
        is_disabled: None,
    }
}

fn disabled(user: UserId, is_disabled: bool) -> ChangeUser {
    ChangeUser {
        user,
        role: None,
        is_disabled: Some(is_disabled),
    }
}

#[tokio::test]
async fn users_are_listed_newest_first_and_found_by_address_or_name() {
    let world = World::new();
    let (admin, actor) = an_admin(&world);
    let anna = world.has(a_user().with_email("anna@example.org"));
    let berta = world.has(a_user().with_email("berta@example.org"));
    let ids = async |search| {
        let page = world.run(&actor, list(search)).await.unwrap();
        let ids: Vec<UserId> = page.items.iter().map(|user| user.id).collect();
        ids
    };
    assert_eq!(ids(None).await, [berta.id, anna.id, admin.id]);
    assert_eq!(ids(Some("  ")).await.len(), 3);
    assert_eq!(ids(Some(" BERTA@ ")).await, [berta.id]);
    assert_eq!(ids(Some("nobody")).await, []);
}

#[tokio::test]
async fn a_role_is_given_and_taken_back() {
    let world = World::new();
    let (_, actor) = an_admin(&world);
    let anna = world.has(a_user());
    for wanted in [Role::Admin, Role::User] {
        world.clock.advance(Duration::minutes(1));
        let user = world.run(&actor, role(anna.id, wanted)).await.unwrap();
        assert_eq!((user.role, user.updated_at), (wanted, world.now()));
        assert_eq!(world.stored().user(anna.id), Some(&user));
    }
}

#[tokio::test]
async fn somebody_shut_out_loses_every_session_and_may_be_let_in_again() {
    let world = World::new();
    let (_, actor) = an_admin(&world);
    let anna = world.has(a_user());
    let token = world.token_of(&anna);
    let user = world.run(&actor, disabled(anna.id, true)).await.unwrap();
    let since = world.now();
    assert_eq!(user.standing, Standing::Disabled { since });
    assert!(authenticate(&world, &token).is_err());
    world.clock.advance(Duration::minutes(1));
    let again = world.run(&actor, disabled(anna.id, true)).await.unwrap();
    assert_eq!(again.standing, Standing::Disabled { since });
    let user = world.run(&actor, disabled(anna.id, false)).await.unwrap();
    assert!(user.is_active());
    assert!(authenticate(&world, &token).is_err());
}

#[tokio::test]
async fn a_user_goes_with_everything_that_is_theirs() {
    let world = World::new();
    let (_, actor) = an_admin(&world);
    let anna = world.has(a_user());
    let token = world.token_of(&anna);
    let film = world.has(a_film().owned_by(anna.id));
    let poster = a_poster_of(film.id, "hers");
    let shown = world.has(a_film().owned_by(anna.id).with_poster(poster.clone()));
    world.posters.has(&poster, "JPEG");
    world.has(a_watchlist().owned_by(anna.id).with_film(film.id));
    world
        .run(&actor, DeleteUser { user: anna.id })
        .await
        .unwrap();
    let stored = world.stored();
    assert_eq!(stored.user(anna.id), None);
    assert!(stored.watchlists_of(anna.id).is_empty());
    assert_eq!((stored.film(film.id), stored.film(shown.id)), (None, None));
    assert!(world.posters.bytes_of(&poster).is_none());
    assert!(authenticate(&world, &token).is_err());
    assert_eq!(world.index.nudges(), 1);
}

#[tokio::test]
async fn the_last_administrator_who_may_come_in_stays_one() {
    let world = World::new();
    let (admin, actor) = an_admin(&world);
    world.has(a_user().with_email("shut@example.org").admin().disabled());
    let before = world.stored();
    let user = admin.id;
    let refused = world.run(&actor, role(user, Role::User)).await;
    assert_eq!(code(refused), "identity.last_admin");
    let refused = world.run(&actor, disabled(user, true)).await;
    assert_eq!(code(refused), "identity.last_admin");
    let refused = world.run(&actor, DeleteUser { user }).await;
    assert_eq!(code(refused), "identity.last_admin");
    assert_eq!(world.stored(), before);
    // What takes nothing away is allowed.
    assert!(world.run(&actor, role(user, Role::Admin)).await.is_ok());
    let other = world.has(a_user().with_email("other@example.org").admin());
    world.run(&actor, role(user, Role::User)).await.unwrap();
    let left = world.stored().user(other.id).cloned().unwrap();
    assert!(left.may_administer());
}

#[tokio::test]
async fn only_administrators_mind_users() {
    let world = World::new();
    let anna = world.has(a_user());
    let bob = world.signed_in(&world.has(a_user().with_email("bob@example.org")));
    let before = world.stored();
    let user = anna.id;
    for (actor, answer) in [
        (Actor::Anonymous, "identity.not_signed_in"),
        (bob, "identity.not_admin"),
    ] {
        assert_eq!(code(world.run(&actor, list(None)).await), answer);
        assert_eq!(
            code(world.run(&actor, role(user, Role::Admin)).await),
            answer
        );
        assert_eq!(code(world.run(&actor, DeleteUser { user }).await), answer);
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn nobody_is_not_found() {
    let world = World::new();
    let (_, actor) = an_admin(&world);
    let user = Id::from_uuid(uuid::Uuid::nil());
    let refused = world.run(&actor, role(user, Role::Admin)).await;
    assert_eq!(code(refused), "identity.user_not_found");
    let refused = world.run(&actor, DeleteUser { user }).await;
    assert_eq!(code(refused), "identity.user_not_found");
    assert_eq!(world.store.commits(), 0);
}
