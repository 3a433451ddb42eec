//! How the way to the broker is.
use application::events::broker::{BrokerState, BrokerWatch};
use shaku::Component;
use std::{
    collections::BTreeSet,
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The name of who publishes, beside those of consumers.
pub(super) const PUBLISHER: &str = "publisher";

/// How the broker was when it was last used; shared by everything in this process that uses it.
#[derive(Clone, Debug, Default)]
pub struct BrokerHealth(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    last: Option<BrokerState>,
    /// Who has said that it does not answer, and not yet that it does again.
    vain: BTreeSet<&'static str>,
}

impl BrokerHealth {
    /// The broker has done what somebody asked of it.
    pub(super) fn is_up(&self, who: &'static str) {
        let mut known = self.known();
        known.last = Some(BrokerState::Up);
        if known.vain.remove(who) {
            tracing::info!(who, "the broker answers again");
        }
        drop(known);
        metrics::gauge!("filmhub_events_broker_up").set(1.0);
    }

    /// The broker does not answer somebody, which is said once in the log.
    pub(super) fn is_down(&self, who: &'static str, trouble: &(dyn Error + 'static)) {
        let mut known = self.known();
        known.last = Some(BrokerState::Down);
        if known.vain.insert(who) {
            tracing::warn!(
                error = trouble,
                who,
                "the broker does not answer, trying again"
            );
        } else {
            tracing::debug!(error = trouble, who, "the broker still does not answer");
        }
        drop(known);
        metrics::gauge!("filmhub_events_broker_up").set(0.0);
    }

    /// How it was for whoever used it last.
    #[must_use]
    pub fn state(&self) -> BrokerState {
        self.known().last.unwrap_or(BrokerState::Unknown)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Knows how the broker is that the configuration has chosen, if it has.
#[derive(Component)]
#[shaku(interface = BrokerWatch)]
pub struct ConfiguredBrokerWatch {
    /// What is known of it.
    health: Option<BrokerHealth>,
}

impl BrokerWatch for ConfiguredBrokerWatch {
    fn state(&self) -> Option<BrokerState> {
        self.health.as_ref().map(BrokerHealth::state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt;

    #[test]
    fn it_is_unknown_until_the_broker_was_used() {
        let health = BrokerHealth::default();
        let shared = health.clone();
        assert_eq!(health.state(), BrokerState::Unknown);
        health.is_down("somebody", &fmt::Error);
        assert_eq!(shared.state(), BrokerState::Down);
        shared.is_up("somebody else");
        assert_eq!(health.state(), BrokerState::Up);
    }
}
