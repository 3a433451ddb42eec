//! What a source may do wrong: what the caller sees of it, and how it heals.
use super::{Bench, KEY, at, config, json, recorded};
use application::catalogue::sources::{BreakerState, FilmSources, SourceError};
use chrono::Duration as Span;
use domain::{
    catalogue::{SourceName, SourcedFilm},
    shared::Language,
};
use std::{
    error::Error,
    time::{Duration, Instant},
};
use test_servers::{Reply, ScriptedServer};

use SourceName::{KinopoiskDev, KinopoiskUnofficial, Tmdb};

const PATH: &str = "/3/movie/11";

async fn read(bench: &Bench) -> Result<Option<SourcedFilm>, SourceError> {
    bench.sources.film(&at(Tmdb, "movie/11")).await
}

/// What one reply makes of a request, and how often it was asked.
async fn after(reply: Reply) -> (SourceError, usize) {
    let server = ScriptedServer::start();
    server.answers(PATH, reply);
    let bench = Bench::one(Tmdb, &server);
    let failure = read(&bench).await.unwrap_err();
    let mut told = format!("{failure:?} {failure}");
    let mut cause = failure.source();
    while let Some(inner) = cause {
        told.push_str(&inner.to_string());
        cause = inner.source();
    }
    assert!(!told.contains(KEY), "the key is told: {told}");
    (failure, server.count())
}

#[tokio::test]
async fn a_server_error_is_asked_again_and_then_told() {
    let (failure, count) = after(Reply::status(500, "oops")).await;
    assert!(
        matches!(failure, SourceError::Unavailable(_)),
        "{failure:?}"
    );
    assert_eq!(count, 3);
}

#[tokio::test]
async fn a_server_error_that_passes_is_not_noticed() {
    let server = ScriptedServer::start();
    server.answers(PATH, Reply::status(503, ""));
    let bench = Bench::one(Tmdb, &server);
    let heal = async {
        while server.count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server.answers(PATH, json(recorded!("tmdb/movie.json")));
    };
    let (film, ()) = tokio::join!(read(&bench), heal);
    assert!(film.unwrap().is_some());
    assert_eq!(bench.sources.states()[0].breaker, BreakerState::Closed);
}

#[tokio::test]
async fn half_a_body_and_a_closed_connection_are_asked_again() {
    for reply in [
        Reply::Half(recorded!("tmdb/movie.json").to_owned()),
        Reply::Closed,
    ] {
        let (failure, count) = after(reply).await;
        assert!(
            matches!(failure, SourceError::Unavailable(_)),
            "{failure:?}"
        );
        assert_eq!(count, 3);
    }
}

