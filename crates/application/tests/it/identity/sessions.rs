//! Seeing where one is signed in, and signing out.
use crate::support::{authenticate, code};
use application::{
    fakes::{World, a_session, a_user},
    identity::{
        ports::SessionGate,
        sessions::{EndSession, EndSessions, ListSessions},
    },
    shared::actor::Actor,
};
use chrono::Duration;

#[tokio::test]
async fn a_user_sees_their_own_open_sessions_newest_first() {
    let world = World::new();
    let anna = world.has(a_user());
    let stranger = world.has(a_user());
    world.has(a_session().of(stranger.id));
    world.has(a_session().of(anna.id).living(Duration::hours(1)));
    world.clock.advance(Duration::hours(1));
    let older = world.has(a_session().of(anna.id));
    world.clock.advance(Duration::minutes(1));
    let actor = world.signed_in(&anna);
    let sessions = world.run(&actor, ListSessions).await.unwrap();
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    assert_eq!(ids, [actor.user().unwrap().session, older.id]);
}

#[tokio::test]
async fn ended_sessions_are_not_listed() {
    let world = World::new();
    let anna = world.has(a_user());
    let other = world.signed_in(&anna);
    let actor = world.signed_in(&anna);
    world
        .run(&other, EndSession { session: None })
        .await
        .unwrap();
    let sessions = world.run(&actor, ListSessions).await.unwrap();
    assert_eq!(sessions.len(), 1);
}

#[tokio::test]
async fn signing_out_ends_the_session_in_which_it_is_asked() {
    let world = World::new();
    let anna = world.has(a_user());
    let (token, elsewhere) = (world.token_of(&anna), world.token_of(&anna));
    let actor = authenticate(&world, &token).unwrap();
    world
        .run(&actor, EndSession { session: None })
        .await
        .unwrap();
    assert_eq!(code(authenticate(&world, &token)), "identity.invalid_token");
    assert!(authenticate(&world, &elsewhere).is_ok());
    assert_eq!(world.stored().sessions_of(anna.id).len(), 1);
}

#[tokio::test]
async fn another_session_of_the_user_can_be_ended() {
    let world = World::new();
    let anna = world.has(a_user());
    let token = world.token_of(&anna);
    let lost = authenticate(&world, &token)
        .unwrap()
        .user()
        .unwrap()
        .session;
    let actor = world.signed_in(&anna);
    let request = EndSession {
        session: Some(lost),
    };
    world.run(&actor, request).await.unwrap();
    assert!(authenticate(&world, &token).is_err());
}

#[tokio::test]
async fn other_instances_learn_of_an_ended_session_from_the_database() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let elsewhere = world.gate.of_another_instance();
    let session = actor.user().unwrap().session;
    world
        .run(&actor, EndSession { session: None })
        .await
        .unwrap();
    elsewhere.learn();
    assert_eq!(elsewhere.admit(anna.id, session), None);
}

#[tokio::test]
async fn nothing_changes_when_the_session_is_somebody_elses_or_over_already() {
    let world = World::new();
    let anna = world.has(a_user());
    let stranger = world.has(a_user());
    let token = world.token_of(&stranger);
    let theirs = authenticate(&world, &token).unwrap().user().unwrap();
    let over = world.signed_in(&anna);
    world
        .run(&over, EndSession { session: None })
        .await
        .unwrap();
    let actor = world.signed_in(&anna);
    let before = world.stored();
    for session in [theirs.session, over.user().unwrap().session] {
        let request = EndSession {
            session: Some(session),
        };
        let refused = world.run(&actor, request).await;
        assert_eq!(code(refused), "identity.session_not_found");
    }
    assert_eq!(world.stored(), before);
    assert!(authenticate(&world, &token).is_ok());
}

#[tokio::test]
async fn all_sessions_end_and_this_one_goes_on_only_if_asked() {
    for keep_this in [true, false] {
        let world = World::new();
        let anna = world.has(a_user());
        let stranger = world.token_of(&world.has(a_user()));
        let tokens = [world.token_of(&anna), world.token_of(&anna)];
        let this = authenticate(&world, &tokens[0]).unwrap();
        world.run(&this, EndSessions { keep_this }).await.unwrap();
        assert_eq!(authenticate(&world, &tokens[0]).is_ok(), keep_this);
        assert!(authenticate(&world, &tokens[1]).is_err());
        assert!(authenticate(&world, &stranger).is_ok());
        let left = world.stored().sessions_of(anna.id).len();
        assert_eq!(left, usize::from(keep_this));
    }
}

#[tokio::test]
async fn the_gate_stays_open_when_the_end_is_not_committed() {
    let world = World::new();
    let token = world.token_of(&world.has(a_user()));
    let actor = authenticate(&world, &token).unwrap();
    world.store.refuse_commits();
    let refused = world.run(&actor, EndSession { session: None }).await;
    assert_eq!(code(refused), "store.unavailable");
    let refused = world.run(&actor, EndSessions { keep_this: false }).await;
    assert_eq!(code(refused), "store.unavailable");
    assert!(authenticate(&world, &token).is_ok());
}

#[tokio::test]
async fn only_signed_in_users_have_sessions() {
    let world = World::new();
    for actor in [Actor::Anonymous, Actor::System] {
        let refused = world.run(&actor, ListSessions).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, EndSession { session: None }).await;
        assert_eq!(code(refused), "identity.not_signed_in");
        let refused = world.run(&actor, EndSessions { keep_this: true }).await;
        assert_eq!(code(refused), "identity.not_signed_in");
    }
}
