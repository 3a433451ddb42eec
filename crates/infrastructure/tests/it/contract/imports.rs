//! Films that other catalogues tell of.
use super::{Bench, contract};
use application::{
    catalogue::imports::{ImportError, ImportFilms, ImportTally, PageReached},
    fakes::{Fixture, a_film, a_genre, a_sourced_film, a_user, opening_time},
    module::ApplicationModule,
    shared::{actor::Actor, use_case::UseCase},
};
use chrono::Duration;
use domain::{
    catalogue::{
        Depth, ExternalRef, ExternalSource, FilmId, FilmKind, FilmTitle, KnownFilm, PosterUrl,
        SourceName, SourceRating, SourcedFilm,
    },
    shared::Id,
};
use shaku::HasComponent;
use std::sync::Arc;
use tokio::task::JoinSet;
use uuid::Uuid;

const TMDB: SourceName = SourceName::Tmdb;
const KINOPOISK: SourceName = SourceName::KinopoiskDev;

/// The application on the ports of a bench; each is an instance of its own.
fn instance(bench: &Bench) -> Arc<ApplicationModule> {
    Arc::new(ApplicationModule::builder(Arc::clone(&bench.ports)).build())
}

async fn import(bench: &Bench, told: Vec<SourcedFilm>) -> ImportTally {
    try_import(&instance(bench), told).await.unwrap()
}

async fn try_import(
    app: &ApplicationModule,
    told: Vec<SourcedFilm>,
) -> Result<ImportTally, ImportError> {
    let use_case: &dyn UseCase<ImportFilms> = app.resolve_ref();
    let request = ImportFilms {
        told,
        reached: None,
    };
    use_case.execute(&Actor::System, request).await
}

async fn known(bench: &Bench, film: FilmId) -> KnownFilm {
    let uow = bench.store().begin().await.unwrap();
    uow.imports().find(&[film]).await.unwrap().pop().unwrap()
}

fn matrix() -> SourcedFilm {
    a_sourced_film(TMDB, "movie/603")
        .titled("Матрица")
        .originally("The Matrix")
        .of_year(1999)
        .known_as(ExternalSource::Imdb, "tt0133093")
        .directed_by("Lana Wachowski")
        .directed_by("Lilly Wachowski")
        .starring("Keanu Reeves")
        .of_genre("action")
        .of_genre("anime-musical")
        .with(|film| {
            film.rating = SourceRating::new(8.2, 24_000);
            film.popularity = Some(71.5);
            film.keywords = vec!["simulated reality".to_owned(), "dystopia".to_owned()];
            film.runtime_minutes = Some(136);
            film.poster = PosterUrl::parse("https://image.tmdb.org/t/p/original/m.jpg").ok();
            film.other_titles = vec![FilmTitle::parse("Matrix").unwrap()];
        })
        .build()
}

async fn an_imported_film_is_stored_whole(bench: Bench) {
    let action = bench.has_genre(a_genre("Action")).await;
    let tally = import(&bench, vec![matrix()]).await;
    assert_eq!((tally.new, tally.changed), (1, 0));
    let film = known(&bench, tally.films[0].unwrap()).await;
    let mut told = matrix();
    told.genres.retain(|genre| genre.as_str() == "action");
    let mut expected = KnownFilm::discovered(film.id, &told, film.refreshed_at.unwrap());
    for (person, stored) in expected.people.iter_mut().zip(&film.people) {
        assert!(stored.id.is_some());
        person.id = stored.id;
    }
    expected.refs.sort_by_key(ExternalRef::source);
    let mut stored = film.clone();
    stored.refs.sort_by_key(ExternalRef::source);
    assert_eq!(stored, expected);
    let shown = bench
        .films()
        .show_details(film.id, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.film.card.title, "Матрица");
    assert_eq!(shown.film.card.tmdb.map(|tmdb| tmdb.0), Some(603));
    assert_eq!(shown.genres, [action.id]);
    assert_eq!(shown.directors.len(), 2);
    assert_eq!(shown.runtime_minutes, Some(136));
    assert_eq!(shown.original_title.as_deref(), Some("The Matrix"));
    assert!(shown.other_titles.is_empty(), "Matrix is The Matrix");
    let rating = &shown.ratings[0];
    assert_eq!((rating.source, rating.rating.votes()), (TMDB, 24_000));
    assert!((rating.rating.mean() - 8.2).abs() < 1e-9);
    let told_by: Vec<_> = shown.told_by.iter().map(|told| told.at.id()).collect();
    assert_eq!(told_by, ["movie/603"]);
    assert_eq!(shown.told_by[0].fetched_at, film.provenance[0].fetched_at);
    assert!(shown.film.card.is_complete);
}

