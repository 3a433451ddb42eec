//! How long tokens live, as configured.
use application::identity::ports::{SessionPolicy, TokenLives};
use shaku::Component;

/// Lives that do not change while the process runs.
#[derive(Component)]
#[shaku(interface = SessionPolicy)]
pub struct FixedSessionPolicy {
    lives: TokenLives,
}

impl SessionPolicy for FixedSessionPolicy {
    fn lives(&self) -> TokenLives {
        self.lives
    }
}
