//! Sources in an order: the first that answers is enough.
use super::{
    RedisShelf,
    adapters::{Adapter, KinopoiskDev, KinopoiskUnofficial, Tmdb},
    cache::digest,
    gate::{Deadline, Tally},
    http::{Endpoint, InvalidEndpoint},
};
use crate::system::SystemClock;
use application::{
    catalogue::sources::{
        FilmSources, SourceAnswer, SourceError, SourceList, SourcePage, SourceState, SourcedGenre,
    },
    shared::{clock::Clock, failure::logged},
};
use async_trait::async_trait;
use domain::{
    catalogue::{ExternalRef, ExternalSource, SourceName, SourceRef, SourcedFilm},
    shared::Language,
};
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};

/// A source that is to be asked.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// Which.
    pub source: SourceName,
    /// Where it is.
    pub endpoint: Endpoint,
    /// How it knows us.
    pub key: SecretString,
    /// In which language it is asked when nobody says.
    pub language: Language,
}

impl SourceConfig {
    /// Whether the source can be asked in this way.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when its proxy or its key cannot be used.
    pub fn check(&self) -> Result<(), InvalidEndpoint> {
        build(self, Arc::new(SystemClock)).map(drop)
    }
}

/// Asks sources one after the other.
pub struct Failover {
    sources: Vec<Box<dyn Adapter>>,
}

impl Failover {
    /// Puts sources in an order.
    ///
    /// # Errors
    /// [`InvalidEndpoint`] when a proxy or a key cannot be used.
    pub fn new(sources: &[SourceConfig], clock: &Arc<dyn Clock>) -> Result<Self, InvalidEndpoint> {
        let build = |config| build(config, Arc::clone(clock));
        Ok(Self {
            sources: sources.iter().map(build).collect::<Result<_, _>>()?,
        })
    }

    /// Counts the requests of a day together with all who have the same keys and the same Redis.
    #[must_use]
    pub fn counting_together(self, sources: &[SourceConfig], redis: &Arc<RedisShelf>) -> Self {
        for (adapter, source) in self.sources.iter().zip(sources) {
            let digest = digest(source.key.expose_secret());
            let tally = Tally::new(Arc::clone(redis), digest);
            adapter.gate().count_together(tally);
        }
        self
    }

    fn get(&self, source: SourceName) -> Result<&dyn Adapter, SourceError> {
        let found = self
            .sources
            .iter()
            .find(|adapter| adapter.gate().source() == source);
        found.map(Box::as_ref).ok_or(SourceError::NotConfigured)
    }

    /// The ways to a film: the source itself, then the others that describe the same catalogue.
    fn ways_to(&self, at: &SourceRef) -> Vec<(&dyn Adapter, SourceRef)> {
        let source = |adapter: &dyn Adapter| adapter.gate().source();
        let own = self.sources.iter().map(Box::as_ref);
        let own = own.filter(|adapter| source(*adapter) == at.source());
        let own = own.map(|adapter| (adapter, at.clone()));
        let others = self.sources.iter().map(Box::as_ref);
        let others = others.filter(|adapter| source(*adapter) != at.source());
        let others = others.filter_map(|adapter| {
            let same = at.external_ref()?;
            let same = SourceRef::of_external(source(adapter), &same)?;
            Some((adapter, same))
        });
        own.chain(others).collect()
    }

    /// How much of the time a source gets, so that those after it, as far as they are well, have as
    /// much.
    fn share(&self, position: usize, deadline: Deadline) -> Duration {
        let after = self.sources.iter().skip(position + 1);
        let after = after.filter(|adapter| adapter.gate().state().is_usable());
        let shares = u32::try_from(after.count()).unwrap_or(u32::MAX);
        deadline.left() / shares.saturating_add(1)
    }
}

fn build(
    config: &SourceConfig,
    clock: Arc<dyn Clock>,
) -> Result<Box<dyn Adapter>, InvalidEndpoint> {
    let SourceConfig {
        source,
        endpoint,
        key,
        language,
    } = config;
    Ok(match source {
        SourceName::Tmdb => Box::new(Tmdb::new(endpoint, key, *language, clock)?),
        SourceName::KinopoiskUnofficial => {
            Box::new(KinopoiskUnofficial::new(endpoint, key.clone(), clock)?)
        }
        SourceName::KinopoiskDev => Box::new(KinopoiskDev::new(endpoint, key.clone(), clock)?),
    })
}

fn note(source: SourceName, failure: &SourceError) {
    let source = source.name();
    tracing::debug!(
        error = logged(failure),
        source,
        "asking the next source of films"
    );
}

#[async_trait]
impl FilmSources for Failover {
    async fn search(&self, title: &str, language: Language, budget: Duration) -> SourceAnswer {
        let deadline = Deadline::within(budget);
        let mut answer = SourceAnswer::default();
        let mut asked: Vec<ExternalSource> = Vec::new();
        for (position, adapter) in self.sources.iter().enumerate() {
            let source = adapter.gate().source();
            if asked.contains(&source.catalogue()) {
                // The same catalogue by another way knows no more.
                continue;
            }
            let share = deadline.or_within(self.share(position, deadline));
            match adapter.search(title, language, share).await {
                Ok(films) => {
                    asked.push(source.catalogue());
                    answer.answered_by.push(source);
                    answer.films = films;
                }
                Err(failure) => {
                    note(source, &failure);
                    answer.is_owed = true;
                }
            }
            if !answer.films.is_empty() {
                answer.is_owed = false;
                break;
            }
        }
        answer
    }

    async fn film(&self, at: &SourceRef) -> Result<Option<SourcedFilm>, SourceError> {
        let mut failed = None;
        for (adapter, at) in self.ways_to(at) {
            match adapter.film(&at, adapter.gate().deadline()).await {
                Ok(film) => return Ok(film),
                Err(failure) => {
                    note(at.source(), &failure);
                    failed = failed.or(Some(failure));
                }
            }
        }
        Err(failed.unwrap_or(SourceError::NotConfigured))
    }

    async fn find(&self, refs: &[ExternalRef]) -> Result<Option<SourcedFilm>, SourceError> {
        let mut failed = self
            .sources
            .is_empty()
            .then_some(SourceError::NotConfigured);
        for adapter in &self.sources {
            for film in refs {
                match adapter.find(film, adapter.gate().deadline()).await {
                    Ok(Some(film)) => return Ok(Some(film)),
                    Ok(None) => {}
                    Err(failure) => {
                        note(adapter.gate().source(), &failure);
                        failed = failed.or(Some(failure));
                        break;
                    }
                }
            }
        }
        failed.map_or(Ok(None), Err)
    }

    async fn list(
        &self,
        source: SourceName,
        list: SourceList,
        page: u32,
    ) -> Result<SourcePage, SourceError> {
        let adapter = self.get(source)?;
        adapter.list(list, page, adapter.gate().deadline()).await
    }

    async fn similar(&self, at: &SourceRef) -> Result<Vec<SourcedFilm>, SourceError> {
        let adapter = self.get(at.source())?;
        adapter.similar(at, adapter.gate().deadline()).await
    }

    async fn random(&self, source: SourceName) -> Result<Option<SourcedFilm>, SourceError> {
        let adapter = self.get(source)?;
        adapter.random(adapter.gate().deadline()).await
    }

    async fn genres(&self, source: SourceName) -> Result<Vec<SourcedGenre>, SourceError> {
        let adapter = self.get(source)?;
        adapter.genres(adapter.gate().deadline()).await
    }

    fn states(&self) -> Vec<SourceState> {
        let states = self.sources.iter().map(|adapter| adapter.gate().state());
        states.collect()
    }
}
