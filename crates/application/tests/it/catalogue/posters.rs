//! Posters set and taken away.
use crate::support::code;
use application::{
    catalogue::{
        posters::{MayEditFilm, PosterError, RemovePoster, SetPoster},
        show_film::ShowFilm,
    },
    fakes::{World, a_film, a_poster_of, a_user},
    identity::profile::DeleteAccount,
    jobs::Task,
    shared::{actor::Actor, store::Store},
    upkeep::tidy_up::TidyUp,
};
use chrono::Duration;
use domain::{
    catalogue::{FilmId, PictureFormat, PosterKey},
    identity::User,
    shared::Id,
};

async fn set(
    world: &World,
    actor: &Actor,
    film: FilmId,
    bytes: &'static str,
) -> Result<(), PosterError> {
    let bytes = bytes.into();
    world.run(actor, SetPoster { film, bytes }).await
}

async fn remove(world: &World, actor: &Actor, film: FilmId) -> Result<(), PosterError> {
    world.run(actor, RemovePoster { film }).await
}

/// Lets a request run until it waits for the poster store, and then no further, as a crash does.
async fn cut_short<T>(request: impl Future<Output = T>) {
    tokio::select! {
        biased;
        _ = request => panic!("it was not cut short"),
        () = std::future::ready(()) => {}
    }
}

fn poster_of(world: &World, film: FilmId) -> Option<PosterKey> {
    world.stored().film(film).unwrap().poster.clone()
}

/// A world with a film of Anna's.
fn world_of_anna() -> (World, User, Actor, FilmId) {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film().owned_by(anna.id)).id;
    (world, anna, actor, film)
}

#[tokio::test]
async fn a_poster_is_stored_and_shown_in_each_format() {
    let (world, _, actor, film) = world_of_anna();
    for (bytes, format) in [
        ("JPEG one", PictureFormat::Jpeg),
        ("PNG two", PictureFormat::Png),
        ("WEBP three", PictureFormat::WebP),
    ] {
        set(&world, &actor, film, bytes).await.unwrap();
        let shown = world.run(&actor, ShowFilm { film }).await.unwrap();
        let key = shown.card.poster.clone().unwrap();
        assert_eq!(key.format(), format);
        assert_eq!(world.posters.bytes_of(&key).unwrap(), bytes);
        assert_eq!(world.posters.count(), 1);
    }
    assert_eq!(world.index.nudges(), 3);
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn the_same_picture_again_stays() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    let key = poster_of(&world, film).unwrap();
    set(&world, &actor, film, "JPEG").await.unwrap();
    assert_eq!(poster_of(&world, film), Some(key.clone()));
    assert!(world.posters.bytes_of(&key).is_some());
}

#[tokio::test]
async fn films_with_the_same_picture_do_not_share_it() {
    let (world, anna, actor, film) = world_of_anna();
    let other = world.has(a_film().owned_by(anna.id)).id;
    for each in [film, other] {
        set(&world, &actor, each, "JPEG").await.unwrap();
    }
    remove(&world, &actor, film).await.unwrap();
    let kept = poster_of(&world, other).unwrap();
    assert!(world.posters.bytes_of(&kept).is_some());
}

#[tokio::test]
async fn the_old_poster_goes_only_after_the_new_one_is_committed() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG old").await.unwrap();
    let old = poster_of(&world, film).unwrap();
    world.store.refuse_commits();
    let refused = set(&world, &actor, film, "JPEG new").await;
    assert_eq!(code(refused), "store.unavailable");
    let refused = remove(&world, &actor, film).await;
    assert_eq!(code(refused), "store.unavailable");
    assert_eq!(poster_of(&world, film), Some(old.clone()));
    assert!(world.posters.bytes_of(&old).is_some());
    world.store.accept_commits();
    set(&world, &actor, film, "JPEG new").await.unwrap();
    assert!(world.posters.bytes_of(&old).is_none());
}

#[tokio::test]
async fn an_old_poster_that_cannot_be_removed_now_is_left_to_the_upkeep() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG old").await.unwrap();
    let old = poster_of(&world, film).unwrap();
    world.posters.set_refuses_removals(true);
    set(&world, &actor, film, "JPEG new").await.unwrap();
    assert!(world.stored().obsolete_posters().contains(&old));
    assert!(world.posters.bytes_of(&old).is_some());
    world.posters.set_refuses_removals(false);
    world.clock.advance(Duration::minutes(1));
    let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(tidied.posters, 1);
    assert!(world.posters.bytes_of(&old).is_none());
    assert!(
        world
            .posters
            .bytes_of(&poster_of(&world, film).unwrap())
            .is_some()
    );
}

#[tokio::test]
async fn an_old_poster_that_is_shown_again_is_not_removed_by_the_upkeep() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG old").await.unwrap();
    world.posters.set_refuses_removals(true);
    set(&world, &actor, film, "JPEG new").await.unwrap();
    world.clock.advance(Duration::minutes(1));
    set(&world, &actor, film, "JPEG old").await.unwrap();
    world.posters.set_refuses_removals(false);
    world.clock.advance(Duration::hours(2));
    world.run(&Actor::System, TidyUp).await.unwrap();
    let shown = poster_of(&world, film).unwrap();
    assert_eq!(world.posters.bytes_of(&shown).unwrap(), "JPEG old");
    assert_eq!(world.posters.count(), 1);
}