async fn to_import_the_same_again_changes_nothing_that_is_seen(bench: Bench) {
    let first = import(&bench, vec![matrix()]).await;
    let film = first.films[0].unwrap();
    let mut again = matrix();
    again.rating = SourceRating::new(8.3, 24_500);
    let second = import(&bench, vec![again.clone(), again]).await;
    assert_eq!((second.new, second.changed), (0, 0));
    assert_eq!(second.films, [Some(film), Some(film)]);
    let shown = bench.films().show(film, None).await.unwrap().unwrap();
    assert_eq!(shown.card.revision, 1);
    let stored = known(&bench, film).await;
    assert_eq!(
        stored.ratings,
        [(TMDB, SourceRating::new(8.3, 24_500).unwrap())]
    );
    let mut longer = matrix();
    longer.runtime_minutes = Some(150);
    assert_eq!(import(&bench, vec![longer]).await.changed, 1);
    let shown = bench
        .films()
        .show_details(film, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.film.card.revision, 2);
    assert_eq!(shown.runtime_minutes, Some(150));
}

async fn the_same_film_of_two_sources_is_one(bench: Bench) {
    let tmdb = import(&bench, vec![matrix()]).await;
    let kinopoisk = a_sourced_film(KINOPOISK, "301")
        .titled("Матрица")
        .of_year(1999)
        .known_as(ExternalSource::Wikidata, "Q83495")
        .build();
    let merged = import(&bench, vec![kinopoisk]).await;
    assert_eq!(merged.films, tmdb.films);
    let film = known(&bench, merged.films[0].unwrap()).await;
    assert_eq!(film.refs.len(), 4);
    assert_eq!(film.provenance.len(), 2);
    assert_eq!(film.told_by, Some(TMDB));
    // In one breath, too.
    let solaris = |source, id| {
        a_sourced_film(source, id)
            .titled("Солярис")
            .of_year(1972)
            .build()
    };
    let both = vec![solaris(TMDB, "movie/593"), solaris(KINOPOISK, "43911")];
    let tally = import(&bench, both).await;
    assert_eq!(tally.new, 1);
    assert_eq!(tally.films[0], tally.films[1]);
}

