//! Time, identifiers and chance from the operating system: the only place that takes them from the air.
use application::{
    identity::ports::Secrets,
    shared::{
        background::{Background, Work},
        clock::{Chance, Clock, IdGenerator},
        retry::Backoff,
    },
};
use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use shaku::Component;
use std::time::Duration;
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

/// Waits for a random time, whose bounds double from one failure to the next.
#[derive(Component)]
#[shaku(interface = Backoff)]
pub struct RandomBackoff;

impl RandomBackoff {
    /// The bounds of the wait after so many failures, in milliseconds.
    const fn bounds(failures: u32) -> (u64, u64) {
        let most = 16_u64 << if failures < 8 { failures } else { 8 };
        (most / 4, most)
    }
}

#[async_trait]
impl Backoff for RandomBackoff {
    async fn wait(&self, failures: u32) {
        let (least, most) = Self::bounds(failures);
        let beyond = u64::from_le_bytes(random()) % (most - least);
        tokio::time::sleep(Duration::from_millis(least + beyond)).await;
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

/// Lets work go on in the runtime of this process.
#[derive(Component)]
#[shaku(interface = Background)]
pub struct TokioBackground;

#[async_trait]
impl Background for TokioBackground {
    fn start(&self, work: Work) {
        tokio::spawn(telemetry::carried(work));
    }

    async fn pause(&self, time: std::time::Duration) {
        tokio::time::sleep(time).await;
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
    fn waiting_takes_longer_after_more_failures_but_never_long() {
        assert_eq!(RandomBackoff::bounds(1), (8, 32));
        assert_eq!(RandomBackoff::bounds(3), (32, 128));
        assert_eq!(RandomBackoff::bounds(u32::MAX), (1_024, 4_096));
    }

    #[test]
    fn secrets_are_long_and_differ() {
        let (first, second) = (SystemSecrets.generate(), SystemSecrets.generate());
        assert_eq!(first.len(), 43);
        assert_ne!(first, second);
        assert_ne!(SystemSecrets.digest(&first), SystemSecrets.digest(&second));
    }
}
