//! A user's own data.
use crate::support::{authenticate, code, email, password, username};
use application::{
    fakes::{UserBuilder, World, a_film, a_poster_of, a_recommendation, a_user, a_watchlist},
    identity::{
        ports::SessionGate,
        profile::{ChangePassword, DeleteAccount, ShowMe, UpdateProfile},
        sign_in::SignIn,
    },
    shared::{actor::Actor, store::Store},
};
use chrono::Duration;
use domain::{
    catalogue::FilmId,
    identity::{NewPassword, Opener, PersonalName, ProfileChange},
    library::StandardList,
    shared::{Id, Language},
};

#[tokio::test]
async fn a_user_sees_themselves() {
    let world = World::new();
    let anna = world.has(a_user().named("Anna"));
    let shown = world.run(&world.signed_in(&anna), ShowMe).await.unwrap();
    assert_eq!(shown, anna);
}

#[tokio::test]
async fn only_signed_in_users_have_a_profile() {
    let world = World::new();
    for actor in [Actor::Anonymous, Actor::System] {
        let refused = world.run(&actor, ShowMe).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, UpdateProfile::default()).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, change(None, "new")).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, DeleteAccount).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
    assert_eq!(world.store.commits(), 0);
}

#[tokio::test]
async fn what_is_not_mentioned_stays_and_what_is_emptied_goes() {
    let world = World::new();
    let anna = world.has(a_user().named("Anna"));
    let actor = world.signed_in(&anna);
    world.clock.advance(Duration::minutes(1));
    let first = PersonalName::parse("Anna").unwrap();
    let last = PersonalName::parse("Ozola").unwrap();
    let change = ProfileChange {
        username: Some(username("Anya")),
        first_name: Some(Some(first)),
        last_name: Some(Some(last.clone())),
        language: Some(Some(Language::English)),
    };
    let request = UpdateProfile { change };
    let shown = world.run(&actor, request).await.unwrap();
    assert_eq!(shown.username, username("Anya"));
    assert_eq!(shown.updated_at, world.now());
    let change = ProfileChange {
        first_name: Some(None),
        ..ProfileChange::default()
    };
    let request = UpdateProfile { change };
    let shown = world.run(&actor, request).await.unwrap();
    assert_eq!(shown.username, username("Anya"));
    assert_eq!(shown.first_name, None);
    assert_eq!(shown.last_name, Some(last));
    assert_eq!(shown.language, Some(Language::English));
    assert_eq!(shown.email, anna.email);
    assert_eq!(world.stored().user(anna.id), Some(&shown));
}

fn change(current: Option<&str>, new: &str) -> ChangePassword {
    ChangePassword {
        current: current.map(password),
        new: password(new),
        from: Opener::default(),
    }
}

async fn may_sign_in(world: &World, address: &str, secret: &str) -> bool {
    let request = SignIn {
        email: Some(email(address)),
        password: NewPassword::parse(secret).ok(),
        from: Opener::default(),
    };
    world.run(&Actor::Anonymous, request).await.is_ok()
}

#[tokio::test]
async fn a_changed_password_ends_all_other_sessions() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let (token, elsewhere) = (world.token_of(&anna), world.token_of(&anna));
    let actor = authenticate(&world, &token).unwrap();
    let request = change(Some(UserBuilder::PASSWORD), "new");
    world.run(&actor, request).await.unwrap();
    assert!(authenticate(&world, &token).is_ok());
    assert!(authenticate(&world, &elsewhere).is_err());
    assert_eq!(world.stored().sessions_of(anna.id).len(), 1);
    assert!(may_sign_in(&world, "anna@example.org", "new").await);
    assert!(!may_sign_in(&world, "anna@example.org", UserBuilder::PASSWORD).await);
}

#[tokio::test]
async fn nothing_changes_without_the_password_in_force() {
    let world = World::new();
    let anna = world.has(a_user());
    let (actor, _other) = (world.signed_in(&anna), world.signed_in(&anna));
    let before = world.stored();
    for current in [None, Some("wrong")] {
        let refused = world.run(&actor, change(current, "new")).await;
        assert_eq!(code(refused), "identity.wrong_password");
    }
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn somebody_without_a_password_gives_themselves_the_first() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org").without_password());
    let actor = world.signed_in(&anna);
    world.run(&actor, change(None, "first")).await.unwrap();
    assert!(may_sign_in(&world, "anna@example.org", "first").await);
}

#[tokio::test]
async fn of_two_changes_of_a_password_at_once_one_happens() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let actor = world.signed_in(&anna);
    let open = world.store.begin().await.unwrap();
    let (one, other, ()) = tokio::join!(
        world.run(&actor, change(Some(UserBuilder::PASSWORD), "one")),
        world.run(&actor, change(Some(UserBuilder::PASSWORD), "other")),
        async { drop(open) },
    );
    assert!(one.is_ok());
    assert_eq!(code(other), "identity.wrong_password");
    assert!(may_sign_in(&world, "anna@example.org", "one").await);
}

