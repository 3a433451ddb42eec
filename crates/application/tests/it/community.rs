//! Communities of raters are imported, and removed again.
use crate::support::code;
use application::{
    community::{
        ImportRatings, ImportRatingsError, ImportedRatings, ListCommunities, RemoveCommunity,
        ports::FiledRating,
    },
    fakes::{FakeRatingFiles, World, a_genre, a_user},
    jobs::handler::Progress,
    shared::actor::Actor,
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{ExternalRef, ExternalSource, FilmTitle, GenreSlug, ReleaseYear},
    community::{CommunityRating, ListedFilm},
    taste::Rating,
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

/// Notes what an import tells, and stops it when it is told to.
#[derive(Default)]
struct Noted {
    steps: Mutex<Vec<(u64, Option<u64>)>>,
    is_cancelled: AtomicBool,
}

#[async_trait]
impl Progress for Noted {
    async fn report(&self, done: u64, total: Option<u64>) {
        self.steps.lock().unwrap().push((done, total));
    }
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.load(Ordering::SeqCst)
    }
}

fn listed(item: i64, title: &str, imdb: &str) -> ListedFilm {
    ListedFilm {
        item,
        title: FilmTitle::parse(title).unwrap(),
        original_title: None,
        year: ReleaseYear::try_from(1979).ok(),
        genres: ["drama", "unheard-of"]
            .map(|slug| GenreSlug::parse(slug).unwrap())
            .to_vec(),
        refs: vec![ExternalRef::new(ExternalSource::Imdb, imdb).unwrap()],
    }
}

