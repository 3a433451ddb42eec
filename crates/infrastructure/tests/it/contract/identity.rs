//! Users, sessions, sign-in attempts.
use super::{Bench, contract};
use application::{
    fakes::{Fixture, UserBuilder, a_film, a_session, a_user, opening_time},
    identity::ports::{EndedSession, RefreshTokenDigest, RefreshTokenUse, SaveUserError},
    shared::{
        page::{PageRequest, PageSize},
        store::Store,
    },
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::{
        EmailAddress, Opener, PersonalName, Role, SessionId, SignInKeyDigest, Standing, TelegramId,
        TelegramSignIn, TelegramSignInState, UserId,
    },
    library::StandardList,
    shared::{Id, Language},
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

fn noon() -> DateTime<Utc> {
    opening_time() + Duration::microseconds(123_456)
}

async fn a_committed_user_is_found_by_every_name(bench: Bench) {
    let mut user = a_user().with_email("anna@example.org").build();
    user.telegram = Some(TelegramId(77));
    user.first_name = Some(PersonalName::parse("Анна").unwrap());
    user.language = Some(Language::English);
    user.created_at = noon();
    user.updated_at = noon();
    bench.has_user(&user).await;
    let email = EmailAddress::parse("anna@example.org").unwrap();
    assert_eq!(
        bench.identity().show_user(user.id).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(
        bench.identity().show_user_by_email(&email).await.unwrap(),
        Some(user.clone())
    );
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.users().find(user.id).await.unwrap(), Some(user.clone()));
    assert_eq!(
        uow.users().find_by_email(&email).await.unwrap(),
        Some(user.clone())
    );
    assert_eq!(
        uow.users().find_by_telegram(TelegramId(77)).await.unwrap(),
        Some(user)
    );
    assert_eq!(
        uow.users().find_by_telegram(TelegramId(78)).await.unwrap(),
        None
    );
}

async fn a_dropped_unit_of_work_leaves_no_trace(bench: Bench) {
    let user = a_user().build();
    let uow = bench.store().begin().await.unwrap();
    uow.users().insert(&user).await.unwrap();
    drop(uow);
    assert_eq!(bench.identity().show_user(user.id).await.unwrap(), None);
    bench.has_user(&user).await;
}

async fn a_saved_user_is_what_was_saved(bench: Bench) {
    let mut user = a_user().build();
    bench.has_user(&user).await;
    user.role = Role::Admin;
    user.standing = Standing::Disabled { since: noon() };
    user.language = None;
    let uow = bench.store().begin().await.unwrap();
    uow.users().save(&user).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(
        bench.identity().show_user(user.id).await.unwrap(),
        Some(user)
    );
}

async fn an_address_and_a_telegram_account_belong_to_one_user(bench: Bench) {
    bench
        .has_user(&a_user().with_email("anna@example.org").build())
        .await;
    bench.has_user(&a_user().of_telegram(77).build()).await;
    let uow = bench.store().begin().await.unwrap();
    let again = a_user().with_email("anna@example.org").build();
    assert!(matches!(
        uow.users().insert(&again).await,
        Err(SaveUserError::EmailTaken)
    ));
    drop(uow);
    let uow = bench.store().begin().await.unwrap();
    let again = a_user().of_telegram(77).build();
    assert!(matches!(
        uow.users().insert(&again).await,
        Err(SaveUserError::TelegramTaken)
    ));
    drop(uow);
    let mut other = a_user().with_email("boris@example.org").build();
    bench.has_user(&other).await;
    other.email = Some(EmailAddress::parse("anna@example.org").unwrap());
    let uow = bench.store().begin().await.unwrap();
    assert!(matches!(
        uow.users().save(&other).await,
        Err(SaveUserError::EmailTaken)
    ));
}

async fn of_many_who_take_an_address_at_once_one_gets_it(bench: Bench) {
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let ports = Arc::clone(&bench.ports);
        tries.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            let user = a_user().with_email("wanted@example.org").build();
            let uow = store.begin().await.unwrap();
            match uow.users().insert(&user).await {
                Ok(()) => uow.commit().await.is_ok(),
                Err(SaveUserError::EmailTaken) => false,
                Err(other) => panic!("{other}"),
            }
        });
    }
    let got = tries
        .join_all()
        .await
        .into_iter()
        .filter(|got| *got)
        .count();
    assert_eq!(got, 1);
}

