//! Communities of raters.
use super::{Bench, contract};
use application::{
    community::{ImportRatings, ImportedRatings, RemoveCommunity, ports::FiledRating},
    fakes::{FakeRatingFiles, Fixture, a_film, a_genre, a_sourced_film, a_user},
    jobs::handler::Progress,
    module::ApplicationModule,
    shared::{
        actor::Actor,
        use_case::{Request, UseCase},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::{
    catalogue::{
        ExternalRef, ExternalSource, FilmId, FilmTitle, GenreSlug, ReleaseYear, SourceName,
    },
    community::{CommunityId, CommunityRating, ListedFilm},
    taste::Rating,
};
use shaku::HasComponent;
use std::sync::Arc;

struct Unwatched;

#[async_trait]
impl Progress for Unwatched {
    async fn report(&self, _: u64, _: Option<u64>) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

async fn execute<R: Request>(bench: &Bench, request: R) -> Result<R::Response, R::Error>
where
    ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let app = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let use_case: &dyn UseCase<R> = app.resolve_ref();
    use_case.execute(&Actor::System, request).await
}

async fn import(bench: &Bench, files: &FakeRatingFiles) -> ImportedRatings {
    let request = ImportRatings {
        name: "friends".parse().unwrap(),
        files: Arc::new(files.clone()),
        progress: Arc::new(Unwatched),
    };
    execute(bench, request).await.unwrap()
}

fn name(source: ExternalSource, value: &str) -> ExternalRef {
    ExternalRef::new(source, value).unwrap()
}

fn listed(item: i64, title: &str, year: i64, refs: &[ExternalRef]) -> ListedFilm {
    ListedFilm {
        item,
        title: FilmTitle::parse(title).unwrap(),
        original_title: None,
        year: ReleaseYear::try_from(year).ok(),
        genres: vec![GenreSlug::parse("drama").unwrap()],
        refs: refs.to_vec(),
    }
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

async fn films_of(bench: &Bench, community: CommunityId, items: &[i64]) -> Vec<FilmId> {
    let uow = bench.store().begin().await.unwrap();
    let films = uow.communities().films(community).await.unwrap();
    items.iter().map(|item| films[item]).collect()
}

async fn films_are_recognised_by_their_names_elsewhere_and_others_are_made(bench: Bench) {
    let drama = bench.has_genre(a_genre("Drama")).await;
    let sourced = a_sourced_film(SourceName::Tmdb, "movie/1398")
        .titled("Сталкер")
        .of_year(1979)
        .known_as(ExternalSource::Imdb, "tt0079944")
        .build();
    let order = application::catalogue::imports::ImportFilms {
        told: vec![sourced],
        reached: None,
    };
    let known = execute(&bench, order).await.unwrap().films[0].unwrap();
    let anna = a_user().build();
    bench.has_user(&anna).await;
    let own = a_film()
        .titled("Harbour")
        .released_in(1971)
        .owned_by(anna.id)
        .build();
    bench.has_film(&own).await;
    let told = vec![
        listed(
            1,
            "Stalker",
            1979,
            &[name(ExternalSource::Imdb, "tt0079944")],
        ),
        listed(2, "Stalker", 1979, &[name(ExternalSource::Tmdb, "1398")]),
        listed(3, "Harbour", 1971, &[name(ExternalSource::Tmdb, "71")]),
    ];
    let files = FakeRatingFiles::of('a', told, vec![filed(1, 1, 9, 100)]);
    let imported = import(&bench, &files).await;
    assert_eq!(imported.new_films, 1);
    let places = films_of(&bench, imported.community.id, &[1, 2, 3]).await;
    assert_eq!(places[..2], [known, known]);
    // Somebody's own film is not what everybody means.
    assert_ne!(places[2], own.id);
    let made = bench.films().show_details(places[2], None).await.unwrap();
    let made = made.unwrap();
    assert_eq!(made.film.card.title, "Harbour");
    assert_eq!(made.film.card.release_year, Some(1971));
    assert_eq!(made.film.card.tmdb.map(|tmdb| tmdb.0), Some(71));
    assert_eq!(made.genres, [drama.id]);
}

async fn a_film_of_the_same_title_and_year_is_recognised_unless_its_names_differ(bench: Bench) {
    let first = FakeRatingFiles::of(
        'a',
        vec![
            listed(
                1,
                "The Lantern",
                1971,
                &[name(ExternalSource::Imdb, "tt0000071")],
            ),
            listed(2, "Harbour", 1971, &[]),
        ],
        Vec::new(),
    );
    let known = import(&bench, &first).await.community.id;
    let known = films_of(&bench, known, &[1, 2]).await;
    let others = FakeRatingFiles::of(
        'b',
        vec![
            listed(
                5,
                "Lantern",
                1971,
                &[name(ExternalSource::Imdb, "tt0000072")],
            ),
            listed(6, "Harbour", 1971, &[name(ExternalSource::Tmdb, "72")]),
            listed(7, "harbour!", 1971, &[]),
            listed(8, "Harbour", 1972, &[]),
        ],
        Vec::new(),
    );
    let request = ImportRatings {
        name: "others".parse().unwrap(),
        files: Arc::new(others),
        progress: Arc::new(Unwatched),
    };
    let others = execute(&bench, request).await.unwrap();
    assert_eq!(others.new_films, 2);
    let places = films_of(&bench, others.community.id, &[5, 6, 7, 8]).await;
    assert_ne!(places[0], known[0]);
    assert_eq!(places[1], known[1]);
    assert_eq!(places[2], known[1]);
    assert_ne!(places[3], known[1]);
}

fn friends() -> (Vec<ListedFilm>, Vec<FiledRating>) {
    let films = vec![
        listed(
            10,
            "Stalker",
            1979,
            &[name(ExternalSource::Imdb, "tt0079944")],
        ),
        listed(
            11,
            "Alien",
            1979,
            &[name(ExternalSource::Imdb, "tt0078748")],
        ),
    ];
    let ratings = vec![
        filed(1, 10, 9, 100),
        filed(1, 11, 7, 101),
        filed(2, 10, 5, 102),
        filed(1, 10, 8, 103),
        filed(1, 11, 6, 99),
    ];
    (films, ratings)
}

async fn the_newest_rating_of_a_film_is_kept_in_whichever_portion_it_comes(bench: Bench) {
    let (films, ratings) = friends();
    let imported = import(&bench, &FakeRatingFiles::of('a', films, ratings)).await;
    let community = imported.community;
    assert_eq!((community.raters, community.ratings), (2, 3));
    let listed = bench.communities().list().await.unwrap();
    assert_eq!(listed, [community]);
}

async fn what_only_an_earlier_import_told_goes_with_the_next(bench: Bench) {
    let (films, mut ratings) = friends();
    import(
        &bench,
        &FakeRatingFiles::of('a', films.clone(), ratings.clone()),
    )
    .await;
    ratings.remove(2);
    let imported = import(&bench, &FakeRatingFiles::of('b', films, ratings)).await;
    let community = imported.community;
    assert_eq!((community.raters, community.ratings), (1, 2));
    assert_eq!(community.round, 2);
}

async fn an_older_rating_of_a_later_import_replaces_a_newer_one(bench: Bench) {
    let (films, ratings) = friends();
    let first = import(&bench, &FakeRatingFiles::of('a', films.clone(), ratings)).await;
    let film = films_of(&bench, first.community.id, &[10]).await[0];
    let mut community = first.community;
    community.round += 1;
    let rating = CommunityRating {
        rater: 1,
        film,
        rating: Rating::MIN,
        rated_at: at(1),
    };
    let uow = bench.store().begin().await.unwrap();
    let communities = uow.communities();
    communities
        .add_ratings(&community, &[rating])
        .await
        .unwrap();
    let counted = communities.settle(&community).await.unwrap();
    assert_eq!((counted.raters, counted.ratings), (1, 1));
}

async fn a_removed_community_is_gone_with_its_ratings(bench: Bench) {
    let (films, ratings) = friends();
    import(
        &bench,
        &FakeRatingFiles::of('a', films.clone(), ratings.clone()),
    )
    .await;
    let request = RemoveCommunity {
        name: "friends".parse().unwrap(),
    };
    execute(&bench, request).await.unwrap();
    assert!(bench.communities().list().await.unwrap().is_empty());
    // Nothing is left that the next import could stumble upon.
    let again = import(&bench, &FakeRatingFiles::of('a', films, ratings)).await;
    assert_eq!((again.new_films, again.community.ratings), (0, 3));
}

async fn raters_are_removed_some_at_a_time(bench: Bench) {
    let (films, ratings) = friends();
    let imported = import(&bench, &FakeRatingFiles::of('a', films, ratings)).await;
    let community = imported.community.id;
    let uow = bench.store().begin().await.unwrap();
    let communities = uow.communities();
    assert!(communities.remove_ratings(community, 1).await.unwrap());
    let left = communities.settle(&imported.community).await.unwrap();
    assert_eq!((left.raters, left.ratings), (1, 1));
    assert!(communities.remove_ratings(community, 1).await.unwrap());
    assert!(!communities.remove_ratings(community, 1).await.unwrap());
}

contract!(
    films_are_recognised_by_their_names_elsewhere_and_others_are_made,
    a_film_of_the_same_title_and_year_is_recognised_unless_its_names_differ,
    the_newest_rating_of_a_film_is_kept_in_whichever_portion_it_comes,
    what_only_an_earlier_import_told_goes_with_the_next,
    an_older_rating_of_a_later_import_replaces_a_newer_one,
    a_removed_community_is_gone_with_its_ratings,
    raters_are_removed_some_at_a_time,
);
