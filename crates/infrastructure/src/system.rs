//! Time, identifiers and chance from the operating system: the only place that takes them from the air.
use application::{
    identity::ports::Secrets,
    shared::clock::{Chance, Clock, IdGenerator},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use shaku::Component;
use uuid::Uuid;

/// The system's clock.
#[derive(Component)]
#[shaku(interface = Clock)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the time comes from"
    )]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now();
        now.duration_trunc(TimeDelta::microseconds(1))
            .unwrap_or(now)
    }
}

/// Makes UUIDs of version 7, which sort by creation time.
#[derive(Component)]
#[shaku(interface = IdGenerator)]
pub struct UuidV7Generator;

impl IdGenerator for UuidV7Generator {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where identifiers come from"
    )]
    fn next_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Draws lots from the operating system's randomness.
#[derive(Component)]
#[shaku(interface = Chance)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn draw(&self) -> u64 {
        u64::from_le_bytes(random())
    }
}

/// Makes secrets from the operating system's randomness.
#[derive(Component)]
#[shaku(interface = Secrets)]
pub struct SystemSecrets;

impl Secrets for SystemSecrets {
    fn generate(&self) -> String {
        URL_SAFE_NO_PAD.encode(random::<32>())
    }

    fn digest(&self, secret: &str) -> [u8; 32] {
        Sha256::digest(secret.as_bytes()).into()
    }
}

/// Random bytes.
///
/// # Panics
/// When the operating system has no randomness to give; nothing secret could be made then.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes,
        Err(failure) => unreachable!("the operating system gives no randomness: {failure}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Timelike;

    #[test]
    fn the_time_is_in_whole_microseconds() {
        assert_eq!(SystemClock.now().nanosecond() % 1000, 0);
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (first, second) = (SystemSecrets.generate(), SystemSecrets.generate());
        assert_eq!(first.len(), 43);
        assert_ne!(first, second);
        assert_ne!(SystemSecrets.digest(&first), SystemSecrets.digest(&second));
    }
}