async fn an_ended_session_is_gone_and_nobody_else_ends_it(bench: Bench) {
    let (anna, boris) = (a_user().build(), a_user().build());
    bench.has_user(&anna).await;
    bench.has_user(&boris).await;
    let session = a_session().of(anna.id).build();
    let uow = bench.store().begin().await.unwrap();
    uow.sessions().insert(&session).await.unwrap();
    assert_eq!(
        uow.sessions().find(session.id).await.unwrap(),
        Some(session.clone())
    );
    let end = async |user| uow.sessions().end(user, session.id, noon()).await.unwrap();
    assert_eq!(end(boris.id).await, None);
    assert_eq!(end(anna.id).await, Some(EndedSession::from(&session)));
    assert_eq!(end(anna.id).await, None);
    assert_eq!(uow.sessions().find(session.id).await.unwrap(), None);
}

async fn open_sessions_are_listed_newest_first(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let mut old = a_session().of(user.id).build();
    old.created_at = noon() - Duration::days(2);
    old.expires_at = noon() + Duration::days(1);
    let mut new = a_session().of(user.id).build();
    new.created_at = noon();
    new.expires_at = noon() + Duration::days(1);
    let mut over = a_session().of(user.id).build();
    over.expires_at = noon();
    let uow = bench.store().begin().await.unwrap();
    for session in [&old, &new, &over] {
        uow.sessions().insert(session).await.unwrap();
    }
    uow.commit().await.unwrap();
    let listed = bench
        .identity()
        .list_sessions(user.id, noon())
        .await
        .unwrap();
    assert_eq!(listed, [new.clone(), old.clone()]);
    let uow = bench.store().begin().await.unwrap();
    let now = noon() - Duration::minutes(1);
    let mut ended = uow
        .sessions()
        .end_all(user.id, Some(new.id), now)
        .await
        .unwrap();
    ended.sort_by_key(|ended| ended.id);
    let mut expected = [EndedSession::from(&old), EndedSession::from(&over)];
    expected.sort_by_key(|ended| ended.id);
    assert_eq!(ended, expected);
    uow.commit().await.unwrap();
    let listed = bench
        .identity()
        .list_sessions(user.id, noon())
        .await
        .unwrap();
    assert_eq!(listed, [new]);
}

async fn a_refresh_token_is_fresh_once(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let session = a_session().of(user.id).refreshable().build();
    let (token, unknown) = (RefreshTokenDigest([1; 32]), RefreshTokenDigest([2; 32]));
    let uow = bench.store().begin().await.unwrap();
    uow.sessions().insert(&session).await.unwrap();
    uow.sessions()
        .add_refresh_token(session.id, token, noon())
        .await
        .unwrap();
    uow.commit().await.unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let ports = Arc::clone(&bench.ports);
        tries.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            let uow = store.begin().await.unwrap();
            let outcome = uow
                .sessions()
                .use_refresh_token(token, noon())
                .await
                .unwrap();
            uow.commit().await.unwrap();
            outcome
        });
    }
    let outcomes = tries.join_all().await;
    let fresh = outcomes
        .iter()
        .filter(|outcome| **outcome == RefreshTokenUse::Fresh(session.id))
        .count();
    let reused = outcomes
        .iter()
        .filter(|outcome| **outcome == RefreshTokenUse::Reused(session.id))
        .count();
    assert_eq!((fresh, reused), (1, 3));
    let uow = bench.store().begin().await.unwrap();
    let outcome = uow
        .sessions()
        .use_refresh_token(unknown, noon())
        .await
        .unwrap();
    assert_eq!(outcome, RefreshTokenUse::Unknown);
}

async fn what_is_over_is_forgotten(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let mut over = a_session().of(user.id).build();
    over.expires_at = noon();
    let mut open = a_session().of(user.id).build();
    open.expires_at = noon() + Duration::seconds(1);
    let attempt = TelegramSignIn::open(
        SignInKeyDigest([3; 32]),
        Opener::default(),
        noon() - TelegramSignIn::LIFE,
    );
    let uow = bench.store().begin().await.unwrap();
    uow.sessions().insert(&over).await.unwrap();
    uow.sessions().insert(&open).await.unwrap();
    uow.telegram_sign_ins().insert(&attempt).await.unwrap();
    assert_eq!(uow.sessions().forget_expired(noon()).await.unwrap(), 1);
    assert_eq!(
        uow.telegram_sign_ins()
            .forget_expired(noon())
            .await
            .unwrap(),
        1
    );
    assert_eq!(uow.sessions().find(over.id).await.unwrap(), None);
    assert!(uow.sessions().find(open.id).await.unwrap().is_some());
    assert_eq!(
        uow.telegram_sign_ins().find(attempt.key).await.unwrap(),
        None
    );
}

