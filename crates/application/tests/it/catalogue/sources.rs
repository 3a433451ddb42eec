//! The fake of other catalogues keeps the promises of its port.
use application::{
    catalogue::sources::{FilmSources, SourceError, SourceList},
    fakes::{FakeFilmSources, SourceTrouble, a_sourced_film},
};
use domain::{
    catalogue::{Depth, ExternalRef, ExternalSource, SourceName},
    shared::Language,
};
use std::time::Duration;

const BUDGET: Duration = Duration::from_secs(1);

fn matrix() -> domain::catalogue::SourcedFilm {
    a_sourced_film(SourceName::Tmdb, "movie/603")
        .titled("The Matrix")
        .known_as(ExternalSource::Imdb, "tt0133093")
        .directed_by("Lana Wachowski")
        .build()
}

#[tokio::test]
async fn with_no_source_every_answer_says_so() {
    let sources = FakeFilmSources::default();
    let found = sources.search("matrix", Language::English, BUDGET).await;
    assert!(found.films.is_empty() && found.answered_by.is_empty() && !found.is_owed);
    let film = sources.film(&matrix().at).await;
    assert!(matches!(film, Err(SourceError::NotConfigured)));
    let film = sources.find(&matrix().refs).await;
    assert!(matches!(film, Err(SourceError::NotConfigured)));
}

#[tokio::test]
async fn the_next_source_answers_when_one_is_in_trouble() {
    let sources = FakeFilmSources::default();
    sources.trouble(SourceName::KinopoiskDev, SourceTrouble::Unavailable);
    sources.know(matrix());
    let found = sources.search("matrix", Language::English, BUDGET).await;
    assert_eq!(found.answered_by, [SourceName::Tmdb]);
    assert!(!found.is_owed);
    assert_eq!(found.films.first().unwrap().depth, Depth::Brief);
    let nothing = sources.search("solaris", Language::English, BUDGET).await;
    assert!(nothing.films.is_empty() && nothing.is_owed);
}

#[tokio::test]
async fn a_film_that_nobody_knows_is_not_missing_while_somebody_could_not_be_asked() {
    let sources = FakeFilmSources::default();
    sources.know(matrix());
    let other = [ExternalRef::new(ExternalSource::Imdb, "tt0000001").unwrap()];
    assert_eq!(sources.find(&other).await.unwrap(), None);
    sources.trouble(SourceName::KinopoiskDev, SourceTrouble::Refused);
    assert!(matches!(
        sources.find(&other).await,
        Err(SourceError::Refused)
    ));
    assert!(sources.find(&matrix().refs).await.unwrap().is_some());
}

#[tokio::test]
async fn a_list_ends() {
    let sources = FakeFilmSources::default();
    sources.keep(SourceName::Tmdb, SourceList::Popular, vec![vec![matrix()]]);
    let read = |page| sources.list(SourceName::Tmdb, SourceList::Popular, page);
    assert_eq!(read(1).await.unwrap().films.len(), 1);
    let after = read(2).await.unwrap();
    assert!(after.films.is_empty());
    assert_eq!(after.pages, 1);
}
