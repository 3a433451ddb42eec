//! The next source answers when one does not.
use super::{Bench, LONG, at, config, json, recorded};
use application::catalogue::sources::{FilmSources, SourceError};
use domain::{
    catalogue::{ExternalRef, ExternalSource, SourceName},
    shared::Language,
};
use std::time::{Duration, Instant};
use test_servers::{Reply, ScriptedServer};

use SourceName::{KinopoiskDev, KinopoiskUnofficial, Tmdb};

const UNOFFICIAL: &str = "/api/v2.1/films/search-by-keyword";
const DEV: &str = "/v1.4/movie/search";
const TMDB: &str = "/3/search/multi";

struct Three {
    bench: Bench,
    unofficial: ScriptedServer,
    dev: ScriptedServer,
    tmdb: ScriptedServer,
}

/// The usual order for Russian, with every source well.
fn three() -> Three {
    let (unofficial, dev, tmdb) = (
        ScriptedServer::start(),
        ScriptedServer::start(),
        ScriptedServer::start(),
    );
    unofficial.answers(
        UNOFFICIAL,
        json(recorded!("kinopoisk_unofficial/search.json")),
    );
    dev.answers(DEV, json(recorded!("kinopoisk_dev/search.json")));
    tmdb.answers(TMDB, json(recorded!("tmdb/search_multi.json")));
    Three {
        bench: Bench::of(&[
            config(KinopoiskUnofficial, &unofficial),
            config(KinopoiskDev, &dev),
            config(Tmdb, &tmdb),
        ]),
        unofficial,
        dev,
        tmdb,
    }
}

impl Three {
    async fn who(&self, budget: Duration) -> (Vec<SourceName>, bool) {
        let answer = self.bench.sources.search("x", Language::Russian, budget);
        let answer = answer.await;
        (answer.answered_by, answer.is_owed)
    }
}

#[tokio::test]
async fn the_first_that_answers_is_enough() {
    let three = three();
    assert_eq!(three.who(LONG).await, (vec![KinopoiskUnofficial], false));
    assert_eq!((three.dev.count(), three.tmdb.count()), (0, 0));
}

#[tokio::test]
async fn whatever_is_wrong_with_one_the_next_is_asked() {
    for reply in [
        Reply::status(402, "{}"),
        Reply::status(429, "{}"),
        Reply::status(401, "{}"),
        Reply::status(500, ""),
        Reply::status(200, "<html>"),
        json("{}"),
    ] {
        let three = three();
        three.unofficial.answers(UNOFFICIAL, reply.clone());
        assert_eq!(
            three.who(LONG).await,
            (vec![KinopoiskDev], false),
            "{reply:?}"
        );
    }
}

#[tokio::test]
async fn a_source_that_hangs_takes_its_share_of_the_time_and_no_more() {
    let three = three();
    three.unofficial.answers(UNOFFICIAL, Reply::Hang);
    three.dev.answers(DEV, Reply::Hang);
    let budget = Duration::from_millis(1500);
    let started = Instant::now();
    assert_eq!(three.who(budget).await, (vec![Tmdb], false));
    assert!(started.elapsed() < budget);
}

#[tokio::test]
async fn when_all_hang_the_answer_comes_in_time_and_is_owed() {
    let three = three();
    three.unofficial.answers(UNOFFICIAL, Reply::Hang);
    three.dev.answers(DEV, Reply::Hang);
    three.tmdb.answers(TMDB, Reply::Hang);
    let started = Instant::now();
    assert_eq!(three.who(Duration::from_millis(600)).await, (vec![], true));
    assert!(started.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn the_same_catalogue_is_not_asked_twice_for_what_it_does_not_know() {
    let three = three();
    let nothing = json(r#"{"films": []}"#);
    three.unofficial.answers(UNOFFICIAL, nothing);
    let (who, is_owed) = three.who(LONG).await;
    assert_eq!((who, is_owed), (vec![KinopoiskUnofficial, Tmdb], false));
    assert_eq!(three.dev.count(), 0);
}

#[tokio::test]
async fn a_film_of_kinopoisk_is_told_by_the_other_way_to_it() {
    let three = three();
    three.unofficial.answers("/", Reply::status(402, "{}"));
    three.dev.answers(
        "/v1.4/movie/476",
        json(recorded!("kinopoisk_dev/movie.json")),
    );
    let wanted = at(KinopoiskUnofficial, "476");
    let film = three.bench.sources.film(&wanted).await.unwrap().unwrap();
    assert_eq!(film.at, at(KinopoiskDev, "476"));
    three.dev.answers("/v1.4", Reply::status(401, "{}"));
    let failure = three.bench.sources.film(&wanted).await.unwrap_err();
    assert!(
        matches!(failure, SourceError::QuotaSpent { .. }),
        "the first reason counts"
    );
}

#[tokio::test]
async fn nobody_says_not_there_while_somebody_could_not_be_asked() {
    let three = three();
    let film = [ExternalRef::new(ExternalSource::Imdb, "tt0000001").unwrap()];
    three
        .unofficial
        .answers("/api/v2.2/films?", json(r#"{"items": []}"#));
    three.dev.answers("/v1.4/movie?", json(r#"{"docs": []}"#));
    three.tmdb.answers(
        "/3/find",
        json(r#"{"movie_results": [], "tv_results": []}"#),
    );
    assert_eq!(three.bench.sources.find(&film).await.unwrap(), None);
    three.dev.answers("/v1.4/movie?", Reply::status(402, "{}"));
    let failure = three.bench.sources.find(&film).await.unwrap_err();
    assert!(matches!(failure, SourceError::QuotaSpent { .. }));
}

#[tokio::test]
async fn with_no_source_everything_is_said_at_once() {
    let bench = Bench::of(&[]);
    assert!(bench.titles("x").await.is_empty());
    let film = bench.sources.film(&at(Tmdb, "movie/1")).await;
    assert!(matches!(film, Err(SourceError::NotConfigured)));
    let film = ExternalRef::new(ExternalSource::Imdb, "tt0000001").unwrap();
    let film = bench.sources.find(&[film]).await;
    assert!(matches!(film, Err(SourceError::NotConfigured)));
    assert!(bench.sources.states().is_empty());
}
