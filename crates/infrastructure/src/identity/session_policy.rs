//! How long tokens live, as configured.
use application::identity::ports::{SessionPolicy, TokenLives};
use chrono::Duration;
use shaku::Component;

/// Lives that do not change while the process runs.
#[derive(Component)]
#[shaku(interface = SessionPolicy)]
pub struct FixedSessionPolicy {
    lives: TokenLives,
    audit_kept: Duration,
}

impl SessionPolicy for FixedSessionPolicy {
    fn lives(&self) -> TokenLives {
        self.lives
    }

    fn audit_kept(&self) -> Duration {
        self.audit_kept
    }
}
