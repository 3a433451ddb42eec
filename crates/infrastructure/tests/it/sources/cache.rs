//! The memory of sources: in the process, and shared through a real Redis.
use super::{LONG, config, json, recorded};
use application::{
    catalogue::sources::{FilmSources, SourceAnswer, SourceError, SourceList},
    fakes::{FakeFilmSources, FixedChance, FixedClock, SourceTrouble, a_sourced_film},
    shared::clock::Clock,
};
use chrono::Duration as Span;
use domain::{
    catalogue::{SourceName, SourceRef},
    shared::Language,
};
use infrastructure::sources::{CachedSources, Failover, RedisShelf};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use test_servers::{RedisServer, Reply, ScriptedServer};

use SourceName::Tmdb;

/// A memory before sources that do what the test says.
struct Bench {
    cached: CachedSources,
    sources: FakeFilmSources,
    clock: FixedClock,
}

impl Bench {
    fn new() -> Self {
        Self::with(None, &FixedClock::default())
    }

    fn sharing(redis: &RedisServer, clock: &FixedClock) -> Self {
        let shelf = RedisShelf::open(&redis.url().into()).unwrap();
        Self::with(Some(Arc::new(shelf)), clock)
    }

    fn with(redis: Option<Arc<RedisShelf>>, clock: &FixedClock) -> Self {
        let sources = FakeFilmSources::default();
        sources.know(a_sourced_film(Tmdb, "movie/593").titled("Solaris").build());
        let cached = CachedSources::new(
            Arc::new(sources.clone()),
            redis,
            Arc::new(clock.clone()),
            Arc::new(FixedChance::default()),
        );
        Self {
            cached,
            sources,
            clock: clock.clone(),
        }
    }

    async fn search(&self, title: &str) -> SourceAnswer {
        self.cached.search(title, Language::English, LONG).await
    }

    async fn finds(&self, title: &str) -> usize {
        self.search(title).await.films.len()
    }

    fn asked(&self) -> usize {
        self.sources.asked().len()
    }
}

/// Waits for what goes on in the background.
async fn until(condition: impl Fn() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < LONG, "it does not come");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn solaris() -> SourceRef {
    super::at(Tmdb, "movie/593")
}

#[tokio::test]
async fn the_same_question_is_asked_once() {
    let bench = Bench::new();
    for title in ["solaris", "Solaris", "  SOLARIS "] {
        assert_eq!(bench.finds(title).await, 1);
    }
    assert_eq!(bench.asked(), 1);
    bench
        .cached
        .search("solaris", Language::Russian, LONG)
        .await;
    assert_eq!(bench.asked(), 2, "another language is another question");
    for _ in 0..3 {
        assert!(bench.cached.film(&solaris()).await.unwrap().is_some());
    }
    assert_eq!(bench.asked(), 3);
}

