//! The gate before a source: everything that is asked of it passes here.
//!
//! In this order: is the key refused or the quota spent; does the circuit breaker let the call
//! through; is it within the source's rate; then the call, within its time; and again, if it may be
//! repeated and time is left.
use super::{
    RedisShelf,
    breaker::{Breaker, Outcome, Ticket},
    http::{CallError, Endpoint, HttpClient, InvalidEndpoint, Key},
    quota::{Barred, Daily, Quota},
};
use application::{
    catalogue::sources::{BreakerState, SourceError, SourceState},
    shared::{clock::Clock, failure::logged},
};
use backon::{ExponentialBuilder, Retryable};
use chrono::NaiveDate;
use domain::catalogue::SourceName;
use governor::{
    DefaultDirectRateLimiter, Quota as Rate, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use serde_json::Value;
use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use telemetry::Call;

/// An answer that takes longer is a bad sign, even if it is right.
const SLOW: Duration = Duration::from_secs(3);
/// With less time than this nobody is asked: the failure would say nothing of the source.
const LEAST: Duration = Duration::from_millis(40);
const RETRIES: usize = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// By when something must be done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn within(budget: Duration) -> Self {
        Self(Instant::now() + budget)
    }

    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// The earlier of this and another.
    pub(super) fn or_within(self, budget: Duration) -> Self {
        Self(self.0.min(Instant::now() + budget))
    }
}

/// How fast and how often a source may be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) per_second: NonZeroU32,
    pub(super) daily: Option<Daily>,
}

/// The gate before one source.
pub(super) struct Gate {
    source: SourceName,
    http: HttpClient,
    answer_within: Duration,
    limiter: DefaultDirectRateLimiter,
    timer: DefaultClock,
    breaker: Mutex<Breaker>,
    quota: Mutex<Quota>,
    tally: OnceLock<Tally>,
    clock: Arc<dyn Clock>,
}

impl Gate {
    pub(super) fn new(
        source: SourceName,
        endpoint: &Endpoint,
        key: Key,
        limits: Limits,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, InvalidEndpoint> {
        Ok(Self {
            source,
            http: HttpClient::new(endpoint, key)?,
            answer_within: endpoint.answer_within,
            limiter: RateLimiter::direct(Rate::per_second(limits.per_second)),
            timer: DefaultClock::default(),
            breaker: Mutex::default(),
            quota: Mutex::new(Quota::new(limits.daily)),
            tally: OnceLock::new(),
            clock,
        })
    }

    pub(super) fn source(&self) -> SourceName {
        self.source
    }

    /// Counts the requests of a day together with all who have the same key and the same Redis.
    pub(super) fn count_together(&self, tally: Tally) {
        // Set once, when the source is put together.
        let _ = self.tally.set(tally);
    }

    /// By when a whole task of the source must be done: several requests, some of them repeated.
    pub(super) fn deadline(&self) -> Deadline {
        Deadline::within(self.answer_within * 3)
    }

    /// Reads a JSON document; nothing where there is none.
    pub(super) async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
        deadline: Deadline,
    ) -> Result<Option<Value>, SourceError> {
        let backoff = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(RETRIES)
            .with_jitter();
        let answer = (|| self.attempt(path, query, deadline))
            .retry(backoff)
            .sleep(tokio::time::sleep)
            .when(|failure| failure.may_be_repeated() && deadline.left() > FIRST_PAUSE * 4)
            .await;
        answer.map_err(|failure| self.explain(failure))
    }

    /// How the source is, as far as is known here.
    pub(super) fn state(&self) -> SourceState {
        let now = self.clock.now();
        let quota = locked(&self.quota);
        SourceState {
            source: self.source,
            breaker: locked(&self.breaker).state(Instant::now()),
            quota_left: quota.left(now),
            quota_spent_until: quota.spent_until(now),
            is_refused: quota.is_refused(now),
        }
    }

    async fn attempt(
        &self,
        path: &str,
        query: &[(&str, &str)],
        deadline: Deadline,
    ) -> Result<Option<Value>, Failure> {
        locked(&self.quota).check(self.clock.now())?;
        let permit = self.permit()?;
        self.wait_for_turn(deadline).await?;
        let patience = self.answer_within.min(deadline.left());
        if patience < LEAST {
            return Err(CallError::NoTime.into());
        }
        self.count().await?;
        let started = Instant::now();
        let asking = async {
            let answer = tokio::time::timeout(patience, self.http.get(path, query)).await;
            answer.unwrap_or(Err(CallError::TooSlow))
        };
        let source = self.source.name();
        let step = || Call::outside("GET source").with("peer.service", source);
        let answer = telemetry::call(step, asking, |answer| {
            answer.as_ref().err().map(CallError::name)
        });
        let answer = answer.await;
        let took = started.elapsed();
        permit.record(of_answer(&answer, took));
        self.note(&answer, took);
        answer.map_err(Failure::Call)
    }

