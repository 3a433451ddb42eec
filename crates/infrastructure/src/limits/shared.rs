//! Requests are counted together with other instances, in Redis.
use super::LocalLimiter;
use crate::sources::RedisShelf;
use application::shared::limiter::{Asker, Counted, Limiter, Rate, Standing};
use async_trait::async_trait;
use std::{sync::Arc, time::Duration};

/// Counts in Redis; in the process while that is away.
pub struct SharedLimiter {
    local: Arc<LocalLimiter>,
    shelf: Arc<RedisShelf>,
}

impl SharedLimiter {
    /// Counts in Redis what instances count together, and the rest in the process.
    #[must_use]
    pub fn new(local: Arc<LocalLimiter>, shelf: Arc<RedisShelf>) -> Self {
        Self { local, shelf }
    }

    async fn count_together(&self, what: Counted, asker: Asker) -> Option<Standing> {
        let rate = self.local.rate(what)?;
        let turn = self
            .shelf
            .take_turn(&key(what, asker), rate.interval(), rate.count.get())
            .await?;
        Some(standing(rate, turn))
    }
}

#[async_trait]
impl Limiter for SharedLimiter {
    async fn take(&self, what: Counted, asker: Asker) -> Option<Standing> {
        if what.is_shared()
            && let Some(standing) = self.count_together(what, asker).await
        {
            return Some(standing);
        }
        self.local.count(what, asker)
    }
}

/// It is forgotten as soon as nothing counts any more, so an address stands there for no longer than
/// its rate lasts.
fn key(what: Counted, asker: Asker) -> String {
    let asker = match asker {
        Asker::Network(address) => format!("network:{address}"),
        Asker::User(user) => format!("user:{user}"),
    };
    format!("filmhub:v1:limit:{}:{asker}", what.name())
}

fn standing(rate: Rate, (left, wait, reset): (u32, u64, u64)) -> Standing {
    Standing {
        rate,
        left,
        resets_in: Duration::from_micros(reset),
        refused_for: (wait > 0).then(|| Duration::from_micros(wait)),
    }
}
