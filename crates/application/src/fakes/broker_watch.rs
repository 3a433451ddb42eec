//! A broker that is as a test wants it.
use super::state::locked;
use crate::events::broker::{BrokerState, BrokerWatch};
use std::sync::{Arc, Mutex};

/// Knows what it is told of a broker; without a word there is none.
#[derive(Clone, Debug, Default)]
pub struct FakeBrokerWatch(Arc<Mutex<Option<BrokerState>>>);

impl FakeBrokerWatch {
    /// There is a broker, and it is so.
    pub fn set(&self, state: BrokerState) {
        *locked(&self.0) = Some(state);
    }
}

impl BrokerWatch for FakeBrokerWatch {
    fn state(&self) -> Option<BrokerState> {
        *locked(&self.0)
    }
}