#[tokio::test]
async fn nothing_changes_while_the_poster_store_is_down() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG old").await.unwrap();
    let before = world.stored();
    world.posters.set_down(true);
    let refused = set(&world, &actor, film, "JPEG new").await;
    assert_eq!(code(refused), "catalogue.poster_store_unavailable");
    assert_eq!(world.stored().film(film), before.film(film));
    assert_eq!(world.posters.count(), 1);
    // It might have been stored all the same.
    world.posters.set_down(false);
    world.clock.advance(Duration::hours(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.stored().film(film), before.film(film));
    assert_eq!(world.posters.count(), 1);
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn a_poster_is_taken_away_once() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    remove(&world, &actor, film).await.unwrap();
    assert_eq!(poster_of(&world, film), None);
    assert_eq!(world.posters.count(), 0);
    let before = world.stored();
    let refused = remove(&world, &actor, film).await;
    assert_eq!(code(refused), "catalogue.poster_not_found");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn what_is_no_fitting_picture_is_refused_and_nothing_is_stored() {
    let (world, _, actor, film) = world_of_anna();
    let before = world.stored();
    for (bytes, answer) in [
        ("", "catalogue.not_a_picture"),
        ("<svg/>", "catalogue.not_a_picture"),
        ("HUGE", "catalogue.too_many_pixels"),
    ] {
        let refused = set(&world, &actor, film, bytes).await;
        assert_eq!(code(refused), answer);
    }
    let bytes = vec![b'x'; 10 * 1024 * 1024 + 1].into();
    let refused = world.run(&actor, SetPoster { film, bytes }).await;
    assert_eq!(code(refused), "catalogue.picture_too_large");
    world.inspector.set_busy(true);
    let refused = set(&world, &actor, film, "JPEG").await;
    assert_eq!(code(refused), "catalogue.pictures_busy");
    assert_eq!(world.stored(), before);
    assert_eq!(world.posters.count(), 0);
}

#[tokio::test]
async fn strangers_and_those_not_signed_in_are_refused_before_anything_is_stored() {
    let (world, _, owner, film) = world_of_anna();
    set(&world, &owner, film, "JPEG").await.unwrap();
    let of_catalogue = world.has(a_film()).id;
    let stranger = world.signed_in(&world.has(a_user()));
    let before = world.stored();
    for (actor, answer) in [
        (stranger, "catalogue.not_film_owner"),
        (Actor::Anonymous, "identity.not_signed_in"),
        (Actor::System, "identity.not_signed_in"),
    ] {
        for film in [film, of_catalogue] {
            assert_eq!(code(set(&world, &actor, film, "JPEG new").await), answer);
            assert_eq!(code(remove(&world, &actor, film).await), answer);
            let refused = world.run(&actor, MayEditFilm { film }).await;
            assert_eq!(code(refused), answer);
        }
    }
    assert_eq!(world.stored(), before);
    assert_eq!(world.posters.count(), 1);
}

#[tokio::test]
async fn owners_and_administrators_may() {
    let (world, _, owner, film) = world_of_anna();
    let admin = world.signed_in(&world.has(a_user().admin()));
    for actor in [owner, admin] {
        world.run(&actor, MayEditFilm { film }).await.unwrap();
        set(&world, &actor, film, "JPEG").await.unwrap();
        remove(&world, &actor, film).await.unwrap();
    }
}

#[tokio::test]
async fn there_is_no_poster_for_a_film_that_does_not_exist() {
    let (world, _, actor, _) = world_of_anna();
    let film = Id::from_uuid(uuid::Uuid::nil());
    let answer = "catalogue.film_not_found";
    assert_eq!(code(set(&world, &actor, film, "JPEG").await), answer);
    assert_eq!(code(remove(&world, &actor, film).await), answer);
    let refused = world.run(&actor, MayEditFilm { film }).await;
    assert_eq!(code(refused), answer);
    assert_eq!(world.posters.count(), 0);
}

#[tokio::test]
async fn bytes_for_a_film_that_went_away_meanwhile_are_left_to_the_upkeep() {
    let (world, anna, actor, film) = world_of_anna();
    let open = world.store.begin().await.unwrap();
    let (refused, ()) = tokio::join!(set(&world, &actor, film, "JPEG"), async {
        open.films()
            .remove_private_films(anna.id, world.now())
            .await
            .unwrap();
        open.commit().await.unwrap();
    });
    assert_eq!(code(refused), "catalogue.film_not_found");
    assert_eq!(world.posters.count(), 1);
    assert_eq!(world.stored().obsolete_posters().len(), 1);
    world.clock.advance(Duration::hours(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.posters.count(), 0);
}

#[tokio::test]
async fn bytes_that_a_crash_left_before_a_film_showed_them_are_removed_in_time() {
    let (world, _, actor, film) = world_of_anna();
    world.posters.hold();
    cut_short(set(&world, &actor, film, "JPEG")).await;
    world.posters.release();
    assert_eq!(world.posters.count(), 1);
    assert_eq!(poster_of(&world, film), None);
    let almost = Duration::hours(1) - Duration::microseconds(1);
    world.clock.advance(almost);
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.posters.count(), 1);
    world.clock.advance(Duration::microseconds(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.posters.count(), 0);
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn a_poster_that_is_just_being_removed_is_not_shown_again_before_it_is_gone() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    world.posters.hold();
    let (removed, refused) = tokio::join!(remove(&world, &actor, film), async {
        let refused = set(&world, &actor, film, "JPEG").await;
        assert_eq!(poster_of(&world, film), None);
        world.posters.release();
        refused
    });
    removed.unwrap();
    assert_eq!(code(refused), "store.contention");
    assert_eq!(world.posters.count(), 0);
    set(&world, &actor, film, "JPEG").await.unwrap();
    assert_eq!(world.posters.count(), 1);
}

#[tokio::test]
async fn a_removal_that_a_crash_cut_short_is_done_again() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    world.posters.hold();
    cut_short(remove(&world, &actor, film)).await;
    world.posters.release();
    assert_eq!(poster_of(&world, film), None);
    assert_eq!(world.posters.count(), 1);
    world.clock.advance(Duration::minutes(1));
    world.run(&Actor::System, TidyUp).await.unwrap();
    assert_eq!(world.posters.count(), 0);
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn a_poster_that_was_removed_while_it_came_in_is_stored_again() {
    let (world, _, actor, film) = world_of_anna();
    world.posters.hold();
    let (shown, ()) = tokio::join!(set(&world, &actor, film, "JPEG"), async {
        // Longer than any request lasts, so that the upkeep takes it for one that was cut short.
        world.clock.advance(Duration::hours(1));
        world.posters.release();
        let tidied = world.run(&Actor::System, TidyUp).await.unwrap();
        assert_eq!(tidied.posters, 1);
        assert_eq!(world.posters.count(), 0);
    });
    shown.unwrap();
    let key = poster_of(&world, film).unwrap();
    assert!(world.posters.bytes_of(&key).is_some());
    assert_eq!(world.backoff.waits(), 1);
}

#[tokio::test]
async fn a_poster_that_is_coming_in_outlives_the_end_of_its_last_showing() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    world.posters.hold();
    let (shown, ()) = tokio::join!(set(&world, &actor, film, "JPEG"), async {
        remove(&world, &actor, film).await.unwrap();
        world.posters.release();
    });
    shown.unwrap();
    let key = poster_of(&world, film).unwrap();
    assert!(world.posters.bytes_of(&key).is_some());
    assert!(world.stored().obsolete_posters().is_empty());
}

#[tokio::test]
async fn of_two_posters_at_once_one_is_left() {
    let (world, _, actor, film) = world_of_anna();
    let open = world.store.begin().await.unwrap();
    let (one, other, ()) = tokio::join!(
        set(&world, &actor, film, "JPEG one"),
        set(&world, &actor, film, "JPEG other"),
        async { drop(open) },
    );
    one.unwrap();
    other.unwrap();
    let shown = poster_of(&world, film).unwrap();
    assert_eq!(world.posters.bytes_of(&shown).unwrap(), "JPEG other");
    assert_eq!(world.posters.count(), 1);
}

#[tokio::test]
async fn the_posters_of_a_deleted_account_go_with_their_films() {
    let (world, _, actor, film) = world_of_anna();
    set(&world, &actor, film, "JPEG").await.unwrap();
    world.run(&actor, DeleteAccount).await.unwrap();
    assert_eq!(world.posters.count(), 0);
}

#[test]
fn a_poster_key_stands_for_one_content_of_one_film() {
    let film = Id::from_uuid(uuid::Uuid::nil());
    let other = Id::from_uuid(uuid::Uuid::max());
    assert_eq!(a_poster_of(film, "x"), a_poster_of(film, "x"));
    assert_ne!(a_poster_of(film, "x"), a_poster_of(film, "y"));
    assert_ne!(a_poster_of(film, "x"), a_poster_of(other, "x"));
}

#[tokio::test]
async fn the_images_of_a_new_poster_are_ordered_with_it() {
    let (world, _, actor, film) = world_of_anna();
    let ordered = || -> Vec<Task> {
        let jobs = world.stored().all_jobs().into_iter();
        jobs.filter_map(|job| job.task).collect()
    };
    world.store.refuse_commits();
    set(&world, &actor, film, "JPEG").await.unwrap_err();
    world.store.accept_commits();
    assert!(ordered().is_empty());
    set(&world, &actor, film, "JPEG").await.unwrap();
    set(&world, &actor, film, "PNG").await.unwrap();
    assert_eq!(ordered(), [Task::MakeImages { film }]);
    remove(&world, &actor, film).await.unwrap();
    assert_eq!(ordered().len(), 1);
}
