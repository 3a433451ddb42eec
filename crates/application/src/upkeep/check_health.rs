//! Tells whether each part that the service needs answers.
//!
//! Probes come often and from many sides, and asking costs a write to the disk or a call of the poster
//! store. So the parts are asked all at once, by one for all who want to know, and the answer stands for
//! a moment.
use crate::{
    catalogue::ports::{FilmIndex, PosterStore},
    shared::{
        actor::Actor,
        clock::Clock,
        failure::{Failure, logged},
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{future::join3, lock::Mutex};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Asks every part.
#[derive(Debug)]
pub struct CheckHealth;

/// How one part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartHealth {
    /// Which part: `database`, `storage` or `index`.
    pub name: &'static str,
    /// The code of what is wrong with it, if something is.
    pub problem: Option<&'static str>,
}

request!(CheckHealth => Vec<PartHealth>, StoreError);

/// How long it stands that all is well.
const WELL_FOR: TimeDelta = TimeDelta::seconds(1);
/// How long it stands that something is not: at the start, what is not ready yet is ready soon.
const ILL_FOR: TimeDelta = TimeDelta::milliseconds(50);

/// What the parts answered, and when.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    parts: Vec<PartHealth>,
    at: DateTime<Utc>,
}

impl Answered {
    fn stands(&self, now: DateTime<Utc>) -> bool {
        let is_well = self.parts.iter().all(|part| part.problem.is_none());
        now < self.at + if is_well { WELL_FOR } else { ILL_FOR }
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<CheckHealth>)]
pub(crate) struct CheckHealthUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    posters: Arc<dyn PosterStore>,
    #[shaku(inject)]
    index: Arc<dyn FilmIndex>,
    /// Held while the parts are asked, so that others wait for that answer.
    #[shaku(default)]
    answered: Mutex<Option<Answered>>,
}

#[async_trait]
impl UseCase<CheckHealth> for CheckHealthUseCase {
    #[instrument(name = "upkeep.check_health", skip_all)]
    async fn execute(&self, _: &Actor, _: CheckHealth) -> Result<Vec<PartHealth>, StoreError> {
        let mut answered = self.answered.lock().await;
        let now = self.clock.now();
        if let Some(last) = answered.as_ref().filter(|last| last.stands(now)) {
            return Ok(last.parts.clone());
        }
        let parts = self.ask().await;
        *answered = Some(Answered {
            parts: parts.clone(),
            at: self.clock.now(),
        });
        Ok(parts)
    }
}

impl CheckHealthUseCase {
    /// Asks all parts at once; each of them sees to it that it answers in time.
    async fn ask(&self) -> Vec<PartHealth> {
        let (database, storage, index) =
            join3(self.store.check(), self.posters.check(), self.index.check()).await;
        vec![
            part("database", database),
            part("storage", storage),
            part("index", index),
        ]
    }
}

fn part<E: Failure>(name: &'static str, answer: Result<(), E>) -> PartHealth {
    let problem = answer.err().map(|failure| {
        tracing::debug!(
            error = logged(&failure),
            part = name,
            "a part does not answer"
        );
        failure.code()
    });
    PartHealth { name, problem }
}
