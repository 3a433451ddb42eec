//! Sources of films, against a server that answers what was recorded, or misbehaves.
mod adapters;
mod cache;
mod failover;
mod trouble;

use application::{catalogue::sources::FilmSources, fakes::FixedClock, shared::clock::Clock};
use domain::{
    catalogue::{SourceName, SourceRef},
    shared::Language,
};
use infrastructure::sources::{Endpoint, Failover, SourceConfig};
use std::{sync::Arc, time::Duration};
use test_servers::{Reply, ScriptedServer};

pub const KEY: &str = "0123456789abcdef";
/// More than anything here takes.
pub const LONG: Duration = Duration::from_secs(20);

/// A recorded answer.
macro_rules! recorded {
    ($path:literal) => {
        include_str!(concat!("../../fixtures/sources/", $path))
    };
}
pub(crate) use recorded;

pub fn at(source: SourceName, id: &str) -> SourceRef {
    SourceRef::new(source, id).unwrap()
}

pub fn json(text: &str) -> Reply {
    Reply::Json(text.to_owned())
}

/// A source at a server.
pub fn config(source: SourceName, server: &ScriptedServer) -> SourceConfig {
    SourceConfig {
        source,
        endpoint: Endpoint {
            base_url: server.endpoint().parse().unwrap(),
            proxy: None,
            answer_within: Duration::from_secs(5),
        },
        key: KEY.to_owned().into(),
        language: Language::English,
    }
}

/// Sources in an order, and the clock by which they count their days.
pub struct Bench {
    pub sources: Failover,
    pub clock: FixedClock,
}

impl Bench {
    pub fn of(configs: &[SourceConfig]) -> Self {
        let clock = FixedClock::default();
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        Self {
            sources: Failover::new(configs, &shared).unwrap(),
            clock,
        }
    }

    /// One source at a server.
    pub fn one(source: SourceName, server: &ScriptedServer) -> Self {
        Self::of(&[config(source, server)])
    }

    pub async fn titles(&self, title: &str) -> Vec<String> {
        let answer = self.sources.search(title, Language::English, LONG).await;
        let films = answer.films.iter();
        films.map(|film| film.title.to_string()).collect()
    }
}