#[tokio::test]
async fn that_there_is_nothing_is_remembered_for_minutes_only() {
    let bench = Bench::new();
    assert_eq!(bench.finds("stalker").await, 0);
    assert_eq!(bench.finds("stalker").await, 0);
    assert_eq!(bench.asked(), 1);
    bench
        .sources
        .know(a_sourced_film(Tmdb, "movie/1398").titled("Stalker").build());
    bench.clock.advance(Span::minutes(10));
    assert_eq!(bench.finds("stalker").await, 1);
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn an_old_answer_is_told_at_once_while_a_new_one_is_fetched() {
    let bench = Bench::new();
    assert_eq!(bench.finds("solaris").await, 1);
    bench.sources.know(
        a_sourced_film(Tmdb, "movie/2103")
            .titled("Solaris (2002)")
            .build(),
    );
    bench.clock.advance(Span::hours(7));
    assert_eq!(bench.finds("solaris").await, 1);
    until(|| bench.asked() == 2).await;
    // What was fetched is told as soon as it is there, and nobody is asked again.
    let started = Instant::now();
    while bench.finds("solaris").await == 1 {
        assert!(started.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_very_old_answer_is_told_only_while_the_source_is_down() {
    let bench = Bench::new();
    assert_eq!(bench.finds("solaris").await, 1);
    bench.clock.advance(Span::days(3));
    bench.sources.trouble(Tmdb, SourceTrouble::Unavailable);
    let old = bench.search("solaris").await;
    assert_eq!((old.films.len(), old.is_owed), (1, false));
    bench.sources.heal(Tmdb);
    bench.sources.know(
        a_sourced_film(Tmdb, "movie/2103")
            .titled("Solaris (2002)")
            .build(),
    );
    assert_eq!(bench.finds("solaris").await, 2);
    bench.sources.trouble(Tmdb, SourceTrouble::Unavailable);
    bench.clock.advance(Span::days(30));
    let nothing = bench.search("solaris").await;
    assert!(nothing.films.is_empty() && nothing.is_owed);
}

#[tokio::test]
async fn a_failure_is_never_remembered() {
    let bench = Bench::new();
    bench.sources.trouble(Tmdb, SourceTrouble::Unavailable);
    assert!(bench.search("solaris").await.is_owed);
    assert!(bench.cached.film(&solaris()).await.is_err());
    assert!(bench.cached.list(Tmdb, SourceList::New, 1).await.is_err());
    bench.sources.heal(Tmdb);
    assert_eq!(bench.finds("solaris").await, 1);
    assert!(bench.cached.film(&solaris()).await.unwrap().is_some());
    assert!(bench.cached.list(Tmdb, SourceList::New, 1).await.is_ok());
}

#[tokio::test]
async fn with_no_source_nothing_is_remembered_either() {
    let bench = Bench::new();
    bench.sources.are([]);
    assert_eq!(bench.search("solaris").await, SourceAnswer::default());
    bench.sources.are([Tmdb]);
    assert_eq!(bench.finds("solaris").await, 1);
}

/// A memory before a real source at a server.
fn at_server(server: &ScriptedServer) -> Arc<CachedSources> {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::default());
    let failover = Failover::new(&[config(Tmdb, server)], &clock).unwrap();
    let chance = Arc::new(FixedChance::default());
    Arc::new(CachedSources::new(Arc::new(failover), None, clock, chance))
}

#[tokio::test]
async fn those_who_ask_the_same_at_once_wait_for_one_answer() {
    let server = ScriptedServer::start();
    let body = recorded!("tmdb/search_multi.json").to_owned();
    server.answers("/3/search", Reply::After(Duration::from_millis(300), body));
    let cached = at_server(&server);
    let askers: Vec<_> = (0..50)
        .map(|_| {
            let cached = Arc::clone(&cached);
            tokio::spawn(async move { cached.search("star wars", Language::English, LONG).await })
        })
        .collect();
    for asker in askers {
        assert_eq!(asker.await.unwrap().films.len(), 3);
    }
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_although_the_one_who_asked_has_gone() {
    let server = ScriptedServer::start();
    let body = recorded!("tmdb/movie.json").to_owned();
    server.answers(
        "/3/movie/11",
        Reply::After(Duration::from_millis(200), body),
    );
    let cached = at_server(&server);
    let place = super::at(Tmdb, "movie/11");
    let hasty = tokio::time::timeout(Duration::from_millis(50), cached.film(&place)).await;
    assert!(hasty.is_err());
    assert!(cached.film(&place).await.unwrap().is_some());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_film_that_cannot_be_read_is_the_same_failure_for_all_who_wait() {
    let server = ScriptedServer::start();
    server.answers("/3/movie/11", json("{}"));
    let cached = at_server(&server);
    let place = super::at(Tmdb, "movie/11");
    let (one, other) = tokio::join!(cached.film(&place), cached.film(&place));
    assert!(one.is_err() && other.is_err());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn instances_share_what_they_know_through_redis() {
    let redis = RedisServer::start();
    let clock = FixedClock::default();
    let one = Bench::sharing(&redis, &clock);
    let other = Bench::sharing(&redis, &clock);
    let told = one.search("solaris").await;
    let film = one.cached.film(&solaris()).await.unwrap();
    assert_eq!(other.search("solaris").await, told);
    assert_eq!(other.cached.film(&solaris()).await.unwrap(), film);
    assert_eq!(other.asked(), 0);
    let keys = redis.ask(&["keys", "*"]);
    assert!(
        keys.lines().all(|key| key.starts_with("filmhub:v1:")),
        "{keys}"
    );
    assert!(
        !keys.contains("solaris"),
        "what people search for is not told"
    );
    let ttl: i64 = redis
        .ask(&["ttl", "filmhub:v1:film:tmdb:movie/593"])
        .parse()
        .unwrap();
    assert!(ttl > 0 && ttl <= Span::days(15).num_seconds(), "{ttl}");
}

#[tokio::test]
async fn instances_with_one_key_count_their_requests_together() {
    let mut redis = RedisServer::start();
    let server = ScriptedServer::start();
    server.answers("/v1.4", json(recorded!("kinopoisk_dev/movie.json")));
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::default());
    let instance = |key: &str| {
        let mut config = config(SourceName::KinopoiskDev, &server);
        config.key = key.to_owned().into();
        let shelf = Arc::new(RedisShelf::open(&redis.url().into()).unwrap());
        let configs = [config];
        let failover = Failover::new(&configs, &clock).unwrap();
        failover.counting_together(&configs, &shelf)
    };
    let (one, other, stranger) = (instance("key"), instance("key"), instance("another"));
    let ask = async |sources: &Failover| {
        let place = SourceRef::new(SourceName::KinopoiskDev, "476").unwrap();
        sources.film(&place).await.map(drop)
    };
    let left = |sources: &Failover| sources.states()[0].quota_left;
    ask(&one).await.unwrap();
    ask(&other).await.unwrap();
    ask(&stranger).await.unwrap();
    assert_eq!(
        [&one, &other, &stranger].map(left),
        [Some(199), Some(198), Some(199)]
    );
    let keys = redis.ask(&["keys", "filmhub:v1:quota:kinopoisk_dev:*"]);
    assert_eq!(keys.lines().count(), 2, "{keys}");
    for key in keys.lines() {
        assert_eq!(redis.ask(&["set", key, "200"]), "OK");
    }
    let spent = ask(&one).await.unwrap_err();
    assert!(matches!(spent, SourceError::QuotaSpent { .. }), "{spent:?}");
    assert_eq!((left(&one), server.count()), (Some(0), 3));
    // Without Redis each counts for itself.
    redis.kill();
    ask(&other).await.unwrap();
    assert_eq!(left(&other), Some(197));
}

#[tokio::test]
async fn nonsense_in_redis_counts_as_nothing() {
    let redis = RedisServer::start();
    let key = "filmhub:v1:film:tmdb:movie/593";
    let later = i64::MAX / 2;
    for nonsense in [
        "{",
        "[]",
        r#"{"until": [1, 2], "value": null}"#,
        &format!(r#"{{"until": [{later}, {later}, {later}], "value": null}}"#),
        r#"{"until": [9999999999, 9999999999, 9999999999], "value": {"title": ""}}"#,
    ] {
        assert_eq!(redis.ask(&["set", key, nonsense]), "OK");
        let bench = Bench::sharing(&redis, &FixedClock::default());
        assert!(
            bench.cached.film(&solaris()).await.unwrap().is_some(),
            "{nonsense}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_may_die_and_come_back_under_load() {
    let mut redis = RedisServer::start();
    let clock = FixedClock::default();
    let bench = Arc::new(Bench::sharing(&redis, &clock));
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let load: Vec<_> = (0..8)
        .map(|worker| {
            let (bench, stop) = (Arc::clone(&bench), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut round = 0_u32;
                while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                    // Each title is new, so that each of them goes to Redis.
                    let title = format!("solaris nobody knows {worker} {round}");
                    let started = Instant::now();
                    let answer = bench.search(&title).await;
                    assert!(!answer.is_owed && answer.films.is_empty());
                    assert_eq!(bench.finds("solaris").await, 1);
                    assert!(started.elapsed() < Duration::from_secs(5));
                    round += 1;
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                round
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    redis.kill();
    tokio::time::sleep(Duration::from_millis(700)).await;
    redis.start_again();
    // It is used again without anybody doing anything.
    let started = Instant::now();
    while redis.ask(&["dbsize"]) == "0" {
        assert!(started.elapsed() < LONG, "it is not used again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.store(true, std::sync::atomic::Ordering::SeqCst);
    for worker in load {
        assert!(worker.await.unwrap() > 10);
    }
}

#[tokio::test]
async fn a_redis_that_is_not_there_costs_next_to_nothing() {
    let mut redis = RedisServer::start();
    redis.kill();
    let bench = Bench::sharing(&redis, &FixedClock::default());
    for round in 0..5 {
        assert_eq!(bench.finds(&format!("nobody {round}")).await, 0);
    }
    let started = Instant::now();
    for round in 0..50 {
        assert_eq!(bench.finds(&format!("nobody else {round}")).await, 0);
    }
    assert!(started.elapsed() < Duration::from_secs(3));
}
