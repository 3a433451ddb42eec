//! Reviews, progress, and what is hidden.
use crate::support::code;
use application::{
    fakes::{World, a_film, a_genre, a_user},
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
    },
    taste::{
        hides::{HideThing, ListHidden, UnhideThing},
        progress::{ClearProgress, ListProgress, SetProgress},
        reviews::{DeleteReview, ListFilmReviews, ListReviews, ShowReview, WriteReview},
    },
};
use chrono::Duration;
use domain::{
    catalogue::FilmId,
    library::StandardList,
    shared::Id,
    taste::{HiddenKind, HiddenSubject, Hide, Progress, ReviewContent, ReviewText, Stance},
};

fn unknown<K>() -> Id<K> {
    Id::from_uuid(uuid::Uuid::nil())
}

fn write(film: FilmId, text: &str, is_public: bool) -> WriteReview {
    WriteReview {
        film,
        content: ReviewContent {
            text: ReviewText::parse(text).unwrap(),
            has_spoilers: false,
            stance: Stance::Neutral,
            is_public,
        },
    }
}

fn first_page<K>() -> PageRequest<K> {
    PageRequest {
        size: PageSize::default(),
        after: None,
    }
}

#[tokio::test]
async fn a_review_is_written_once_and_changed_after() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let first = world
        .run(&actor, write(film, "Slow.", false))
        .await
        .unwrap();
    assert_eq!(
        (first.created_at, first.updated_at),
        (world.now(), world.now())
    );
    world.clock.advance(Duration::hours(1));
    let again = world
        .run(&actor, write(film, "Slow.", false))
        .await
        .unwrap();
    assert_eq!(again, first);
    let other = world
        .run(&actor, write(film, "Slow!", false))
        .await
        .unwrap();
    assert_eq!(other.created_at, first.created_at);
    assert_eq!(other.updated_at, world.now());
    let shown = world.run(&actor, ShowReview { film }).await.unwrap();
    assert_eq!(shown, other);
    let page = first_page();
    let page = world.run(&actor, ListReviews { page }).await.unwrap();
    assert_eq!(page.items.len(), 1);
    // Words are no viewing.
    assert!(world.stored().diary_of(anna.id).is_empty());
    world.run(&actor, DeleteReview { film }).await.unwrap();
    for refused in [
        code(world.run(&actor, ShowReview { film }).await),
        code(world.run(&actor, DeleteReview { film }).await),
    ] {
        assert_eq!(refused, "taste.review_not_found");
    }
    let refused = world.run(&actor, write(unknown(), "Slow.", true)).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
}

#[tokio::test]
async fn everybody_reads_what_is_public_by_those_who_are_welcome() {
    let world = World::new();
    let film = world.has(a_film()).id;
    for (user, is_public) in [
        (a_user().named("Anna"), true),
        (a_user().named("Ben"), false),
        (a_user().named("Carl").disabled(), true),
        (a_user().named("Dora"), true),
    ] {
        let actor = world.signed_in(&world.has(user));
        world.clock.advance(Duration::seconds(1));
        let request = write(film, "Slow.", is_public);
        world.run(&actor, request).await.unwrap();
    }
    let page = first_page();
    let request = ListFilmReviews { film, page };
    let page = world.run(&Actor::Anonymous, request).await.unwrap();
    let authors: Vec<&str> = page.items.iter().map(|each| each.author.as_str()).collect();
    assert_eq!(authors, ["Dora", "Anna"]);
    let (film, page) = (unknown(), first_page());
    let request = ListFilmReviews { film, page };
    let refused = world.run(&Actor::Anonymous, request).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
}

