//! Clients that ask too often.
use crate::support::{TestApi, settings};
use application::{
    fakes::{World, a_user},
    shared::limiter::{Asker, Counted, Limiter, Rate, Standing},
};
use async_trait::async_trait;
use presentation::{Api, Network};
use serde_json::json;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Allows three of everything to everybody.
#[derive(Default)]
struct ThreeEach(Mutex<HashMap<(Counted, Asker), u32>>);

#[async_trait]
impl Limiter for ThreeEach {
    async fn take(&self, what: Counted, asker: Asker) -> Option<Standing> {
        let mut counts = self.0.lock().unwrap();
        let count = counts.entry((what, asker)).or_default();
        *count += 1;
        Some(Standing {
            rate: Rate {
                count: NonZeroU32::new(3).unwrap(),
                per: Duration::from_mins(1),
            },
            left: 3_u32.saturating_sub(*count),
            resets_in: Duration::from_millis(20_500),
            refused_for: (*count > 3).then_some(Duration::from_millis(1_500)),
        })
    }
}

impl ThreeEach {
    fn counted(&self) -> Vec<(Counted, Asker)> {
        self.0.lock().unwrap().keys().copied().collect()
    }
}

async fn limited(network: Network) -> (TestApi, Arc<ThreeEach>) {
    let world = World::new();
    let settings = presentation::ApiSettings {
        network,
        ..settings()
    };
    let limiter = Arc::new(ThreeEach::default());
    let api = Api::new(world.application(), settings);
    let api = api.limited_by(limiter.clone(), Counted::ALL);
    (TestApi::serve(world, &api).await, limiter)
}

const ADDRESS: &str = "203.0.113.7:4711";

#[actix_web::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let (api, _) = limited(Network::default()).await;
    let search = |address| api.get("/api/v1/films/search").from(address);
    for left in ["2", "1", "0"] {
        let answer = search(ADDRESS).expect(200).await;
        assert_eq!(answer.header("ratelimit-remaining"), left);
        assert_eq!(answer.header("ratelimit-limit"), "3");
        assert_eq!(answer.header("ratelimit-reset"), "21");
        assert_eq!(answer.header("ratelimit-policy"), "3;w=60");
    }
    let refused = search(ADDRESS).expect(429).await;
    assert_eq!(refused.code(), "http.too_many_requests");
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    search("203.0.113.8:4711").expect(200).await;
}

#[actix_web::test]
async fn a_refused_request_is_not_carried_out() {
    let (api, _) = limited(Network::default()).await;
    let before = api.world.stored();
    for number in 0..3 {
        let body = json!({ "email": format!("{number}@example.org") });
        let register = api.post("/api/v1/auth/register").from(ADDRESS);
        register.json(body).expect(400).await;
    }
    let body = json!({ "email": "a@example.org", "password": "secret words", "username": "A" });
    let register = api.post("/api/v1/auth/register").from(ADDRESS);
    register.json(body).expect(429).await;
    assert!(api.world.stored() == before);
}

#[actix_web::test]
async fn those_who_signed_in_are_counted_alone_but_not_at_the_doors() {
    let (api, limiter) = limited(Network::default()).await;
    let anna = api.world.has(a_user());
    let token = api.world.token_of(&anna);
    let address = Asker::Network("203.0.113.7".parse().unwrap());
    api.get("/api/v1/films/search")
        .from(ADDRESS)
        .by(&token)
        .expect(200)
        .await;
    assert_eq!(limiter.counted(), [(Counted::Search, Asker::User(anna.id))]);
    let login = api.post("/api/v1/auth/login").from(ADDRESS).by(&token);
    login.json(json!({})).expect(400).await;
    assert!(limiter.counted().contains(&(Counted::SignIn, address)));
    let list = api.post("/api/v1/me/watchlists").from(ADDRESS).by("forged");
    list.json(json!({})).expect(401).await;
    assert!(limiter.counted().contains(&(Counted::Change, address)));
    api.get("/api/v1/me")
        .from(ADDRESS)
        .by(&token)
        .expect(200)
        .await;
    assert!(
        limiter
            .counted()
            .contains(&(Counted::Read, Asker::User(anna.id)))
    );
}

#[actix_web::test]
async fn inner_networks_are_counted_only_where_that_is_wanted() {
    let (api, limiter) = limited(Network::default()).await;
    for peer in ["127.0.0.1:1", "10.0.0.1:1", "[fd00::1]:1"] {
        let answer = api.get("/api/v1/films/search").from(peer).expect(200).await;
        assert_eq!(answer.header("ratelimit-limit"), "");
    }
    assert!(limiter.counted().is_empty());
    let (api, limiter) = limited(Network {
        counts_inner: true,
        ..Network::default()
    })
    .await;
    api.get("/api/v1/films/search")
        .from("127.0.0.1:1")
        .expect(200)
        .await;
    assert_eq!(limiter.counted().len(), 1);
}

#[actix_web::test]
async fn behind_a_trusted_proxy_its_clients_are_told_apart() {
    let (api, limiter) = limited(Network {
        proxies: vec!["10.0.0.0/8".parse().unwrap()],
        ..Network::default()
    })
    .await;
    for client in ["2001:db8:1:2::1", "2001:db8:1:2::2", "10.0.0.9"] {
        let search = api.get("/api/v1/films/search").from("10.0.0.1:1");
        search.header("X-Forwarded-For", client).expect(200).await;
    }
    let network = Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, 0);
    let asker = Asker::Network(IpAddr::V6(network));
    assert_eq!(limiter.counted(), [(Counted::Search, asker)]);
}
