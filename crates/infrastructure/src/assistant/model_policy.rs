//! What asking a model may cost, as configured.
use application::assistant::ports::{ModelLimits, ModelPolicy};
use shaku::Component;

/// Limits that do not change while the process runs.
#[derive(Component)]
#[shaku(interface = ModelPolicy)]
pub struct FixedModelPolicy {
    limits: ModelLimits,
}

impl ModelPolicy for FixedModelPolicy {
    fn limits(&self) -> ModelLimits {
        self.limits
    }
}