async fn a_film_of_the_catalogue_is_recognised_and_keeps_what_it_has(bench: Bench) {
    let film = a_film()
        .titled("The Matrix")
        .described("A programmer wakes up.")
        .released_in(1999)
        .build();
    bench.has_film(&film).await;
    let shown = bench.films().show(film.id, None).await.unwrap().unwrap();
    assert!(!shown.card.is_complete);
    let tally = import(&bench, vec![matrix()]).await;
    assert_eq!(tally.films, [Some(film.id)]);
    assert_eq!((tally.new, tally.changed), (0, 1));
    let stored = known(&bench, film.id).await;
    assert_eq!(stored.title.as_str(), "The Matrix");
    assert_eq!(
        stored.description.unwrap().text.as_str(),
        "A programmer wakes up."
    );
    assert_eq!(stored.told_by, None);
    let shown = bench
        .films()
        .show_details(film.id, None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(shown.cast.len(), 1);
    assert_eq!(shown.other_titles, ["Матрица"]);
    assert_eq!(shown.film.card.revision, 2);
}

async fn a_users_own_film_is_left_alone(bench: Bench) {
    let user = a_user().build();
    bench.has_user(&user).await;
    let own = a_film()
        .titled("The Matrix")
        .released_in(1999)
        .owned_by(user.id)
        .build();
    bench.has_film(&own).await;
    let tally = import(&bench, vec![matrix()]).await;
    assert_eq!(tally.new, 1);
    assert_ne!(tally.films, [Some(own.id)]);
    let uow = bench.store().begin().await.unwrap();
    assert!(uow.imports().find(&[own.id]).await.unwrap().is_empty());
    assert_eq!(uow.films().find(own.id).await.unwrap(), Some(own.clone()));
    let long_ago = opening_time() - Duration::days(1);
    assert!(
        !uow.imports()
            .note_asked(own.id, opening_time(), long_ago)
            .await
            .unwrap()
    );
}

async fn what_cannot_be_told_from_other_films_yet_is_left_out(bench: Bench) {
    let brief = |film: SourcedFilm| SourcedFilm {
        refs: film.at.external_ref().into_iter().collect(),
        depth: Depth::Brief,
        ..film
    };
    let tally = import(&bench, vec![brief(matrix())]).await;
    assert_eq!((tally.new, tally.films.as_slice()), (0, [None].as_slice()));
    let whole = import(&bench, vec![matrix()]).await;
    assert_eq!(
        import(&bench, vec![brief(matrix())]).await.films,
        whole.films
    );
}

async fn people_are_the_same_wherever_they_are_known_by_the_same_name(bench: Bench) {
    let with_reeves = |id: &str, name: &str, number: &str| {
        let number = ExternalRef::new(ExternalSource::Tmdb, number).unwrap();
        a_sourced_film(TMDB, id)
            .starring(name)
            .with(|film| film.people[0].reference = Some(number))
            .build()
    };
    let told = vec![
        with_reeves("movie/1", "Keanu Reeves", "6384"),
        with_reeves("movie/2", "Киану Ривз", "6384"),
        with_reeves("movie/3", "Keanu Reeves", "999"),
    ];
    let tally = import(&bench, told.clone()).await;
    let mut people = Vec::new();
    for film in tally.films.iter().flatten() {
        let shown = bench
            .films()
            .show_details(*film, None)
            .await
            .unwrap()
            .unwrap();
        people.push(shown.cast[0].person);
    }
    assert_eq!(people[0], people[1]);
    assert_ne!(people[0], people[2]);
    assert_eq!(import(&bench, told).await.changed, 0);
}

async fn what_somebody_says_of_an_imported_film_stays(bench: Bench) {
    let tally = import(&bench, vec![matrix()]).await;
    let id = tally.films[0].unwrap();
    let uow = bench.store().begin().await.unwrap();
    let mut film = uow.films().find(id).await.unwrap().unwrap();
    let mut content = film.content.clone();
    content.title = FilmTitle::parse("Матрица: начало").unwrap();
    film.revise(content, opening_time());
    uow.films().save(&film).await.unwrap();
    uow.commit().await.unwrap();
    import(&bench, vec![matrix()]).await;
    let stored = known(&bench, id).await;
    assert_eq!(stored.title.as_str(), "Матрица: начало");
    assert_eq!(stored.original_title.unwrap().as_str(), "The Matrix");
    assert_eq!(stored.told_by, None);
}

async fn many_who_import_the_same_films_at_once_make_each_once(bench: Bench) {
    let films = || {
        let film = |number: u32| {
            a_sourced_film(TMDB, &format!("movie/{number}"))
                .titled(&format!("Film {number}"))
                .of_year(1999)
                .starring("Keanu Reeves")
                .build()
        };
        let mut films: Vec<SourcedFilm> = (1..=12).map(film).collect();
        // What only title and year tell to be the same.
        let unnamed = a_sourced_film(KINOPOISK, "5")
            .titled("Film 5")
            .of_year(1999);
        films.push(unnamed.build());
        films
    };
    let mut importers = JoinSet::new();
    for shift in 0..6 {
        let app = instance(&bench);
        let mut told = films();
        told.rotate_left(shift * 2);
        if shift % 2 == 1 {
            told.reverse();
        }
        importers.spawn(async move { try_import(&app, told).await.unwrap() });
    }
    let tallies = importers.join_all().await;
    let new: usize = tallies.iter().map(|tally| tally.new).sum();
    assert_eq!(new, 12);
    let mut all: Vec<FilmId> = tallies
        .iter()
        .flat_map(|tally| tally.films.iter().flatten())
        .copied()
        .collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 12);
}

async fn films_are_asked_for_in_turn(bench: Bench) {
    let told = vec![
        a_sourced_film(TMDB, "movie/1").titled("One").build(),
        a_sourced_film(TMDB, "movie/2").titled("Two").build(),
    ];
    let films: Vec<FilmId> = import(&bench, told)
        .await
        .films
        .into_iter()
        .flatten()
        .collect();
    let unnamed = a_film().build();
    bench.has_film(&unnamed).await;
    let now = opening_time() + Duration::days(3650);
    let note = async |film, at, unless_since| {
        let uow = bench.store().begin().await.unwrap();
        let noted = uow
            .imports()
            .note_asked(film, at, unless_since)
            .await
            .unwrap();
        uow.commit().await.unwrap();
        noted
    };
    assert!(note(films[0], now, now - Duration::minutes(30)).await);
    assert!(!note(films[0], now, now - Duration::minutes(30)).await);
    let nobody: FilmId = Id::from_uuid(Uuid::from_u128(404));
    assert!(!note(nobody, now, now).await);
    let uow = bench.store().begin().await.unwrap();
    let longest = uow.imports().longest_unasked(5).await.unwrap();
    assert_eq!(longest, [films[1], films[0]]);
    assert_eq!(uow.imports().longest_unasked(1).await.unwrap(), [films[1]]);
}

