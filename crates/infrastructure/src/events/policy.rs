//! How much is remembered of events, and what it means, as configured.
use application::events::ports::EventPolicy;
use chrono::Duration;
use shaku::Component;

/// A policy that does not change while the process runs.
#[derive(Component)]
#[shaku(interface = EventPolicy)]
pub struct FixedEventPolicy {
    kept_for: Duration,
    acts_per_training: u32,
}

impl EventPolicy for FixedEventPolicy {
    fn kept_for(&self) -> Duration {
        self.kept_for
    }

    fn acts_per_training(&self) -> u32 {
        self.acts_per_training
    }
}