async fn every_state_of_a_telegram_sign_in_is_kept(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let states = [
        TelegramSignInState::Pending,
        TelegramSignInState::Confirmed { user: user.id },
        TelegramSignInState::Declined,
        TelegramSignInState::Used { user: user.id },
    ];
    let mut attempt = TelegramSignIn::open(SignInKeyDigest([9; 32]), Opener::default(), noon());
    let uow = bench.store().begin().await.unwrap();
    uow.telegram_sign_ins().insert(&attempt).await.unwrap();
    uow.commit().await.unwrap();
    for state in states {
        attempt.state = state;
        let uow = bench.store().begin().await.unwrap();
        uow.telegram_sign_ins().save(&attempt).await.unwrap();
        uow.commit().await.unwrap();
        let shown = bench
            .identity()
            .show_telegram_sign_in(attempt.key)
            .await
            .unwrap();
        assert_eq!(shown, Some(attempt.clone()));
    }
    let unknown = SignInKeyDigest([0; 32]);
    assert_eq!(
        bench
            .identity()
            .show_telegram_sign_in(unknown)
            .await
            .unwrap(),
        None
    );
}

async fn a_removed_user_leaves_films_but_nothing_else(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let film = a_film().owned_by(user.id).build();
    bench.has_film(&film).await;
    let session = a_session().of(user.id).build();
    let uow = bench.store().begin().await.unwrap();
    uow.sessions().insert(&session).await.unwrap();
    uow.users().remove(user.id).await.unwrap();
    uow.commit().await.unwrap();
    assert_eq!(bench.identity().show_user(user.id).await.unwrap(), None);
    let list = StandardList::Liked.of(user.id);
    assert_eq!(bench.library().show(list).await.unwrap(), None);
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.sessions().find(session.id).await.unwrap(), None);
    let left = uow.films().find(film.id).await.unwrap().unwrap();
    assert_eq!(left.owner, None);
    let nobody = Id::from_uuid(Uuid::from_u128(404));
    assert!(!uow.recommendations().take_turn(nobody).await.unwrap());
}

/// A user with an address and a name of their own.
fn a_named_user(email: &str, name: &str) -> UserBuilder {
    a_user().with_email(email).named(name)
}

async fn users_are_listed_newest_first_and_found_by_what_their_names_contain(bench: Bench) {
    let mut all = Vec::new();
    for (email, name) in [
        ("anna@example.org", "Anna"),
        ("b_b@example.org", "100% Berta"),
        ("bab@example.org", "Анна"),
    ] {
        let user = a_named_user(email, name).build();
        bench.has_user(&user).await;
        all.insert(0, user);
    }
    let list = async |search, after| {
        let page = PageRequest {
            size: PageSize::try_from(2).unwrap(),
            after,
        };
        bench.identity().list_users(search, &page).await.unwrap()
    };
    let first = list(None, None).await;
    assert_eq!(first.items, all[..2]);
    let second = list(None, first.next).await;
    assert_eq!((second.items.as_slice(), second.next), (&all[2..], None));
    for (search, expected) in [
        ("ANNA", &all[2..]),
        ("Анна", &all[..1]),
        ("nna@ex", &all[2..]),
        // No letter has a meaning of its own.
        ("b_b", &all[1..2]),
        ("0% b", &all[1..2]),
        ("!", &[]),
        ("\\", &[]),
    ] {
        assert_eq!(list(Some(search), None).await.items, expected, "{search}");
    }
}

async fn of_two_administrators_who_depose_each_other_one_is_left(bench: Bench) {
    let admins = ["one@example.org", "two@example.org"]
        .map(|email| a_named_user(email, "Admin").admin().build());
    let shut_out = a_named_user("shut@example.org", "Shut").admin().disabled();
    bench.has_user(&shut_out.build()).await;
    bench.has_user(&a_user().build()).await;
    for admin in &admins {
        bench.has_user(admin).await;
    }
    let mut deposers = tokio::task::JoinSet::new();
    for admin in admins.clone() {
        let ports = Arc::clone(&bench.ports);
        deposers.spawn(async move {
            let store: &dyn Store = HasComponent::<dyn Store>::resolve_ref(&*ports);
            let uow = store.begin().await.unwrap();
            let left = uow.users().find_active_admins().await.unwrap();
            let mut other = uow.users().find(admin.id).await.unwrap().unwrap();
            if left == [other.id] {
                return false;
            }
            other.role = Role::User;
            uow.users().save(&other).await.unwrap();
            uow.commit().await.unwrap();
            true
        });
    }
    let deposed = deposers.join_all().await;
    assert_eq!(deposed.iter().filter(|deposed| **deposed).count(), 1);
    let uow = bench.store().begin().await.unwrap();
    assert_eq!(uow.users().find_active_admins().await.unwrap().len(), 1);
}