#[tokio::test]
async fn a_page_instead_of_json_is_not_understood_and_not_asked_again() {
    let page = "<html><body>This site is blocked</body></html>";
    let (failure, count) = after(Reply::status(200, page)).await;
    assert!(matches!(failure, SourceError::Malformed(_)), "{failure:?}");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_body_of_fifty_megabytes_is_not_read_to_the_end() {
    let started = Instant::now();
    let (failure, count) = after(Reply::Endless(50 * 1024 * 1024)).await;
    assert!(matches!(failure, SourceError::Malformed(_)), "{failure:?}");
    assert_eq!(count, 1);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_redirect_to_another_place_is_not_followed() {
    let inside = ScriptedServer::start();
    inside.answers("/", json(recorded!("tmdb/movie.json")));
    for target in [
        format!("{}/3/movie/11", inside.endpoint()),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://[::1]/".to_owned(),
        "file:///etc/passwd".to_owned(),
    ] {
        let reply = Reply::Status(302, vec![("location", target)], String::new());
        let (failure, count) = after(reply).await;
        assert!(
            matches!(failure, SourceError::Unavailable(_)),
            "{failure:?}"
        );
        assert_eq!(count, 1);
    }
    assert_eq!(inside.count(), 0);
}

#[tokio::test]
async fn a_redirect_within_the_place_is_followed() {
    let server = ScriptedServer::start();
    let reply = Reply::Status(
        301,
        vec![("location", "/3/moved".to_owned())],
        String::new(),
    );
    server.answers(PATH, reply);
    server.answers("/3/moved", json(recorded!("tmdb/movie.json")));
    assert!(read(&Bench::one(Tmdb, &server)).await.unwrap().is_some());
}

#[tokio::test]
async fn too_many_requests_is_a_spent_quota_that_ends_when_the_server_says() {
    for (headers, seconds) in [
        (vec![("retry-after", "120".to_owned())], 120),
        (Vec::new(), 30),
    ] {
        let server = ScriptedServer::start();
        let body = recorded!("tmdb/error_429.json").to_owned();
        server.answers(PATH, Reply::Status(429, headers, body));
        let bench = Bench::one(Tmdb, &server);
        let ends = bench.clock_after(Span::seconds(seconds));
        for _ in 0..3 {
            match read(&bench).await {
                Err(SourceError::QuotaSpent { until }) => assert_eq!(until, ends),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(server.count(), 1, "it is left alone meanwhile");
        assert_eq!(bench.sources.states()[0].quota_spent_until, Some(ends));
        server.answers(PATH, json(recorded!("tmdb/movie.json")));
        bench.clock.advance(Span::seconds(seconds));
        assert!(read(&bench).await.unwrap().is_some());
        assert_eq!(bench.sources.states()[0].quota_spent_until, None);
    }
}

#[tokio::test]
async fn a_spent_day_ends_at_midnight_in_moscow() {
    let limit = recorded!("kinopoisk_dev/error_403.json");
    for (source, path, reply) in [
        (KinopoiskUnofficial, "/api", Reply::status(402, "{}")),
        (KinopoiskDev, "/v1.4", Reply::status(403, limit)),
    ] {
        let server = ScriptedServer::start();
        server.answers(path, reply);
        let bench = Bench::one(source, &server);
        let failure = bench.sources.film(&at(source, "476")).await.unwrap_err();
        // The clock of the bench stands at eight in the evening, in Moscow at eleven.
        let ends = bench.clock_after(Span::hours(1));
        assert!(
            matches!(failure, SourceError::QuotaSpent { until } if until == ends),
            "{failure:?}"
        );
        let state = &bench.sources.states()[0];
        assert_eq!((state.quota_left, state.is_refused), (Some(0), false));
        bench.clock.advance(Span::hours(1));
        assert!(bench.sources.states()[0].is_usable());
    }
}

#[tokio::test]
async fn a_day_has_as_many_requests_as_the_source_allows() {
    let server = ScriptedServer::start();
    server.answers("/v1.4", json(recorded!("kinopoisk_dev/movie.json")));
    let bench = Bench::one(KinopoiskDev, &server);
    assert_eq!(bench.sources.states()[0].quota_left, Some(200));
    bench.sources.film(&at(KinopoiskDev, "476")).await.unwrap();
    assert_eq!(bench.sources.states()[0].quota_left, Some(199));
}

#[tokio::test]
async fn a_wrong_key_is_told_and_not_tried_all_the_time() {
    let server = ScriptedServer::start();
    let body = recorded!("tmdb/error_401.json");
    server.answers(PATH, Reply::status(401, body));
    let bench = Bench::one(Tmdb, &server);
    for _ in 0..3 {
        assert!(matches!(read(&bench).await, Err(SourceError::Refused)));
    }
    assert_eq!(server.count(), 1);
    assert!(bench.sources.states()[0].is_refused);
    server.answers(PATH, json(recorded!("tmdb/movie.json")));
    bench.clock.advance(Span::minutes(5));
    assert!(read(&bench).await.unwrap().is_some());
    assert!(!bench.sources.states()[0].is_refused);
}

#[tokio::test]
async fn what_has_the_wrong_type_or_no_title_is_left_out_and_the_rest_is_told() {
    let server = ScriptedServer::start();
    server.answers(
        "/3/search/multi",
        json(
            r#"{"page": "one", "results": [
                {"media_type": "movie", "id": 1, "title": null},
                {"media_type": "movie", "id": 2},
                {"media_type": "movie", "id": "three", "title": "No number"},
                {"media_type": 4, "id": 4, "title": "No kind"},
                "not a film", null, [],
                {"media_type": "movie", "id": 5, "title": "Kept", "release_date": 1999,
                 "genre_ids": "18", "vote_average": "high", "vote_count": -1, "popularity": {},
                 "overview": ["text"], "poster_path": "http://evil.example/a.jpg"}
            ]}"#,
        ),
    );
    let bench = Bench::one(Tmdb, &server);
    assert_eq!(bench.titles("anything").await, ["Kept"]);
}

#[tokio::test]
async fn an_answer_that_is_json_and_no_answer_is_not_understood() {
    for body in ["{}", "[]", "null", "\"films\"", r#"{"title": 5}"#] {
        let (failure, _) = after(json(body)).await;
        assert!(matches!(failure, SourceError::Malformed(_)), "{body}");
    }
}

#[tokio::test]
async fn a_source_that_hangs_costs_its_time_and_is_then_left_alone() {
    let server = ScriptedServer::start();
    server.answers("/3/search/multi", Reply::Hang);
    let bench = Bench::one(Tmdb, &server);
    let budget = Duration::from_millis(150);
    for _ in 0..3 {
        let answer = bench.sources.search("x", Language::English, budget).await;
        assert!(answer.is_owed && answer.answered_by.is_empty());
    }
    assert_eq!(bench.sources.states()[0].breaker, BreakerState::Open);
    assert_eq!(server.count(), 3);
    let started = Instant::now();
    let answer = bench
        .sources
        .search("x", Language::English, super::LONG)
        .await;
    assert!(answer.is_owed && started.elapsed() < Duration::from_secs(2));
    assert_eq!(server.count(), 3, "it is not even asked");
}

#[tokio::test]
async fn a_source_that_is_well_again_is_asked_again() {
    let server = ScriptedServer::start();
    server.answers(PATH, Reply::status(500, ""));
    let bench = Bench::one(Tmdb, &server);
    read(&bench).await.unwrap_err();
    assert_eq!(bench.sources.states()[0].breaker, BreakerState::Open);
    server.answers(PATH, json(recorded!("tmdb/movie.json")));
    let healed = async {
        while read(&bench).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(super::LONG, healed).await.unwrap();
    read(&bench).await.unwrap();
    assert_eq!(bench.sources.states()[0].breaker, BreakerState::Closed);
}

#[tokio::test]
async fn nobody_listening_is_told_at_once() {
    let mut server = ScriptedServer::start();
    let config = config(Tmdb, &server);
    server.stop();
    let failure = read(&Bench::of(&[config])).await.unwrap_err();
    assert!(matches!(failure, SourceError::Unavailable(_)));
}

impl Bench {
    fn clock_after(&self, span: Span) -> chrono::DateTime<chrono::Utc> {
        use application::shared::clock::Clock;
        self.clock.now() + span
    }
}
