//! Diaries in numbers, what viewers say of films, and what everybody thinks of one.
use super::{Bench, contract};
use application::{
    catalogue::ports::{FilmFilter, FilmOrder, ViewerFilter},
    community::{ImportRatings, ports::FiledRating},
    fakes::{FakeRatingFiles, Fixture, a_film, a_genre, a_sourced_film, a_user, opening_time},
    jobs::handler::Progress,
    module::ApplicationModule,
    shared::{
        actor::Actor,
        page::{PageRequest, PageSize},
        use_case::{Request, UseCase},
    },
    taste::stats::{Stats, Tally},
};
use async_trait::async_trait;
use chrono::{DateTime, NaiveDate};
use domain::{
    catalogue::{CountryName, ExternalRef, ExternalSource, FilmId, FilmTitle, SourceName},
    community::ListedFilm,
    identity::UserId,
    shared::Id,
    taste::{DiaryYear, FilmRating, Opinion, Rating, Viewing, ViewingDay},
};
use shaku::HasComponent;
use std::sync::Arc;
use uuid::Uuid;

struct Unwatched;

#[async_trait]
impl Progress for Unwatched {
    async fn report(&self, _: u64, _: Option<u64>) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

async fn execute<R: Request>(bench: &Bench, request: R) -> R::Response
where
    ApplicationModule: HasComponent<dyn UseCase<R>>,
{
    let app = ApplicationModule::builder(Arc::clone(&bench.ports)).build();
    let use_case: &dyn UseCase<R> = app.resolve_ref();
    use_case.execute(&Actor::System, request).await.unwrap()
}

async fn somebody(bench: &Bench, name: &str) -> UserId {
    let user = a_user().with_email(&format!("{name}@example.org")).build();
    bench.has_user(&user).await;
    user.id
}

async fn rates(bench: &Bench, user: UserId, film: FilmId, value: i64) {
    let rating = FilmRating {
        user,
        film,
        rating: Rating::try_from(value).unwrap(),
        rated_at: opening_time(),
    };
    let uow = bench.store().begin().await.unwrap();
    uow.ratings().put(&rating).await.unwrap().unwrap();
    uow.commit().await.unwrap();
}

/// Somebody saw a film on a day, for the first time unless it is said to be another.
async fn saw(bench: &Bench, user: UserId, film: FilmId, day: Option<&str>, is_rewatch: bool) {
    let id = Id::named(Uuid::NAMESPACE_OID, &format!("{user} {film} {day:?}"));
    let day = day.map(|day| {
        let day: NaiveDate = day.parse().unwrap();
        ViewingDay::stored(day).unwrap()
    });
    let viewing = Viewing {
        watched_on: day,
        is_rewatch,
        ..Viewing::bare(id, user, film, opening_time())
    };
    bench.has_viewing(&viewing).await;
}

/// Three films: an Italian drama of 1963 and of two hours, another drama of 1968, and one of unknown year.
async fn films(bench: &Bench) -> Vec<FilmId> {
    bench.has_genre(a_genre("Drama")).await;
    bench.has_genre(a_genre("Comedy")).await;
    let told = [
        a_sourced_film(SourceName::Tmdb, "movie/1")
            .titled("One")
            .of_year(1963)
            .directed_by("Federico Fellini")
            .of_genre("drama")
            .of_genre("comedy")
            .with(|film| {
                film.runtime_minutes = Some(120);
                film.countries = vec![CountryName::parse("Italy").unwrap()];
            })
            .build(),
        a_sourced_film(SourceName::Tmdb, "movie/2")
            .titled("Two")
            .of_year(1968)
            .directed_by("Federico Fellini")
            .of_genre("drama")
            .build(),
        a_sourced_film(SourceName::Tmdb, "movie/3")
            .titled("Three")
            .build(),
    ];
    let request = application::catalogue::imports::ImportFilms {
        told: told.to_vec(),
        reached: None,
    };
    let films = execute(bench, request).await.films;
    films.into_iter().flatten().collect()
}

fn told<K>(tallies: &[Tally<K>]) -> Vec<(&K, u64, u64, u64, Option<f64>)> {
    let told = tallies.iter().map(|tally| {
        let Tally {
            what,
            films,
            viewings,
            ratings,
            mean,
        } = tally;
        (what, *films, *viewings, *ratings, *mean)
    });
    told.collect()
}

async fn count(bench: &Bench, user: UserId, year: Option<i64>) -> Stats {
    let year = year.map(|year| DiaryYear::try_from(year).unwrap());
    bench.stats().count(user, year).await.unwrap()
}

async fn a_diary_is_told_in_numbers(bench: Bench) {
    let (anna, ben) = (
        somebody(&bench, "anna").await,
        somebody(&bench, "ben").await,
    );
    let films = films(&bench).await;
    saw(&bench, anna, films[0], Some("2025-12-31"), false).await;
    saw(&bench, anna, films[0], Some("2026-01-01"), true).await;
    saw(&bench, anna, films[1], Some("2026-01-15"), false).await;
    saw(&bench, anna, films[2], None, false).await;
    saw(&bench, ben, films[1], Some("2026-02-01"), false).await;
    rates(&bench, anna, films[0], 10).await;
    rates(&bench, anna, films[1], 5).await;
    rates(&bench, ben, films[1], 1).await;
    let stats = count(&bench, anna, None).await;
    assert_eq!(
        told(std::slice::from_ref(&stats.total)),
        [(&(), 3, 4, 2, Some(7.5))]
    );
    assert_eq!((stats.rewatches, stats.minutes), (1, 240));
    let rated = |value: i64| Rating::try_from(value).unwrap();
    assert_eq!(stats.by_rating, [(rated(5), 1), (rated(10), 1)]);
    assert_eq!(
        told(&stats.by_year),
        [(&2026, 2, 2, 2, Some(7.5)), (&2025, 1, 1, 1, Some(10.0))]
    );
    let months: Vec<_> = told(&stats.by_month)
        .into_iter()
        .map(|(month, films, ..)| (month.as_str(), films))
        .collect();
    assert_eq!(months, [("2026-01", 2), ("2025-12", 1)]);
    assert_eq!(told(&stats.by_decade), [(&1960, 2, 3, 2, Some(7.5))]);
    let genres: Vec<_> = told(&stats.by_genre)
        .into_iter()
        .map(|(_, films, viewings, ..)| (films, viewings))
        .collect();
    assert_eq!(genres, [(2, 3), (1, 2)]);
    assert_eq!(stats.by_director.len(), 1);
    assert_eq!(stats.by_director[0].what.name, "Federico Fellini");
    assert_eq!(stats.by_director[0].films, 2);
    assert_eq!(
        told(&stats.by_country),
        [(&"Italy".to_owned(), 1, 2, 1, Some(10.0))]
    );
    assert_eq!(stats.best, films[..2]);
}

async fn a_year_is_told_by_itself(bench: Bench) {
    let anna = somebody(&bench, "anna").await;
    let films = films(&bench).await;
    saw(&bench, anna, films[0], Some("2025-12-31"), false).await;
    saw(&bench, anna, films[1], Some("2026-01-01"), false).await;
    saw(&bench, anna, films[1], Some("2026-12-31"), true).await;
    saw(&bench, anna, films[2], None, false).await;
    rates(&bench, anna, films[1], 6).await;
    let stats = count(&bench, anna, Some(2026)).await;
    assert_eq!(
        told(std::slice::from_ref(&stats.total)),
        [(&(), 1, 2, 1, Some(6.0))]
    );
    assert_eq!(told(&stats.by_year), [(&2026, 1, 2, 1, Some(6.0))]);
    assert_eq!(stats.by_month.len(), 2);
    assert_eq!(stats.best, [films[1]]);
}

async fn an_empty_diary_is_told_in_noughts(bench: Bench) {
    let anna = somebody(&bench, "anna").await;
    for year in [None, Some(2026)] {
        let stats = count(&bench, anna, year).await;
        assert_eq!(
            told(std::slice::from_ref(&stats.total)),
            [(&(), 0, 0, 0, None)]
        );
        assert_eq!((stats.rewatches, stats.minutes), (0, 0));
        assert!(stats.by_year.is_empty() && stats.by_genre.is_empty() && stats.best.is_empty());
    }
}

async fn what_a_viewer_says_of_films_is_theirs_alone(bench: Bench) {
    let (anna, ben) = (
        somebody(&bench, "anna").await,
        somebody(&bench, "ben").await,
    );
    let films = films(&bench).await;
    saw(&bench, anna, films[0], Some("2025-12-31"), false).await;
    saw(&bench, anna, films[0], Some("2026-01-01"), true).await;
    saw(&bench, anna, films[0], None, true).await;
    saw(&bench, anna, films[1], None, false).await;
    rates(&bench, anna, films[0], 9).await;
    let mines = bench.mines().of(anna, &films).await.unwrap();
    assert_eq!(mines.len(), 2);
    let first = mines[&films[0]];
    assert_eq!(first.rating.map(|(rating, _)| rating.get()), Some(9));
    assert_eq!(first.rating.map(|(_, at)| at), Some(opening_time()));
    assert_eq!(first.last_seen_on, NaiveDate::from_ymd_opt(2026, 1, 1));
    assert_eq!(first.viewings, 3);
    let second = mines[&films[1]];
    assert_eq!(
        (second.rating, second.last_seen_on, second.viewings),
        (None, None, 1)
    );
    assert!(bench.mines().of(ben, &films).await.unwrap().is_empty());
    assert!(bench.mines().of(anna, &[]).await.unwrap().is_empty());
}

async fn films_are_listed_by_what_their_viewer_says(bench: Bench) {
    let anna = somebody(&bench, "anna").await;
    let films = films(&bench).await;
    rates(&bench, anna, films[0], 9).await;
    let liked = domain::library::StandardList::Liked.of(anna);
    bench
        .entries()
        .add(liked, anna, films[1], opening_time())
        .await
        .unwrap();
    let titles = async |told: ViewerFilter, viewer: Option<UserId>| {
        let filter = FilmFilter {
            told,
            ..FilmFilter::default()
        };
        let page = PageRequest {
            size: PageSize::default(),
            after: None,
        };
        let list = bench.films().list(&filter, FilmOrder::Title, &page, viewer);
        let films = list.await.unwrap().items;
        films
            .iter()
            .map(|film| film.card.title.clone())
            .collect::<Vec<_>>()
    };
    let rated = |is_so| ViewerFilter {
        rated: Some(is_so),
        ..ViewerFilter::default()
    };
    let liked = |is_so| ViewerFilter {
        liked: Some(is_so),
        ..ViewerFilter::default()
    };
    assert_eq!(titles(rated(true), Some(anna)).await, ["One"]);
    assert_eq!(titles(rated(false), Some(anna)).await, ["Three", "Two"]);
    assert_eq!(titles(liked(true), Some(anna)).await, ["Two"]);
    assert_eq!(titles(liked(false), Some(anna)).await, ["One", "Three"]);
    let both = ViewerFilter {
        rated: Some(false),
        liked: Some(false),
        ..ViewerFilter::default()
    };
    assert_eq!(titles(both, Some(anna)).await, ["Three"]);
    assert!(titles(rated(true), None).await.is_empty());
    assert_eq!(titles(liked(false), None).await.len(), 3);
}

async fn a_film_shows_what_users_and_communities_think(bench: Bench) {
    let (anna, ben) = (
        somebody(&bench, "anna").await,
        somebody(&bench, "ben").await,
    );
    let film = films(&bench).await[0];
    let shown = async || {
        bench
            .films()
            .show_details(film, None)
            .await
            .unwrap()
            .unwrap()
    };
    let before = shown().await;
    assert_eq!(before.opinion, Opinion::default());
    assert_eq!(before.opinion_of_communities, Opinion::default());
    rates(&bench, anna, film, 10).await;
    rates(&bench, ben, film, 5).await;
    let listed = ListedFilm {
        item: 1,
        title: FilmTitle::parse("One").unwrap(),
        original_title: None,
        year: None,
        genres: Vec::new(),
        refs: vec![ExternalRef::new(ExternalSource::Tmdb, "1").unwrap()],
    };
    let filed = |rater, value: i64| FiledRating {
        rater,
        item: 1,
        rating: Rating::try_from(value).unwrap(),
        rated_at: DateTime::UNIX_EPOCH,
    };
    let ratings = vec![filed(1, 2), filed(2, 3), filed(3, 4)];
    let request = ImportRatings {
        name: "friends".parse().unwrap(),
        files: Arc::new(FakeRatingFiles::of('a', vec![listed], ratings)),
        progress: Arc::new(Unwatched),
    };
    execute(&bench, request).await;
    let after = shown().await;
    assert_eq!(after.opinion.count(), 2);
    assert_eq!(after.opinion.mean(), Some(7.5));
    assert_eq!(after.opinion_of_communities.count(), 3);
    assert_eq!(after.opinion_of_communities.mean(), Some(3.0));
    let other = a_film().build();
    bench.has_film(&other).await;
    let other = bench.films().show_details(other.id, None).await.unwrap();
    assert_eq!(other.unwrap().opinion.count(), 0);
}

contract!(
    a_diary_is_told_in_numbers,
    a_year_is_told_by_itself,
    an_empty_diary_is_told_in_noughts,
    what_a_viewer_says_of_films_is_theirs_alone,
    films_are_listed_by_what_their_viewer_says,
    a_film_shows_what_users_and_communities_think,
);
