//! One kind of answers: in memory, then in Redis, then from the source.
use super::{record::Keepable, redis_shelf::RedisShelf};
use crate::sources::gate::locked;
use application::{
    catalogue::sources::SourceError,
    shared::{
        clock::{Chance, Clock},
        failure::logged,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use moka::future::Cache;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};
use telemetry::Call;

/// How long answers are good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lives {
    /// So long nobody is asked again.
    pub(super) fresh: TimeDelta,
    /// So long after that the old answer is told at once, while the new one is fetched.
    pub(super) stale: TimeDelta,
    /// So long it is kept for the case that the sources are down.
    pub(super) kept: TimeDelta,
    /// So long nobody is asked again when there was nothing.
    pub(super) nothing: TimeDelta,
}

/// What all kinds of answers share.
pub(super) struct Shelves {
    pub(super) redis: Option<Arc<RedisShelf>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Chance>,
}

/// An answer, and how long it is good.
#[derive(Clone, Debug)]
pub(super) struct Kept<T> {
    pub(super) value: T,
    fresh_until: DateTime<Utc>,
    stale_until: DateTime<Utc>,
    gone_at: DateTime<Utc>,
}

/// The form in which it lies in Redis: times in seconds since 1970.
#[derive(Serialize, Deserialize)]
struct Envelope<P> {
    until: [i64; 3],
    value: P,
}

type Outcome<T> = Result<Arc<Kept<T>>, Arc<SourceError>>;
type Flight<T> = Shared<BoxFuture<'static, Outcome<T>>>;

/// One kind of answers.
pub(super) struct Layer<T: Keepable> {
    name: &'static str,
    lives: Lives,
    memory: Cache<String, Arc<Kept<T>>>,
    /// Who is being asked right now; others who want to know wait for the same answer.
    flights: Mutex<HashMap<String, Flight<T>>>,
    shelves: Arc<Shelves>,
}

impl<T: Keepable> Layer<T> {
    pub(super) fn new(
        name: &'static str,
        most_films: u64,
        lives: Lives,
        shelves: Arc<Shelves>,
    ) -> Arc<Self> {
        let longest = lives.kept.to_std().unwrap_or(Duration::MAX);
        Arc::new(Self {
            name,
            lives,
            memory: Cache::builder()
                .max_capacity(most_films)
                .weigher(|key: &String, kept: &Arc<Kept<T>>| {
                    kept.value
                        .weight()
                        .saturating_add(u32::from(key.len() > 256))
                })
                .time_to_live(longest)
                .build(),
            flights: Mutex::default(),
            shelves,
        })
    }

    /// Tells what is known, or asks.
    pub(super) async fn get<F>(
        self: &Arc<Self>,
        key: &str,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Outcome<T>
    where
        F: Future<Output = Result<T, SourceError>> + Send + 'static,
    {
        let step = || Call::within("cache sources").with("cache.name", self.name);
        let told = self.told(format!("filmhub:v1:{}:{key}", self.name), ask);
        let failure = |told: &Outcome<T>| told.is_err().then_some("failed");
        telemetry::call(step, told, failure).await
    }

    async fn told<F>(
        self: &Arc<Self>,
        key: String,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Outcome<T>
    where
        F: Future<Output = Result<T, SourceError>> + Send + 'static,
    {
        let now = self.shelves.clock.now();
        match self.take_from_memory(&key).await {
            Some(known) if now < known.fresh_until => {
                self.count("fresh");
                Ok(known)
            }
            Some(known) if now < known.stale_until => {
                self.count("stale");
                // The flight goes on by itself.
                drop(self.board(key, Some(Arc::clone(&known)), ask));
                Ok(known)
            }
            known => self.board(key, known, ask).await,
        }
    }

    /// Joins those who ask the same, or asks.
    fn board<F>(
        self: &Arc<Self>,
        key: String,
        known: Option<Arc<Kept<T>>>,
        ask: impl FnOnce() -> F + Send + 'static,
    ) -> Flight<T>
    where
        F: Future<Output = Result<T, SourceError>> + Send + 'static,
    {
        let mut flights = locked(&self.flights);
        if let Some(flight) = flights.get(&key) {
            self.count("joined");
            return flight.clone();
        }
        let layer = Arc::clone(self);
        let place = key.clone();
        // A task of its own: whoever asked first may go away, the others still want to know.
        let task = tokio::spawn(telemetry::carried(async move {
            let landed = Landed {
                layer: Arc::clone(&layer),
                key: place,
            };
            layer.fetch(&landed.key, known, ask).await
        }));
        let flight: BoxFuture<'static, Outcome<T>> = Box::pin(async move {
            task.await
                .unwrap_or_else(|failure| Err(Arc::new(SourceError::Unavailable(failure.into()))))
        });
        let flight = flight.shared();
        flights.insert(key, flight.clone());
        flight
    }

