//! Requests are counted together through a real Redis, and alone without it.
use application::shared::limiter::{Asker, Counted, Limiter, Rate};
use domain::shared::Id;
use infrastructure::{
    limits::{LocalLimiter, Rates, SharedLimiter},
    sources::RedisShelf,
};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use test_servers::RedisServer;
use uuid::Uuid;

/// An instance that allows three of everything in an hour.
fn instance(redis: &RedisServer) -> SharedLimiter {
    let rate = Rate {
        count: NonZeroU32::new(3).unwrap(),
        per: Duration::from_hours(1),
    };
    let rates: Rates = Counted::ALL.map(|what| (what, rate)).into();
    let shelf = RedisShelf::open(&redis.url().into()).unwrap();
    SharedLimiter::new(Arc::new(LocalLimiter::new(&rates)), Arc::new(shelf))
}

fn anna() -> Asker {
    Asker::User(Id::from_uuid(Uuid::from_u128(7)))
}

fn network() -> Asker {
    Asker::Network("203.0.113.7".parse().unwrap())
}

/// How many may follow, or nothing for one that is refused.
async fn ask(limiter: &SharedLimiter, what: Counted, asker: Asker) -> Option<u32> {
    let standing = limiter.take(what, asker).await.unwrap();
    assert!(
        standing.resets_in <= Duration::from_hours(1),
        "{standing:?}"
    );
    match standing.refused_for {
        None => Some(standing.left),
        Some(wait) => {
            assert!(wait > Duration::from_mins(15) && wait <= Duration::from_mins(20));
            None
        }
    }
}

#[tokio::test]
async fn instances_count_together() {
    let redis = RedisServer::start();
    let (one, other) = (instance(&redis), instance(&redis));
    assert_eq!(ask(&one, Counted::SignIn, network()).await, Some(2));
    assert_eq!(ask(&other, Counted::SignIn, network()).await, Some(1));
    assert_eq!(ask(&one, Counted::SignIn, network()).await, Some(0));
    assert_eq!(ask(&other, Counted::SignIn, network()).await, None);
    assert_eq!(ask(&one, Counted::SignIn, anna()).await, Some(2));
    assert_eq!(ask(&one, Counted::Search, network()).await, Some(2));
}

#[tokio::test]
async fn what_is_asked_very_often_is_counted_by_each_instance() {
    let redis = RedisServer::start();
    let (one, other) = (instance(&redis), instance(&redis));
    for limiter in [&one, &other] {
        assert_eq!(ask(limiter, Counted::Read, anna()).await, Some(2));
    }
    assert_eq!(redis.ask(&["dbsize"]), "0");
}

#[tokio::test]
async fn what_is_kept_there_goes_by_itself() {
    let redis = RedisServer::start();
    ask(&instance(&redis), Counted::SignIn, network()).await;
    let left = redis.ask(&["ttl", "filmhub:v1:limit:sign_in:network:203.0.113.7"]);
    assert!((1..=1200).contains(&left.parse::<i32>().unwrap()), "{left}");
}

#[tokio::test]
async fn without_redis_each_instance_counts_for_itself() {
    let mut redis = RedisServer::start();
    let limiter = instance(&redis);
    assert_eq!(ask(&limiter, Counted::SignIn, anna()).await, Some(2));
    redis.kill();
    for left in [Some(2), Some(1), Some(0), None] {
        assert_eq!(ask(&limiter, Counted::SignIn, anna()).await, left);
    }
}