    /// Counts a request that is about to be made, here and with others; when those cannot be asked, what
    /// is counted here has to do.
    async fn count(&self) -> Result<(), Barred> {
        let now = self.clock.now();
        let day = locked(&self.quota).take(now)?;
        let Some((tally, day)) = self.tally.get().zip(day) else {
            return Ok(());
        };
        match tally.add(self.source, day).await {
            Some(used) => locked(&self.quota).learn(day, used, now),
            None => Ok(()),
        }
    }

    fn permit(&self) -> Result<Permit<'_>, Failure> {
        let ticket = locked(&self.breaker).admit(Instant::now());
        self.tell_breaker();
        let ticket = ticket.ok_or(CallError::LeftAlone)?;
        Ok(Permit {
            gate: self,
            ticket: Some(ticket),
        })
    }

    async fn wait_for_turn(&self, deadline: Deadline) -> Result<(), CallError> {
        while let Err(too_early) = self.limiter.check() {
            let wait = too_early.wait_time_from(self.timer.now());
            if wait + LEAST > deadline.left() {
                return Err(CallError::NoTime);
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Draws conclusions from an answer, and counts it.
    fn note(&self, answer: &Result<Option<Value>, CallError>, took: Duration) {
        let source = self.source.name();
        let outcome = answer.as_ref().map_or_else(CallError::name, |_| "answered");
        metrics::counter!("filmhub_source_requests_total", "source" => source, "outcome" => outcome)
            .increment(1);
        metrics::histogram!("filmhub_source_request_seconds", "source" => source)
            .record(took.as_secs_f64());
        let now = self.clock.now();
        let mut quota = locked(&self.quota);
        match answer {
            Ok(_) => quota.is_key_taken(),
            Err(CallError::PaymentRequired) => self.tell_spent(quota.is_spent(now)),
            Err(CallError::Refused {
                speaks_of_limit: true,
                ..
            }) => {
                self.tell_spent(quota.is_spent(now));
            }
            Err(CallError::Refused { status, .. }) => {
                quota.is_key_refused(now);
                tracing::error!(source, status, "a source of films refuses the key");
            }
            Err(CallError::TooMany { retry_after }) => {
                self.tell_spent(quota.is_too_much(now, *retry_after));
            }
            Err(failure) => {
                tracing::debug!(error = logged(failure), source, "a source of films failed");
            }
        }
        if let Some(left) = quota.left(now) {
            metrics::gauge!("filmhub_source_quota_remaining", "source" => source)
                .set(f64::from(left));
        }
    }

    fn tell_spent(&self, until: chrono::DateTime<chrono::Utc>) {
        tracing::warn!(source = self.source.name(), %until, "the quota of a source is spent");
    }

    fn tell_breaker(&self) {
        let state = locked(&self.breaker).state(Instant::now());
        let value = match state {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        };
        metrics::gauge!("filmhub_source_breaker_state", "source" => self.source.name()).set(value);
    }

    fn explain(&self, failure: Failure) -> SourceError {
        match failure {
            Failure::Barred(Barred::Refused)
            | Failure::Call(CallError::Refused {
                speaks_of_limit: false,
                ..
            }) => SourceError::Refused,
            Failure::Barred(Barred::Spent(until)) => SourceError::QuotaSpent { until },
            Failure::Call(
                CallError::PaymentRequired | CallError::TooMany { .. } | CallError::Refused { .. },
            ) => {
                let now = self.clock.now();
                let until = locked(&self.quota).spent_until(now).unwrap_or(now);
                SourceError::QuotaSpent { until }
            }
            Failure::Call(
                failure @ (CallError::NotJson(_) | CallError::TooLong | CallError::Rejected(_)),
            ) => SourceError::Malformed(failure.into()),
            Failure::Call(
                failure @ (CallError::Broken(_)
                | CallError::TooSlow
                | CallError::Server(_)
                | CallError::Redirected
                | CallError::LeftAlone
                | CallError::NoTime),
            ) => SourceError::Unavailable(failure.into()),
        }
    }
}

/// Counts what all instances ask with one key.
pub(super) struct Tally {
    shelf: Arc<RedisShelf>,
    key_digest: String,
}

impl Tally {
    pub(super) fn new(shelf: Arc<RedisShelf>, key_digest: String) -> Self {
        Self { shelf, key_digest }
    }

    /// Counts one more, and tells how many were counted that day.
    async fn add(&self, source: SourceName, day: NaiveDate) -> Option<u32> {
        /// Longer than any day lasts anywhere.
        const TWO_DAYS: Duration = Duration::from_hours(48);
        let key = format!("filmhub:v1:quota:{source}:{}:{day}", self.key_digest);
        self.shelf.count(&key, TWO_DAYS).await
    }
}

/// Why a request got no answer.
enum Failure {
    Barred(Barred),
    Call(CallError),
}

impl From<Barred> for Failure {
    fn from(barred: Barred) -> Self {
        Self::Barred(barred)
    }
}

impl From<CallError> for Failure {
    fn from(failure: CallError) -> Self {
        Self::Call(failure)
    }
}

impl Failure {
    /// Whether the same question may well be answered in a moment. All questions here only read, so
    /// none does harm by being asked twice.
    fn may_be_repeated(&self) -> bool {
        match self {
            Self::Call(CallError::Broken(_) | CallError::TooSlow | CallError::Server(_)) => true,
            Self::Call(
                CallError::Rejected(_)
                | CallError::Refused { .. }
                | CallError::PaymentRequired
                | CallError::TooMany { .. }
                | CallError::Redirected
                | CallError::TooLong
                | CallError::NotJson(_)
                | CallError::LeftAlone
                | CallError::NoTime,
            )
            | Self::Barred(_) => false,
        }
    }
}

impl CallError {
    fn name(&self) -> &'static str {
        match self {
            Self::Broken(_) => "broken",
            Self::TooSlow => "too_slow",
            Self::Server(_) => "server_error",
            Self::Rejected(_) => "rejected",
            Self::Refused { .. } => "refused",
            Self::PaymentRequired | Self::TooMany { .. } => "quota",
            Self::Redirected => "redirected",
            Self::TooLong => "too_long",
            Self::NotJson(_) => "not_json",
            Self::LeftAlone => "left_alone",
            Self::NoTime => "no_time",
        }
    }
}

/// A refusal is an answer of a server that is well; nonsense, like the page of somebody who blocks the
/// way, is not.
fn of_answer(answer: &Result<Option<Value>, CallError>, took: Duration) -> Outcome {
    match answer {
        Ok(_)
        | Err(
            CallError::Rejected(_)
            | CallError::Refused { .. }
            | CallError::PaymentRequired
            | CallError::TooMany { .. },
        ) if took < SLOW => Outcome::Good,
        Ok(_) | Err(_) => Outcome::Bad,
    }
}

/// The breaker's leave to make one call. If the caller goes away in the middle, it says nothing of the
/// source unless the source had had its time.
struct Permit<'a> {
    gate: &'a Gate,
    ticket: Option<Ticket>,
}

impl Permit<'_> {
    fn record(mut self, outcome: Outcome) {
        if let Some(ticket) = self.ticket.take() {
            let now = Instant::now();
            let mut breaker = locked(&self.gate.breaker);
            let before = breaker.state(now);
            breaker.record(ticket, outcome, now);
            let after = breaker.state(now);
            drop(breaker);
            self.gate.tell_breaker();
            tell_change(self.gate.source, before, after);
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            locked(&self.gate.breaker).give_back(ticket);
        }
    }
}

fn tell_change(source: SourceName, before: BreakerState, after: BreakerState) {
    let source = source.name();
    match (before, after) {
        (BreakerState::Closed | BreakerState::HalfOpen, BreakerState::Open) => {
            tracing::warn!(
                source,
                "a source of films has failed too often and is left alone"
            );
        }
        (BreakerState::HalfOpen | BreakerState::Open, BreakerState::Closed) => {
            tracing::info!(source, "a source of films is well again");
        }
        (
            BreakerState::Closed | BreakerState::HalfOpen | BreakerState::Open,
            BreakerState::Closed | BreakerState::HalfOpen | BreakerState::Open,
        ) => {}
    }
}

/// Locks what no code leaves half changed.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
