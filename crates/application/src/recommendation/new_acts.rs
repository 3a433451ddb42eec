//! What people tell adds up until there is enough of it for another model.
use crate::{
    events::{
        EventEnvelope,
        ports::{ConsumeError, EventConsumer, EventPolicy},
    },
    jobs::{Task, ports::NewJob},
    shared::{
        clock::{Clock, IdGenerator},
        store::UnitOfWork,
    },
};
use async_trait::async_trait;
use chrono::Duration;
use domain::{events::DomainEvent, library::StandardList};
use shaku::Component;
use std::sync::Arc;

/// How long after a model the next one is trained at the soonest.
const BETWEEN_MODELS: Duration = Duration::hours(1);

/// Counts the acts that models learn from, and has a model trained when there are enough new ones.
#[derive(Component)]
#[shaku(interface = EventConsumer)]
pub(crate) struct TrainingTrigger {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    policy: Arc<dyn EventPolicy>,
}

#[async_trait]
impl EventConsumer for TrainingTrigger {
    fn name(&self) -> &'static str {
        "recommender"
    }

    fn wants(&self, kind: &str) -> bool {
        matches!(
            kind,
            "filmhub.film.rated.v1"
                | "filmhub.film.unrated.v1"
                | "filmhub.watchlist.film_added.v1"
                | "filmhub.watchlist.film_removed.v1"
        )
    }

    async fn handle(
        &self,
        event: &EventEnvelope,
        uow: &dyn UnitOfWork,
    ) -> Result<(), ConsumeError> {
        if !event.event().is_some_and(|event| is_learned_from(&event)) {
            return Ok(());
        }
        let now = self.clock.now();
        let since = uow.new_acts().count(now).await?;
        // Asked again each time as many have come, should a training have come to nothing.
        let enough = u64::from(self.policy.acts_per_training());
        if since.acts.is_multiple_of(enough) {
            let soonest = since.trained_at.map(|trained| trained + BETWEEN_MODELS);
            let job = NewJob::new(self.ids.next(), Task::TrainRecommender, now)
                .not_before(soonest.map_or(now, |soonest| soonest.max(now)));
            uow.jobs().enqueue(&job).await?;
        }
        Ok(())
    }
}

/// Models learn from ratings and standard lists, not from lists that people make.
fn is_learned_from(event: &DomainEvent) -> bool {
    match event {
        DomainEvent::FilmRated { .. } | DomainEvent::FilmUnrated { .. } => true,
        DomainEvent::WatchlistFilmAdded {
            watchlist, user, ..
        }
        | DomainEvent::WatchlistFilmRemoved {
            watchlist, user, ..
        } => StandardList::ALL
            .into_iter()
            .any(|list| list.of(*user) == *watchlist),
        _ => false,
    }
}