    async fn fetch<F>(
        &self,
        key: &str,
        known: Option<Arc<Kept<T>>>,
        ask: impl FnOnce() -> F + Send,
    ) -> Outcome<T>
    where
        F: Future<Output = Result<T, SourceError>> + Send,
    {
        // Somebody may have been faster between the look and the start.
        let known = newest(known, self.take_from_memory(key).await);
        let now = self.shelves.clock.now();
        if let Some(known) = &known
            && now < known.fresh_until
        {
            return Ok(Arc::clone(known));
        }
        let known = newest(known, self.take_from_redis(key).await);
        if let Some(known) = &known
            && now < known.fresh_until
        {
            self.count("shared");
            self.memory.insert(key.to_owned(), Arc::clone(known)).await;
            return Ok(Arc::clone(known));
        }
        match (ask().await, known) {
            (Ok(value), _) if value.is_whole() => {
                self.count("asked");
                Ok(self.keep(key, value).await)
            }
            // Half an answer, or none, is worse than a whole one that is old.
            (Ok(_), Some(known)) => {
                self.count("stale_if_error");
                Ok(self.put_in_memory(key, known).await)
            }
            (Err(failure), Some(known)) => {
                self.count("stale_if_error");
                tracing::debug!(error = logged(&failure), "an old answer is told again");
                Ok(self.put_in_memory(key, known).await)
            }
            (Ok(value), None) => {
                self.count("asked");
                Ok(Arc::new(self.dated(value)))
            }
            (Err(failure), None) => {
                self.count("failed");
                Err(Arc::new(failure))
            }
        }
    }

    async fn put_in_memory(&self, key: &str, known: Arc<Kept<T>>) -> Arc<Kept<T>> {
        self.memory.insert(key.to_owned(), Arc::clone(&known)).await;
        known
    }

    async fn keep(&self, key: &str, value: T) -> Arc<Kept<T>> {
        let kept = Arc::new(self.dated(value));
        self.memory.insert(key.to_owned(), Arc::clone(&kept)).await;
        self.put_in_redis(key, &kept).await;
        kept
    }

    /// Dates an answer; up to a tenth of its life is taken off by lot, so that what was kept together
    /// does not run out together.
    fn dated(&self, value: T) -> Kept<T> {
        const LOTS: u64 = 1_000;
        let now = self.shelves.clock.now();
        let lot = i32::try_from(self.shelves.chance.draw() % LOTS).unwrap_or(0);
        let jittered = |life: TimeDelta| life - life / 10 * lot / 1_000;
        let fresh = if value.is_nothing() {
            self.lives.nothing
        } else {
            self.lives.fresh
        };
        let fresh_until = now + jittered(fresh);
        let (stale, kept) = if value.is_nothing() {
            // That there was nothing is not worth telling once it may have changed.
            (TimeDelta::zero(), TimeDelta::zero())
        } else {
            (self.lives.stale, self.lives.kept)
        };
        Kept {
            value,
            fresh_until,
            stale_until: fresh_until + jittered(stale),
            gone_at: fresh_until + jittered(kept),
        }
    }

    async fn take_from_memory(&self, key: &str) -> Option<Arc<Kept<T>>> {
        let now = self.shelves.clock.now();
        let known = self.memory.get(key).await;
        known.filter(|known| now < known.gone_at)
    }

    async fn take_from_redis(&self, key: &str) -> Option<Arc<Kept<T>>> {
        let bytes = self.shelves.redis.as_ref()?.get(key).await?;
        let envelope: Envelope<T::Packed> = serde_json::from_slice(&bytes).ok()?;
        let [fresh, stale, kept] = envelope
            .until
            .map(|seconds| DateTime::from_timestamp(seconds, 0));
        let gone_at = kept?;
        (self.shelves.clock.now() < gone_at).then_some(())?;
        Some(Arc::new(Kept {
            value: T::unpack(envelope.value)?,
            fresh_until: fresh?,
            stale_until: stale?,
            gone_at,
        }))
    }

    async fn put_in_redis(&self, key: &str, kept: &Kept<T>) {
        let Some(redis) = &self.shelves.redis else {
            return;
        };
        let envelope = Envelope {
            until: [kept.fresh_until, kept.stale_until, kept.gone_at].map(|at| at.timestamp()),
            value: kept.value.pack(),
        };
        let left = kept.gone_at - self.shelves.clock.now();
        if let (Ok(bytes), Ok(left)) = (serde_json::to_vec(&envelope), left.to_std()) {
            redis.put(key, bytes, left).await;
        }
    }

    fn count(&self, outcome: &'static str) {
        telemetry::note_word("cache.outcome", outcome);
        metrics::counter!(
            "filmhub_source_cache_total", "kind" => self.name, "outcome" => outcome
        )
        .increment(1);
    }
}

fn newest<T>(one: Option<Arc<Kept<T>>>, other: Option<Arc<Kept<T>>>) -> Option<Arc<Kept<T>>> {
    match (one, other) {
        (Some(one), Some(other)) if one.fresh_until >= other.fresh_until => Some(one),
        (_, Some(other)) => Some(other),
        (one, None) => one,
    }
}

/// Takes a flight off the board when it is over, however it ends.
struct Landed<T: Keepable> {
    layer: Arc<Layer<T>>,
    key: String,
}

impl<T: Keepable> Drop for Landed<T> {
    fn drop(&mut self) {
        locked(&self.layer.flights).remove(&self.key);
    }
}
