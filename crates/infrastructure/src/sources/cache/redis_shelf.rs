//! What instances keep together, in Redis.
//!
//! It is a convenience: when it is away or slow, everything goes on without it, and a circuit breaker
//! sees to it that waiting for it costs next to nothing.
use crate::sources::{
    breaker::{Breaker, Outcome},
    gate::locked,
};
use application::{
    catalogue::sources::BreakerState,
    shared::{failure::logged, store::Cause},
};
use redis::{
    AsyncTypedCommands, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use secrecy::{ExposeSecret, SecretString};
use std::{
    sync::Mutex,
    time::{Duration, Instant},
};
use telemetry::Call;

/// How long Redis may take for an answer; a lookup takes well under a millisecond.
const ANSWER_WITHIN: Duration = Duration::from_millis(100);
const CONNECT_WITHIN: Duration = Duration::from_millis(500);
/// Larger things are not worth the way.
const MOST_BYTES: usize = 512 * 1024;

/// The generic cell rate algorithm, in one step and by the clock of the server, so that instances need
/// agree on nothing. What is kept is the time at which all are allowed again.
const TAKE_TURN: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local after = full + interval
local wait = after - burst * interval - now
if wait > 0 then return {0, wait, full - now} end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
return {math.floor(-wait / interval), 0, after - now}
";

/// The address of Redis cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("must be the address of a Redis server, such as `redis://localhost:6379`")]
pub struct InvalidRedisUrl(#[source] Cause);

/// Redis does not answer.
#[derive(Debug, thiserror::Error)]
#[error("it does not answer")]
pub struct RedisAway(#[source] Cause);

/// A shelf in Redis.
pub struct RedisShelf {
    connection: ConnectionManager,
    breaker: Mutex<Breaker>,
}

impl RedisShelf {
    /// Checks the address of a server without talking to it.
    ///
    /// # Errors
    /// [`InvalidRedisUrl`] when it is none.
    pub fn check(url: &SecretString) -> Result<(), InvalidRedisUrl> {
        client(url).map(drop)
    }

    /// Prepares to talk to a server; nothing is asked of it yet. It MUST be called within a runtime.
    ///
    /// # Errors
    /// [`InvalidRedisUrl`] when the address cannot be used.
    pub fn open(url: &SecretString) -> Result<Self, InvalidRedisUrl> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_WITHIN))
            .set_response_timeout(Some(ANSWER_WITHIN))
            .set_min_delay(Duration::from_millis(50))
            .set_max_delay(Duration::from_secs(1))
            // The breaker decides when it is tried again.
            .set_number_of_retries(1);
        let connection = ConnectionManager::new_lazy_with_config(client(url)?, config)
            .map_err(|failure| InvalidRedisUrl(failure.into()))?;
        Ok(Self {
            connection,
            breaker: Mutex::default(),
        })
    }

    /// Asks the server for a sign of life.
    ///
    /// # Errors
    /// [`RedisAway`] when it gives none.
    pub async fn ping(&self) -> Result<(), RedisAway> {
        let mut connection = self.connection.clone();
        let answer = connection.ping().await;
        answer
            .map(drop)
            .map_err(|failure| RedisAway(failure.into()))
    }

    /// Takes something from the shelf; nothing when it is not there or Redis is away.
    pub(super) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let mut connection = self.connection.clone();
        let read = async {
            redis::cmd("GET")
                .arg(key)
                .query_async(&mut connection)
                .await
        };
        self.attempt("GET redis", read).await.flatten()
    }

    /// Puts something on the shelf for a time, if that is possible now.
    pub(super) async fn put(&self, key: &str, bytes: Vec<u8>, ttl: Duration) {
        if bytes.len() > MOST_BYTES {
            return;
        }
        let mut connection = self.connection.clone();
        let seconds = ttl.as_secs().max(1);
        let write = async { connection.set_ex(key, bytes, seconds).await };
        self.attempt("SET redis", write).await;
    }

    /// Counts one more of something, and tells how many there are; nothing when Redis is away.
    pub(in crate::sources) async fn count(&self, key: &str, ttl: Duration) -> Option<u32> {
        let mut connection = self.connection.clone();
        let seconds = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
        let count = async {
            let mut both = redis::pipe();
            both.atomic().incr(key, 1).expire(key, seconds).ignore();
            let (count,): (u32,) = both.query_async(&mut connection).await?;
            Ok(count)
        };
        self.attempt("INCR redis", count).await
    }

    /// Counts one more of something of which `burst` may come at once and then one in each interval.
    /// Tells how many may follow, and in how many microseconds one may come again, where this one may
    /// not, and all; nothing when Redis is away.
    pub(crate) async fn take_turn(
        &self,
        key: &str,
        interval: Duration,
        burst: u32,
    ) -> Option<(u32, u64, u64)> {
        let mut connection = self.connection.clone();
        let micros = u64::try_from(interval.as_micros()).unwrap_or(u64::MAX);
        let turn = async {
            let mut eval = redis::cmd("EVAL");
            eval.arg(TAKE_TURN).arg(1).arg(key).arg(micros).arg(burst);
            eval.query_async(&mut connection).await
        };
        self.attempt("EVAL redis", turn).await
    }

    async fn attempt<T>(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<T, RedisError>>,
    ) -> Option<T> {
        let ticket = locked(&self.breaker).admit(Instant::now())?;
        // If the caller goes away in the middle, the next one is let through all the same.
        let mut returned = Returned {
            shelf: self,
            ticket: Some(ticket),
        };
        let step = || Call::outside(name).with("db.system.name", "redis");
        let work = tokio::time::timeout(ANSWER_WITHIN, work);
        let answer = telemetry::call(step, work, |answer| match answer {
            Ok(Ok(_)) => None,
            Ok(Err(_)) => Some("failed"),
            Err(_) => Some("too_slow"),
        });
        let answer = answer.await;
        returned.ticket = None;
        let outcome = match &answer {
            Ok(Ok(_)) => Outcome::Good,
            Ok(Err(_)) | Err(_) => Outcome::Bad,
        };
        self.note(ticket, outcome);
        match answer {
            Ok(Ok(value)) => Some(value),
            Ok(Err(failure)) => {
                tracing::debug!(error = logged(&failure), "Redis failed");
                None
            }
            Err(_) => None,
        }
    }

    fn note(&self, ticket: crate::sources::breaker::Ticket, outcome: Outcome) {
        let now = Instant::now();
        let mut breaker = locked(&self.breaker);
        let before = breaker.state(now);
        breaker.record(ticket, outcome, now);
        let after = breaker.state(now);
        drop(breaker);
        if before != BreakerState::Open && after == BreakerState::Open {
            tracing::warn!("Redis does not answer; this process remembers and counts for itself");
        }
        if before != BreakerState::Closed && after == BreakerState::Closed {
            tracing::info!("Redis answers again");
        }
        metrics::gauge!("filmhub_redis_available").set(f64::from(after == BreakerState::Closed));
    }
}

fn client(url: &SecretString) -> Result<Client, InvalidRedisUrl> {
    Client::open(url.expose_secret()).map_err(|failure| InvalidRedisUrl(failure.into()))
}

/// Gives a ticket back when the work was given up.
struct Returned<'a> {
    shelf: &'a RedisShelf,
    ticket: Option<crate::sources::breaker::Ticket>,
}

impl Drop for Returned<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            locked(&self.shelf.breaker).give_back(ticket);
        }
    }
}