fn films() -> Vec<ListedFilm> {
    vec![
        listed(10, "Stalker", "tt0079944"),
        listed(11, "Alien", "tt0078748"),
        // The same film under another number.
        listed(12, "Alien", "tt0078748"),
    ]
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn filed(rater: i64, item: i64, value: i64, seconds: i64) -> FiledRating {
    FiledRating {
        rater,
        item,
        rating: Rating::try_from(value).unwrap(),
        rated_at: at(seconds),
    }
}

fn ratings() -> Vec<FiledRating> {
    vec![
        filed(1, 10, 9, 100),
        filed(1, 11, 7, 101),
        filed(1, 12, 8, 102),
        filed(2, 10, 5, 103),
        filed(2, 11, 6, 104),
    ]
}

fn files() -> FakeRatingFiles {
    FakeRatingFiles::of('a', films(), ratings())
}

async fn import_watched(
    world: &World,
    files: &FakeRatingFiles,
    progress: &Arc<Noted>,
) -> Result<ImportedRatings, ImportRatingsError> {
    let request = ImportRatings {
        name: "friends".parse().unwrap(),
        files: Arc::new(files.clone()),
        progress: progress.clone(),
    };
    world.run(&Actor::System, request).await
}

async fn import(world: &World, files: &FakeRatingFiles) -> ImportedRatings {
    let progress = Arc::default();
    import_watched(world, files, &progress).await.unwrap()
}

/// Who rated how, by rater and then by value.
fn kept(world: &World) -> Vec<(i64, u8)> {
    let stored = world.stored();
    let community = stored.community("friends").unwrap();
    let mut kept: Vec<_> = stored
        .community_ratings(community.id)
        .iter()
        .map(|CommunityRating { rater, rating, .. }| (*rater, rating.get()))
        .collect();
    kept.sort_unstable();
    kept
}

#[tokio::test]
async fn ratings_come_in_and_films_that_are_missing_are_made() {
    let world = World::new();
    world.has(a_genre("Drama"));
    let progress = Arc::default();
    let imported = import_watched(&world, &files(), &progress).await.unwrap();
    assert_eq!((imported.new_films, imported.is_unchanged), (2, false));
    let community = &imported.community;
    assert_eq!((community.raters, community.ratings), (2, 4));
    assert_eq!(community.imported_at, Some(world.now()));
    // Of two ratings of one film the later one counts.
    assert_eq!(kept(&world), [(1, 8), (1, 9), (2, 5), (2, 6)]);
    assert_eq!(world.stored().film_count(), 2);
    let steps = progress.steps.lock().unwrap().clone();
    assert_eq!(steps, [0, 2, 4, 5].map(|done| (done, Some(5))).to_vec());
}

#[tokio::test]
async fn the_same_files_again_change_nothing() {
    let world = World::new();
    import(&world, &files()).await;
    let before = world.stored();
    let again = import(&world, &files()).await;
    assert!(again.is_unchanged);
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_and_doubles_nothing() {
    let world = World::new();
    let files = files();
    files.break_after(2);
    let broken = import_watched(&world, &files, &Arc::default()).await;
    assert_eq!(code(broken), "community.file_unreadable");
    let begun = world.stored().community("friends").unwrap().clone();
    assert_eq!((begun.done, begun.imported_at), (Some(4), None));
    files.mend();
    let progress = Arc::default();
    let imported = import_watched(&world, &files, &progress).await.unwrap();
    assert_eq!((imported.new_films, imported.community.ratings), (0, 4));
    assert_eq!(progress.steps.lock().unwrap()[0], (4, Some(5)));
    assert_eq!(world.stored().film_count(), 2);
}

#[tokio::test]
async fn files_that_are_bad_leave_no_trace() {
    let world = World::new();
    let before = world.stored();
    let files = files();
    files.break_after(0);
    let refused = import_watched(&world, &files, &Arc::default()).await;
    assert_eq!(code(refused), "community.file_unreadable");
    assert_eq!(world.stored(), before);
}

#[tokio::test]
async fn files_that_tell_something_else_replace_what_was_told() {
    let world = World::new();
    import(&world, &files()).await;
    let mut ratings = ratings();
    ratings.remove(3);
    ratings[0] = filed(1, 10, 2, 90);
    let newer = FakeRatingFiles::of('b', films(), ratings);
    let imported = import(&world, &newer).await;
    assert_eq!((imported.new_films, imported.is_unchanged), (0, false));
    assert_eq!(kept(&world), [(1, 2), (1, 8), (2, 6)]);
}

#[tokio::test]
async fn an_import_that_is_told_to_stop_stops() {
    let world = World::new();
    let progress = Arc::<Noted>::default();
    progress.is_cancelled.store(true, Ordering::SeqCst);
    let stopped = import_watched(&world, &files(), &progress).await;
    assert_eq!(code(stopped), "community.import_stopped");
    assert!(kept(&world).is_empty());
}

#[tokio::test]
async fn a_community_can_be_taken_out_again_and_its_films_stay() {
    let world = World::new();
    import(&world, &files()).await;
    let request = RemoveCommunity {
        name: "friends".parse().unwrap(),
    };
    world.run(&Actor::System, request.clone()).await.unwrap();
    assert!(world.stored().community("friends").is_none());
    assert_eq!(world.stored().film_count(), 2);
    let missing = world.run(&Actor::System, request).await;
    assert_eq!(code(missing), "community.not_found");
    assert_eq!(import(&world, &files()).await.new_films, 0);
}

#[tokio::test]
async fn communities_are_listed_with_those_that_are_not_whole() {
    let world = World::new();
    let files = files();
    files.break_after(1);
    let broken = import_watched(&world, &files, &Arc::default()).await;
    assert!(broken.is_err());
    let listed = world.run(&Actor::System, ListCommunities).await.unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|community| (community.name.as_str(), community.done))
        .collect();
    assert_eq!(listed, [("friends", Some(2))]);
}

#[tokio::test]
async fn only_the_operator_imports_lists_and_removes() {
    let world = World::new();
    let anna = world.has(a_user());
    let anna = world.signed_in(&anna);
    let request = ImportRatings {
        name: "friends".parse().unwrap(),
        files: Arc::new(files()),
        progress: Arc::<Noted>::default(),
    };
    assert_eq!(
        code(world.run(&anna, request).await),
        "identity.not_operator"
    );
    let listed = world.run(&anna, ListCommunities).await;
    assert_eq!(code(listed), "identity.not_operator");
    let request = RemoveCommunity {
        name: "friends".parse().unwrap(),
    };
    assert_eq!(
        code(world.run(&anna, request).await),
        "identity.not_operator"
    );
}
