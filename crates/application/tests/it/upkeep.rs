//! Keeping order.
use crate::support::{code, jobs_in_every_state};
use application::{
    events::broker::BrokerState,
    fakes::{
        SourceTrouble, World, a_film, a_poster_of, a_recommendation, a_session, a_user, a_watchlist,
    },
    identity::{
        sessions::EndSession,
        telegram::{CheckTelegramSignIn, OpenTelegramSignIn},
    },
    shared::{actor::Actor, store::Store},
    upkeep::{
        check_health::CheckHealth,
        figures::{FigureDays, ShowFigures},
        ports::{DayOfActivity, Totals},
        show_broker::ShowBroker,
        show_sources::ShowSources,
        tidy_up::{Tidied, TidyUp},
    },
};
use chrono::Duration;
use domain::{
    catalogue::{PosterKey, SourceName},
    shared::Id,
};
use tokio::task::JoinSet;

/// Notes posters as removable.
async fn note(world: &World, posters: &[PosterKey]) {
    let open = world.store.begin().await.unwrap();
    let at = world.now();
    open.obsolete_posters().add(posters, at).await.unwrap();
    open.commit().await.unwrap();
}

fn poster(content: &str) -> PosterKey {
    a_poster_of(Id::from_uuid(uuid::Uuid::nil()), content)
}

