//! Hands on what was published, one process at a time.
use super::{Consuming, EventBell, retrying::RULE};
use application::{
    events::{
        EventEnvelope,
        ports::{ConsumeError, DueEvent, EventBroker, EventConsumer, OutboxQueue, PublishError},
    },
    shared::{
        clock::{Chance, Clock, IdGenerator},
        failure::logged,
        store::{Cause, StoreError},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::events::EventId;
use metrics::counter;
use std::{collections::HashMap, error::Error, sync::Arc, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How many events are handed on at once.
const AT_ONCE: u32 = 100;
/// How long events may be on their way; less than what is left of a lease at least.
const WITHIN: Duration = Duration::from_secs(10);
/// How long a process is the one who hands events on without being heard of.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// When less than this is left of the lease, it is renewed.
const RENEWED_BEFORE: TimeDelta = TimeDelta::seconds(15);
/// How often it looks for what other processes published or left.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long events gather before the next are handed on, so that many small changes are not followed by
/// as many small notes.
const GATHERING: Duration = Duration::from_millis(50);
/// The first and the longest rest while nobody takes events.
const RESTS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// Where events go.
pub enum Route {
    /// To the consumers of this process.
    Consumers(Consuming, Vec<Arc<dyn EventConsumer>>),
    /// To a broker, which others listen to.
    Broker(Arc<dyn EventBroker>),
}

/// What a relay needs of the outside world.
pub struct RelayPorts {
    /// What is to be told.
    pub queue: Arc<dyn OutboxQueue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Names of processes.
    pub ids: Arc<dyn IdGenerator>,
    /// Lots for the rests between tries.
    pub chance: Arc<dyn Chance>,
    /// Rung when there is something to tell.
    pub bell: EventBell,
}

/// Hands on what was published: in order for each subject, at least once.
pub struct EventRelay {
    ports: RelayPorts,
    route: Route,
    who: Uuid,
    leads_until: Option<DateTime<Utc>>,
    failures: u32,
}

/// What a turn came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// There is nothing to tell, or somebody else tells it.
    Idle,
    /// Some were handed on: all there were, or as many as go at once.
    Told {
        /// Whether it was all.
        is_all: bool,
    },
}

/// What went wrong with all of them.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("events cannot be handed on")]
    Route(#[source] Cause),
}

/// What became of an event.
#[derive(Debug)]
enum Fate {
    /// Whoever wanted it has it.
    Told,
    /// It is to be tried again, or never.
    Failed(ConsumeError),
    /// It waits for another one.
    Untried,
}

impl EventRelay {
    /// A relay that hands events on by a route.
    #[must_use]
    pub fn new(ports: RelayPorts, route: Route) -> Self {
        let who = ports.ids.next_uuid();
        Self {
            ports,
            route,
            who,
            leads_until: None,
            failures: 0,
        }
    }

    /// Hands events on until it is told to stop. What is on its way then is handed on again by the next.
    pub async fn relay(mut self, stopping: CancellationToken) {
        while !stopping.is_cancelled() {
            let turn = tokio::select! {
                () = stopping.cancelled() => break,
                turn = self.turn() => turn,
            };
            let rest = self.rest_after(turn);
            tokio::select! {
                () = stopping.cancelled() => {}
                () = rest => {}
            }
        }
        if self.leads_until.is_some()
            && let Err(failure) = self.ports.queue.resign(self.who).await
        {
            tracing::debug!(error = logged(&failure), "others will go on a little later");
        }
    }

    /// How long to rest: until there is more, and longer each time when nobody takes events.
    fn rest_after(&mut self, turn: Result<Turn, Trouble>) -> impl Future<Output = ()> + use<> {
        let failed = match &turn {
            Ok(_) => {
                if self.failures > 0 {
                    tracing::info!("events are handed on again");
                }
                self.failures = 0;
                None
            }
            Err(trouble) => {
                if self.failures == 0 {
                    tracing::warn!(
                        error = logged(trouble),
                        "events cannot be handed on, trying again"
                    );
                }
                let rest = RESTS.0.saturating_mul(1 << self.failures.min(5));
                self.failures = self.failures.saturating_add(1);
                Some(rest.min(RESTS.1))
            }
        };
        let bell = self.ports.bell.clone();
        async move {
            match (failed, turn) {
                (Some(rest), _) => sleep(rest).await,
                (None, Ok(Turn::Told { is_all: false })) => {}
                (None, Ok(Turn::Told { is_all: true })) => sleep(GATHERING).await,
                (None, _) => tokio::select! {
                    () = bell.rung() => {}
                    () = sleep(LOOK_EVERY) => {}
                },
            }
        }
    }

    /// Hands the next events on.
    async fn turn(&mut self) -> Result<Turn, Trouble> {
        let mut due = self.next().await?;
        if due.is_empty() {
            return Ok(Turn::Idle);
        }
        match self.lead().await? {
            Lead::No => return Ok(Turn::Idle),
            Lead::Still => {}
            // Whoever led until now may have told some of them meanwhile.
            Lead::Again => due = self.next().await?,
        }
        self.tell(due).await
    }

    async fn next(&self) -> Result<Vec<DueEvent>, StoreError> {
        self.ports.queue.next(AT_ONCE, self.ports.clock.now()).await
    }

    async fn lead(&mut self) -> Result<Lead, StoreError> {
        let now = self.ports.clock.now();
        let is_sure = |until: DateTime<Utc>| until - now > RENEWED_BEFORE;
        if self.leads_until.is_some_and(is_sure) {
            return Ok(Lead::Still);
        }
        let until = now + LEASE;
        let leads = self.ports.queue.lead(self.who, now, until).await?;
        self.leads_until = leads.then_some(until);
        Ok(if leads { Lead::Again } else { Lead::No })
    }

    async fn tell(&self, due: Vec<DueEvent>) -> Result<Turn, Trouble> {
        let events: Vec<EventEnvelope> = due.iter().map(|due| due.event.clone()).collect();
        let delivery = match &self.route {
            Route::Consumers(consuming, consumers) => {
                timeout(WITHIN, consume(consuming, consumers, &events)).await
            }
            Route::Broker(broker) => timeout(WITHIN, publish(&**broker, &events)).await.map(Ok),
        };
        let (fates, trouble) = match delivery {
            Ok(Ok(delivered)) => delivered,
            Ok(Err(failure)) => return Err(failure.into()),
            Err(late) => return Err(Trouble::Route(late.into())),
        };
        self.note(&due, &fates).await?;
        if let Some(cause) = trouble {
            return Err(Trouble::Route(cause));
        }
        let is_all = u32::try_from(due.len()).is_ok_and(|count| count < AT_ONCE);
        Ok(Turn::Told { is_all })
    }

    /// Notes what became of events. What is told is noted first, so that a failure here repeats little.
    async fn note(&self, due: &[DueEvent], fates: &[Fate]) -> Result<(), StoreError> {
        let pairs = || due.iter().zip(fates);
        let told = pairs().filter(|(_, fate)| matches!(fate, Fate::Told));
        let told: Vec<EventId> = told.map(|(due, _)| due.event.id).collect();
        let now = self.ports.clock.now();
        self.ports.queue.settle(&told, now).await?;
        let count = u64::try_from(told.len()).unwrap_or(u64::MAX);
        counter!("filmhub_events_total", "outcome" => "told").increment(count);
        for (due, fate) in pairs() {
            if let Fate::Failed(failure) = fate {
                self.note_failure(due, failure).await?;
            }
        }
        Ok(())
    }

    async fn note_failure(&self, due: &DueEvent, failure: &ConsumeError) -> Result<(), StoreError> {
        let DueEvent { event, tries } = due;
        let now = self.ports.clock.now();
        let problem = words(failure);
        let rest = match failure {
            ConsumeError::Retry(_) => RULE.rest_after(tries + 1, self.ports.chance.draw()),
            ConsumeError::Refuse(_) => None,
        };
        let Some(rest) = rest else {
            tracing::error!(event.id = %event.id, event.kind, problem, "an event is given up");
            counter!("filmhub_events_total", "outcome" => "dead").increment(1);
            return self.ports.queue.bury(event, &problem, now).await;
        };
        tracing::warn!(
            event.id = %event.id, event.kind, problem, "an event was not dealt with, trying again"
        );
        counter!("filmhub_events_total", "outcome" => "again").increment(1);
        let due_at = now + rest;
        self.ports.queue.put_back(event.id, &problem, due_at).await
    }
}

/// Who hands events on.
enum Lead {
    /// Somebody else.
    No,
    /// This process, as before.
    Still,
    /// This process from now on, or for longer.
    Again,
}

/// What became of each event, and what keeps all others from being told.
type Delivered = (Vec<Fate>, Option<Cause>);

/// Hands events to those who want them.
async fn consume(
    consuming: &Consuming,
    consumers: &[Arc<dyn EventConsumer>],
    events: &[EventEnvelope],
) -> Result<Delivered, StoreError> {
    let mut failed: HashMap<usize, ConsumeError> = HashMap::new();
    let mut stuck: HashMap<String, usize> = HashMap::new();
    for consumer in consumers {
        let is_wanted = |(place, event): &(usize, &EventEnvelope)| {
            let first = stuck.get(&event.subject());
            consumer.wants(&event.kind) && first.is_none_or(|first| place < first)
        };
        let wanted = events.iter().enumerate().filter(is_wanted);
        let (places, wanted): (Vec<usize>, Vec<EventEnvelope>) =
            wanted.map(|(place, event)| (place, event.clone())).unzip();
        if wanted.is_empty() {
            continue;
        }
        let handed = consuming.hand(&**consumer, &wanted).await?;
        for ((place, event), dealt) in places.into_iter().zip(wanted).zip(handed) {
            if let Err(failure) = dealt {
                let first = stuck.entry(event.subject()).or_insert(place);
                if *first >= place {
                    *first = place;
                    failed.insert(place, failure);
                }
            }
        }
    }
    let fate = |(place, event): (usize, &EventEnvelope)| match stuck.get(&event.subject()) {
        Some(first) if *first == place => failed.remove(&place).map_or(Fate::Untried, Fate::Failed),
        Some(first) if *first < place => Fate::Untried,
        Some(_) | None => Fate::Told,
    };
    Ok((events.iter().enumerate().map(fate).collect(), None))
}

/// Hands events to a broker.
async fn publish(broker: &dyn EventBroker, events: &[EventEnvelope]) -> Delivered {
    let (confirmed, refused, trouble) = match broker.publish(events).await {
        Ok(()) => (events.len(), None, None),
        Err(PublishError::Refused { confirmed, cause }) => (confirmed, Some(cause), None),
        Err(PublishError::Unavailable { confirmed, cause }) => (confirmed, None, Some(cause)),
    };
    let told = events.iter().take(confirmed).map(|_| Fate::Told);
    let mut fates: Vec<Fate> = told.collect();
    fates.extend(refused.map(|cause| Fate::Failed(ConsumeError::Retry(cause))));
    fates.resize_with(events.len(), || Fate::Untried);
    (fates, trouble)
}

/// What a failure says, with what lies under it.
fn words(failure: &ConsumeError) -> String {
    let (ConsumeError::Retry(cause) | ConsumeError::Refuse(cause)) = failure;
    let mut words = cause.to_string();
    let mut under = cause.source();
    while let Some(cause) = under {
        words = format!("{words}: {cause}");
        under = Error::source(cause);
    }
    words
}

#[cfg(test)]
mod tests;