#[tokio::test]
async fn a_password_does_not_change_when_the_hasher_is_busy_or_the_commit_fails() {
    let world = World::new();
    let anna = world.has(a_user());
    let (actor, elsewhere) = (world.signed_in(&anna), world.token_of(&anna));
    let before = world.stored();
    let request = || change(Some(UserBuilder::PASSWORD), "new");
    world.hasher.set_busy(true);
    let refused = world.run(&actor, request()).await;
    assert_eq!(code(refused), "identity.hashing_busy");
    world.hasher.set_busy(false);
    world.store.refuse_commits();
    let refused = world.run(&actor, request()).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
    assert!(authenticate(&world, &elsewhere).is_ok());
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_sessions_lists_and_recommendations() {
    let world = World::new();
    let anna = world.has(a_user().with_email("anna@example.org"));
    let film = world.has(a_film());
    world.has(a_watchlist().owned_by(anna.id).with_film(film.id));
    world.has(a_recommendation(film.id, anna.id));
    let tokens = [world.token_of(&anna), world.token_of(&anna)];
    let actor = authenticate(&world, &tokens[0]).unwrap();
    world.run(&actor, DeleteAccount).await.unwrap();
    let stored = world.stored();
    assert_eq!(stored.user_count(), 0);
    assert!(stored.sessions_of(anna.id).is_empty());
    assert!(stored.watchlists_of(anna.id).is_empty());
    assert!(stored.recommendations_to(anna.id).is_empty());
    assert_eq!(stored.film_count(), 1);
    for token in &tokens {
        assert_eq!(code(authenticate(&world, token)), "identity.invalid_token");
    }
    assert!(!may_sign_in(&world, "anna@example.org", UserBuilder::PASSWORD).await);
    let refused = world.run(&actor, ShowMe).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    let refused = world.run(&actor, UpdateProfile::default()).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    let refused = world.run(&actor, DeleteAccount).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}

#[tokio::test]
async fn other_instances_learn_that_a_user_is_gone() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let elsewhere = world.gate.of_another_instance();
    world.run(&actor, DeleteAccount).await.unwrap();
    elsewhere.learn();
    let session = actor.user().unwrap().session;
    assert_eq!(elsewhere.admit(anna.id, session), None);
}

#[tokio::test]
async fn the_other_users_keep_everything() {
    let world = World::new();
    let anna = world.has(a_user());
    let berta = world.has(a_user());
    let film = world.has(a_film().owned_by(berta.id));
    let list = world.has(a_watchlist().owned_by(berta.id).with_film(film.id));
    let token = world.token_of(&berta);
    world
        .run(&world.signed_in(&anna), DeleteAccount)
        .await
        .unwrap();
    let stored = world.stored();
    assert_eq!(stored.user(berta.id), Some(&berta));
    assert_eq!(stored.film(film.id), Some(&film));
    assert_eq!(stored.films_on(list.id), [film.id]);
    assert!(authenticate(&world, &token).is_ok());
}

/// A film with a poster that is in the poster store.
fn a_film_with_poster(
    world: &World,
    owner: &domain::identity::User,
) -> (FilmId, domain::catalogue::PosterKey) {
    let poster = a_poster_of(
        Id::from_uuid(uuid::Uuid::nil()),
        &world.posters.count().to_string(),
    );
    let film = world.has(a_film().owned_by(owner.id).with_poster(poster.clone()));
    world.posters.has(&poster, "JPEG");
    (film.id, poster)
}

#[tokio::test]
async fn their_films_go_with_their_posters_unless_somebody_else_has_them_on_a_list() {
    let world = World::new();
    let anna = world.has(a_user());
    let berta = world.has(a_user());
    let (private, private_poster) = a_film_with_poster(&world, &anna);
    let (shared, shared_poster) = a_film_with_poster(&world, &anna);
    world.has(a_watchlist().owned_by(anna.id).with_film(private));
    world.lists(private, StandardList::Liked.of(anna.id));
    world.lists(shared, StandardList::Wish.of(berta.id));
    world
        .run(&world.signed_in(&anna), DeleteAccount)
        .await
        .unwrap();
    let stored = world.stored();
    assert_eq!(stored.film(private), None);
    let kept = stored.film(shared).unwrap();
    assert_eq!(kept.owner, None);
    assert_eq!(kept.revision, 2);
    assert_eq!(stored.films_on(StandardList::Wish.of(berta.id)), [shared]);
    assert!(world.posters.bytes_of(&private_poster).is_none());
    assert!(world.posters.bytes_of(&shared_poster).is_some());
    assert!(stored.obsolete_posters().is_empty());
    assert_eq!(world.index.nudges(), 1);
}

#[tokio::test]
async fn posters_that_cannot_be_removed_now_are_left_to_the_upkeep() {
    let world = World::new();
    let anna = world.has(a_user());
    let (_, poster) = a_film_with_poster(&world, &anna);
    world.posters.set_down(true);
    world
        .run(&world.signed_in(&anna), DeleteAccount)
        .await
        .unwrap();
    assert_eq!(world.stored().user_count(), 0);
    assert_eq!(world.stored().obsolete_posters(), [poster]);
}

#[tokio::test]
async fn nothing_is_deleted_when_the_commit_fails() {
    let world = World::new();
    let anna = world.has(a_user());
    let (_, poster) = a_film_with_poster(&world, &anna);
    let token = world.token_of(&anna);
    let actor = authenticate(&world, &token).unwrap();
    let before = world.stored();
    world.store.refuse_commits();
    let refused = world.run(&actor, DeleteAccount).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(world.stored(), before);
    assert!(world.posters.bytes_of(&poster).is_some());
    assert!(authenticate(&world, &token).is_ok());
}