#[tokio::test]
async fn what_is_over_is_forgotten_and_what_goes_on_is_kept() {
    let world = World::new();
    let anna = world.has(a_user());
    world.has(a_session().of(anna.id).living(Duration::minutes(10)));
    let kept = world.has(a_session().of(anna.id).living(Duration::minutes(11)));
    world
        .run(&Actor::Anonymous, OpenTelegramSignIn::default())
        .await
        .unwrap();
    world.clock.advance(Duration::minutes(1));
    let key = world
        .run(&Actor::Anonymous, OpenTelegramSignIn::default())
        .await
        .unwrap();
    world
        .clock
        .advance(Duration::minutes(9) + Duration::microseconds(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    let expected = Tidied {
        sessions: 1,
        telegram_sign_ins: 1,
        ..Tidied::default()
    };
    assert_eq!(tidied, expected);
    assert_eq!(world.stored().sessions_of(anna.id), [&kept]);
    let check = CheckTelegramSignIn { key };
    assert!(!world.run(&Actor::Anonymous, check).await.unwrap());
    let again = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(again, Tidied::default());
}

#[tokio::test]
async fn an_ended_session_is_remembered_until_its_tokens_have_expired() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    world
        .run(&actor, EndSession { session: None })
        .await
        .unwrap();
    world
        .clock
        .advance(Duration::days(31) - Duration::microseconds(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.stored().session_count(), 1);
    world.clock.advance(Duration::microseconds(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.stored().session_count(), 0);
}

#[tokio::test]
async fn posters_that_nobody_shows_are_removed_and_those_shown_again_are_spared() {
    let world = World::new();
    let (gone, shown) = (poster("gone"), poster("shown"));
    world.has(a_film().with_poster(shown.clone()));
    world.posters.has(&gone, "JPEG");
    world.posters.has(&shown, "JPEG");
    note(&world, &[gone.clone(), shown.clone()]).await;
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.posters, 1);
    assert!(world.posters.bytes_of(&gone).is_none());
    assert!(world.posters.bytes_of(&shown).is_some());
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn a_poster_that_cannot_be_removed_is_tried_again_next_time() {
    let world = World::new();
    let anna = world.has(a_user());
    world.has(a_session().of(anna.id).living(Duration::seconds(1)));
    world.clock.advance(Duration::minutes(1));
    let old = poster("old");
    world.posters.has(&old, "JPEG");
    note(&world, std::slice::from_ref(&old)).await;
    world.posters.set_down(true);
    let refused = world.run(&Actor::System, TidyUp).await;
    assert_eq!(code(refused), "catalogue.poster_store_unavailable");
    assert!(world.stored().obsolete_posters().contains(&old));
    // What was done before stays done.
    assert_eq!(world.stored().session_count(), 0);
    world.posters.set_down(false);
    // What failed may still happen, so it is left alone for a minute.
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.posters, 0);
    world.clock.advance(Duration::minutes(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.posters, 1);
    assert!(world.posters.bytes_of(&old).is_none());
}

#[tokio::test]
async fn a_poster_removed_by_somebody_else_is_simply_forgotten() {
    let world = World::new();
    note(&world, &[poster("gone")]).await;
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn changes_and_recommendations_of_long_ago_are_forgotten() {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film()).id;
    world.has(a_film());
    world.has(a_recommendation(film, anna.id));
    world.clock.advance(Duration::days(7));
    world.has(a_film());
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied, Tidied::default());
    world.clock.advance(Duration::microseconds(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!((tidied.film_changes, tidied.recommendations), (2, 0));
    world.clock.advance(Duration::days(23));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    // The newest change tells how far a search index is behind.
    assert_eq!((tidied.film_changes, tidied.recommendations), (0, 1));
    assert_eq!(world.stored().film_change_count(), 1);
    assert!(world.stored().recommendations_to(anna.id).is_empty());
}

#[tokio::test]
async fn jobs_are_forgotten_when_they_ended_long_ago_and_failures_later() {
    let world = World::new();
    let (_, done, _, failed) = jobs_in_every_state(&world).await;
    world.clock.advance(Duration::days(7));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.jobs, 0);
    world.clock.advance(Duration::microseconds(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.jobs, 1);
    assert_eq!(world.stored().job(done), None);
    world.clock.advance(Duration::days(23));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.jobs, 1);
    assert_eq!(world.stored().job(failed), None);
    // What has not ended is never forgotten.
    assert_eq!(world.stored().all_jobs().len(), 2);
}

#[tokio::test]
async fn only_the_service_tidies_up() {
    let world = World::new();
    let admin = world.signed_in(&world.has(a_user().admin()));
    let refused = world.run(&admin, TidyUp).await;
    assert_eq!(code(refused), "identity.not_operator");
    let refused = world.run(&Actor::Anonymous, TidyUp).await;
    assert_eq!(code(refused), "identity.not_signed_in");
    assert_eq!(world.store.commits(), 0);
}

/// The parts by name, with what is wrong with each.
async fn health(world: &World) -> Vec<(&'static str, Option<&'static str>)> {
    let parts = world.run(&Actor::Anonymous, CheckHealth).await.unwrap();
    parts.iter().map(|part| (part.name, part.problem)).collect()
}

#[tokio::test]
async fn health_tells_of_each_part_whether_it_answers() {
    let world = World::new();
    let well = [("database", None), ("storage", None), ("index", None)];
    assert_eq!(health(&world).await, well);
    world.clock.advance(Duration::seconds(1));
    world.store.go_down();
    world.posters.set_down(true);
    world.index.set_down(true);
    let ill = [
        ("database", Some("store.unavailable")),
        ("storage", Some("catalogue.poster_store_unavailable")),
        ("index", Some("catalogue.index_unavailable")),
    ];
    assert_eq!(health(&world).await, ill);
    world.clock.advance(Duration::seconds(1));
    world.store.come_back();
    world.posters.set_down(false);
    world.index.set_down(false);
    assert_eq!(health(&world).await, well);
}

#[tokio::test]
async fn for_a_moment_the_parts_are_not_asked_again() {
    let world = World::new();
    let well = health(&world).await;
    world.store.go_down();
    world
        .clock
        .advance(Duration::seconds(1) - Duration::microseconds(1));
    assert_eq!(health(&world).await, well);
    assert_eq!(world.index.checks(), 1);
    world.clock.advance(Duration::microseconds(1));
    let ill = health(&world).await;
    assert_ne!(ill, well);
    assert_eq!(world.index.checks(), 2);
    // What is not ready is asked again sooner.
    world.store.come_back();
    world.clock.advance(Duration::milliseconds(49));
    assert_eq!(health(&world).await, ill);
    world.clock.advance(Duration::milliseconds(1));
    assert_eq!(health(&world).await, well);
    assert_eq!(world.index.checks(), 3);
}

#[tokio::test]
async fn a_part_that_takes_its_time_keeps_no_other_waiting_and_is_asked_once_for_all() {
    let world = World::new();
    let hold = world.posters.hold_checks().await;
    // Copies of a world share the application that is there already.
    let _shared = world.application();
    let mut probes = JoinSet::new();
    for _ in 0..20 {
        let world = world.clone();
        probes.spawn(async move { health(&world).await.len() });
    }
    while world.index.checks() == 0 {
        tokio::task::yield_now().await;
    }
    // Whoever is still to come finds that somebody is asking.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    drop(hold);
    assert_eq!(probes.join_all().await, [3; 20]);
    assert_eq!(world.index.checks(), 1);
}

#[tokio::test]
async fn a_probe_that_gives_up_does_not_keep_the_next_from_asking() {
    let world = World::new();
    let hold = world.posters.hold_checks().await;
    {
        let first = std::pin::pin!(health(&world));
        let impatient = tokio::time::timeout(std::time::Duration::from_millis(5), first);
        impatient.await.unwrap_err();
    }
    drop(hold);
    assert_eq!(health(&world).await.len(), 3);
    assert_eq!(world.index.checks(), 2);
}

#[tokio::test]
async fn sources_are_shown_and_do_not_count_for_health() {
    let world = World::new();
    let show = || world.run(&Actor::Anonymous, ShowSources);
    assert!(show().await.unwrap().is_empty());
    world
        .sources
        .trouble(SourceName::Tmdb, SourceTrouble::Refused);
    let states = show().await.unwrap();
    assert!(states.iter().all(|state| state.is_refused) && states.len() == 1);
    assert!(world.sources.asked().is_empty());
    assert!(
        health(&world)
            .await
            .iter()
            .all(|(_, problem)| problem.is_none())
    );
}

#[tokio::test]
async fn the_broker_is_shown_and_does_not_count_for_health() {
    let world = World::new();
    let show = || world.run(&Actor::Anonymous, ShowBroker);
    assert_eq!(show().await.unwrap(), None);
    world.broker.set(BrokerState::Down);
    assert_eq!(show().await.unwrap(), Some(BrokerState::Down));
    assert!(
        health(&world)
            .await
            .iter()
            .all(|(_, problem)| problem.is_none())
    );
}

fn figures(days: i64) -> ShowFigures {
    let days = FigureDays::try_from(days).unwrap();
    ShowFigures { days }
}

#[tokio::test]
async fn figures_have_every_day_whether_something_went_on_or_not() {
    let world = World::new();
    let admin = world.signed_in(&world.has(a_user().admin()));
    world.clock.advance(Duration::days(2));
    let anna = world.has(a_user().with_email("anna@example.org"));
    let film = world.has(a_film());
    world.has(a_watchlist().owned_by(anna.id).with_film(film.id));
    world.has(a_recommendation(film.id, anna.id));
    let figures = world.run(&admin, figures(3)).await.unwrap();
    let totals = Totals {
        users: 2,
        films: 1,
        watchlists: 1,
    };
    assert_eq!(figures.totals, totals);
    let today = world.now().date_naive();
    let busy = DayOfActivity {
        day: today,
        active_users: 1,
        new_users: 1,
        new_watchlists: 1,
        new_entries: 1,
        recommendations: 1,
    };
    let quiet = DayOfActivity::quiet(today - Duration::days(1));
    let opening = DayOfActivity {
        active_users: 1,
        new_users: 1,
        ..DayOfActivity::quiet(today - Duration::days(2))
    };
    assert_eq!(figures.days, [busy, quiet, opening]);
}

#[tokio::test]
async fn only_administrators_see_figures() {
    let world = World::new();
    let user = world.signed_in(&world.has(a_user()));
    assert_eq!(
        code(world.run(&user, figures(1)).await),
        "identity.not_admin"
    );
    let refused = world.run(&Actor::Anonymous, figures(1)).await;
    assert_eq!(code(refused), "identity.not_signed_in");
}