#[tokio::test]
async fn progress_is_told_and_taken_back_and_means_what_it_says() {
    let world = World::new();
    let anna = world.has(a_user());
    let actor = world.signed_in(&anna);
    let film = world.has(a_film()).id;
    let on = |list: StandardList| world.stored().films_on(list.of(anna.id));
    let set = |state| SetProgress { film, state };
    world.run(&actor, set(Progress::Planned)).await.unwrap();
    assert_eq!(on(StandardList::Wish), [film]);
    world.run(&actor, set(Progress::Watching)).await.unwrap();
    assert!(on(StandardList::Watched).is_empty());
    let completed = world.run(&actor, set(Progress::Completed)).await.unwrap();
    assert_eq!(on(StandardList::Watched), [film]);
    assert_eq!(world.stored().diary_of(anna.id).len(), 1);
    world.clock.advance(Duration::hours(1));
    let again = world.run(&actor, set(Progress::Completed)).await.unwrap();
    assert_eq!(again, completed);
    for (state, expected) in [
        (None, 1),
        (Some(Progress::Completed), 1),
        (Some(Progress::Planned), 0),
    ] {
        let page = first_page();
        let listed = world.run(&actor, ListProgress { state, page }).await;
        assert_eq!(listed.unwrap().items.len(), expected);
    }
    world.run(&actor, ClearProgress { film }).await.unwrap();
    let refused = world.run(&actor, ClearProgress { film }).await;
    assert_eq!(code(refused), "taste.no_progress");
    assert_eq!(on(StandardList::Watched), [film]);
    let (film, state) = (unknown(), Progress::Planned);
    let refused = world.run(&actor, SetProgress { film, state }).await;
    assert_eq!(code(refused), "catalogue.film_not_found");
}

#[tokio::test]
async fn what_is_hidden_is_listed_until_it_is_shown_again() {
    let world = World::new();
    let actor = world.signed_in(&world.has(a_user()));
    let film = HiddenSubject::Film(world.has(a_film().titled("Jaws")).id);
    let genre = HiddenSubject::Genre(world.has(a_genre("Horror")).id);
    let hide = |subject, how| HideThing { subject, how };
    let first = world.run(&actor, hide(film, Hide::Hide)).await.unwrap();
    world.clock.advance(Duration::hours(1));
    let again = world.run(&actor, hide(film, Hide::Hide)).await.unwrap();
    assert_eq!(again, first);
    let other = hide(film, Hide::NotInterested);
    let other = world.run(&actor, other).await.unwrap();
    assert_eq!(
        (other.how, other.hidden_at),
        (Hide::NotInterested, world.now())
    );
    world.run(&actor, hide(genre, Hide::Hide)).await.unwrap();
    for (kind, expected) in [
        (HiddenKind::Films, 1),
        (HiddenKind::Genres, 1),
        (HiddenKind::People, 0),
    ] {
        let page = first_page();
        let listed = world.run(&actor, ListHidden { kind, page }).await;
        assert_eq!(listed.unwrap().items.len(), expected);
    }
    for subject in [film, genre] {
        world.run(&actor, UnhideThing { subject }).await.unwrap();
        let refused = world.run(&actor, UnhideThing { subject }).await;
        assert_eq!(code(refused), "taste.not_hidden");
    }
    for kind in HiddenKind::ALL {
        let request = hide(kind.of(uuid::Uuid::nil()), Hide::Hide);
        let refused = world.run(&actor, request).await;
        assert_eq!(code(refused), "taste.nothing_to_hide");
    }
}

#[tokio::test]
async fn nobody_tells_anything_without_signing_in() {
    let world = World::new();
    let film = world.has(a_film()).id;
    let nobody = Actor::Anonymous;
    let state = Progress::Planned;
    let subject = HiddenSubject::Film(film);
    let hide = HideThing {
        subject,
        how: Hide::Hide,
    };
    for refused in [
        code(world.run(&nobody, write(film, "Slow.", true)).await),
        code(world.run(&nobody, SetProgress { film, state }).await),
        code(world.run(&nobody, hide).await),
    ] {
        assert_eq!(refused, "identity.not_signed_in");
    }
}