async fn it_is_known_which_places_have_told_everything(bench: Bench) {
    let mut brief = a_sourced_film(TMDB, "movie/2")
        .known_as(ExternalSource::Imdb, "tt0000002")
        .build();
    brief.depth = Depth::Brief;
    let whole = matrix();
    let places = [whole.at.clone(), brief.at.clone()];
    import(&bench, vec![whole, brief]).await;
    let uow = bench.store().begin().await.unwrap();
    let told = |since| uow.imports().told_whole_since(&places, since);
    let an_hour_ago = opening_time() - Duration::hours(1);
    let told_since = told(an_hour_ago).await.unwrap();
    assert!(told_since.contains(&places[0]) && told_since.len() == 1);
    assert!(
        told(opening_time() + Duration::days(3650))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn an_import_of_pages_remembers_where_it_is(bench: Bench) {
    let app = instance(&bench);
    let use_case: &dyn UseCase<ImportFilms> = app.resolve_ref();
    let reached = |page| ImportFilms {
        told: vec![matrix()],
        reached: Some(PageReached {
            import: "import.tmdb.popular.1.50".to_owned(),
            page,
        }),
    };
    let remembered = async || {
        let uow = bench.store().begin().await.unwrap();
        uow.imports()
            .page_reached("import.tmdb.popular.1.50")
            .await
            .unwrap()
    };
    assert_eq!(remembered().await, None);
    use_case
        .execute(&Actor::System, reached(Some(7)))
        .await
        .unwrap();
    use_case
        .execute(&Actor::System, reached(Some(8)))
        .await
        .unwrap();
    assert_eq!(remembered().await, Some(8));
    use_case
        .execute(&Actor::System, reached(None))
        .await
        .unwrap();
    assert_eq!(remembered().await, None);
}

async fn an_import_that_is_not_committed_leaves_no_trace(bench: Bench) {
    let uow = bench.store().begin().await.unwrap();
    uow.imports().take_turn().await.unwrap();
    let film = KnownFilm::discovered(Id::from_uuid(Uuid::from_u128(9)), &matrix(), opening_time());
    let imported = application::catalogue::imports::ports::ImportedFilm {
        film,
        fate: application::catalogue::imports::ports::Fate::New,
    };
    uow.imports()
        .save(&[imported], opening_time())
        .await
        .unwrap();
    drop(uow);
    let uow = bench.store().begin().await.unwrap();
    assert!(
        uow.imports()
            .candidates(&[matrix()])
            .await
            .unwrap()
            .is_empty()
    );
    drop(uow);
    assert_eq!(import(&bench, vec![matrix()]).await.new, 1);
}

async fn a_series_is_no_film_of_the_same_number(bench: Bench) {
    let film = a_sourced_film(TMDB, "movie/7")
        .titled("Seven")
        .of_year(1995)
        .build();
    let series = a_sourced_film(TMDB, "tv/7")
        .titled("Seven")
        .of_year(1995)
        .kind(FilmKind::Tv)
        .build();
    let tally = import(&bench, vec![film, series]).await;
    assert_eq!(tally.new, 2);
}

contract!(
    an_imported_film_is_stored_whole,
    to_import_the_same_again_changes_nothing_that_is_seen,
    the_same_film_of_two_sources_is_one,
    a_film_of_the_catalogue_is_recognised_and_keeps_what_it_has,
    a_users_own_film_is_left_alone,
    what_cannot_be_told_from_other_films_yet_is_left_out,
    people_are_the_same_wherever_they_are_known_by_the_same_name,
    what_somebody_says_of_an_imported_film_stays,
    many_who_import_the_same_films_at_once_make_each_once,
    films_are_asked_for_in_turn,
    it_is_known_which_places_have_told_everything,
    an_import_of_pages_remembers_where_it_is,
    an_import_that_is_not_committed_leaves_no_trace,
    a_series_is_no_film_of_the_same_number,
);