async fn the_gate_knows_administrators(bench: Bench) {
    let (anna, admin) = (a_user().build(), a_user().admin().build());
    bench.has_user(&anna).await;
    bench.has_user(&admin).await;
    bench.learn(noon()).await;
    let session = Id::from_uuid(Uuid::from_u128(1));
    assert_eq!(role_at_the_gate(&bench, anna.id, session), Some(Role::User));
    assert_eq!(
        role_at_the_gate(&bench, admin.id, session),
        Some(Role::Admin)
    );
}

fn role_at_the_gate(bench: &Bench, user: UserId, session: SessionId) -> Option<Role> {
    let admission = bench.gate().admit(user, session)?;
    Some(admission.role)
}

async fn the_gate_knows_who_chose_which_language(bench: Bench) {
    let mut anna = a_user().build();
    anna.language = Some(Language::English);
    bench.has_user(&anna).await;
    let session = Id::from_uuid(Uuid::from_u128(1));
    let known = || bench.gate().admit(anna.id, session).unwrap().language;
    bench.learn(noon()).await;
    assert_eq!(known(), Some(Language::English));
    // What this instance is told counts at once, what another one stores a little later.
    bench.gate().prefer(anna.id, Some(Language::Russian));
    assert_eq!(known(), Some(Language::Russian));
    for chosen in [Some(Language::English), None] {
        let uow = bench.store().begin().await.unwrap();
        let mut stored = uow.users().find(anna.id).await.unwrap().unwrap();
        stored.language = chosen;
        stored.updated_at = noon();
        uow.users().save(&stored).await.unwrap();
        uow.commit().await.unwrap();
        bench.learn(noon()).await;
        assert_eq!(known(), chosen);
    }
}

/// Ends all sessions of a new user but one; gives the user, the ended session and the open one.
async fn with_an_ended_session(bench: &Bench) -> (UserId, EndedSession, SessionId) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let (ended, open) = (
        a_session().of(user.id).build(),
        a_session().of(user.id).build(),
    );
    let uow = bench.store().begin().await.unwrap();
    uow.sessions().insert(&ended).await.unwrap();
    uow.sessions().insert(&open).await.unwrap();
    let all = uow.sessions().end_all(user.id, Some(open.id), noon()).await;
    uow.commit().await.unwrap();
    assert_eq!(all.unwrap(), [EndedSession::from(&ended)]);
    (user.id, EndedSession::from(&ended), open.id)
}

async fn the_gate_refuses_at_once_what_it_is_told_to(bench: Bench) {
    let (user, ended, open) = with_an_ended_session(&bench).await;
    bench.gate().close(&[ended]);
    assert_eq!(bench.gate().admit(user, ended.id), None);
    assert_eq!(role_at_the_gate(&bench, user, open), Some(Role::User));
    bench.learn(noon()).await;
    assert_eq!(bench.gate().admit(user, ended.id), None);
    assert_eq!(role_at_the_gate(&bench, user, open), Some(Role::User));
}

async fn the_gate_learns_what_was_ended_elsewhere(bench: Bench) {
    let (user, ended, open) = with_an_ended_session(&bench).await;
    assert_eq!(role_at_the_gate(&bench, user, ended.id), Some(Role::User));
    bench.learn(noon()).await;
    assert_eq!(bench.gate().admit(user, ended.id), None);
    assert_eq!(role_at_the_gate(&bench, user, open), Some(Role::User));
}

async fn the_gate_learns_of_sessions_whose_user_is_gone(bench: Bench) {
    let (user, ended, _) = with_an_ended_session(&bench).await;
    let uow = bench.store().begin().await.unwrap();
    uow.users().remove(user).await.unwrap();
    uow.commit().await.unwrap();
    bench.learn(noon()).await;
    assert_eq!(bench.gate().admit(user, ended.id), None);
}

contract!(
    users_are_listed_newest_first_and_found_by_what_their_names_contain,
    of_two_administrators_who_depose_each_other_one_is_left,
    the_gate_knows_administrators,
    the_gate_knows_who_chose_which_language,
    the_gate_refuses_at_once_what_it_is_told_to,
    the_gate_learns_what_was_ended_elsewhere,
    the_gate_learns_of_sessions_whose_user_is_gone,
    a_committed_user_is_found_by_every_name,
    a_dropped_unit_of_work_leaves_no_trace,
    a_saved_user_is_what_was_saved,
    an_address_and_a_telegram_account_belong_to_one_user,
    of_many_who_take_an_address_at_once_one_gets_it,
    an_ended_session_is_gone_and_nobody_else_ends_it,
    open_sessions_are_listed_newest_first,
    a_refresh_token_is_fresh_once,
    what_is_over_is_forgotten,
    every_state_of_a_telegram_sign_in_is_kept,
    a_removed_user_leaves_films_but_nothing_else,
);
