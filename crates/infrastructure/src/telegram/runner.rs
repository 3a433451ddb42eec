//! The bot as a role of a process: introduces itself, hears and answers.
use super::{
    bell::UpdateBell,
    poller::Poller,
    worker::{Inner, Worker},
};
use application::{
    shared::{
        clock::{Clock, IdGenerator},
        failure::logged,
    },
    telegram::ports::{BotId, TelegramApi, TelegramError, UpdateHandler, UpdateInbox, Webhook},
};
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

/// The first and the longest rest between tries to introduce itself.
const RESTS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// What the bot needs of the outside world.
pub struct BotPorts {
    /// Telegram.
    pub api: Arc<dyn TelegramApi>,
    /// Updates until they are answered.
    pub inbox: Arc<dyn UpdateInbox>,
    /// Who answers them.
    pub handler: Arc<dyn UpdateHandler>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Names of processes.
    pub ids: Arc<dyn IdGenerator>,
    /// Rung when there are new updates.
    pub bell: UpdateBell,
}

/// How updates come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// They are asked for.
    Polling,
    /// Telegram brings them.
    Webhook(Webhook),
}

/// How the bot runs.
#[derive(Clone, Debug)]
pub struct BotSettings {
    /// Which bot it is.
    pub bot: BotId,
    /// How updates come.
    pub delivery: Delivery,
    /// Where the name that Telegram tells is noted for others of this process.
    pub name: Arc<OnceLock<String>>,
}

/// Runs the bot.
pub struct BotRunner {
    ports: BotPorts,
    settings: BotSettings,
}

impl BotRunner {
    /// Puts it together.
    #[must_use]
    pub const fn new(ports: BotPorts, settings: BotSettings) -> Self {
        Self { ports, settings }
    }

    /// Runs until it is told to stop; answers that have begun are ended.
    pub async fn run(self, stopping: CancellationToken) {
        let mut parts = JoinSet::new();
        parts.spawn(self.worker().work(stopping.clone()));
        if !self.introduce(&stopping).await {
            while parts.join_next().await.is_some() {}
            return;
        }
        tracing::info!(telegram.bot = self.settings.bot.0, "the bot listens");
        if self.settings.delivery == Delivery::Polling {
            parts.spawn(self.poller().poll(stopping));
        }
        while parts.join_next().await.is_some() {}
    }

    fn worker(&self) -> Worker {
        Worker(Arc::new(Inner {
            inbox: Arc::clone(&self.ports.inbox),
            handler: Arc::clone(&self.ports.handler),
            clock: Arc::clone(&self.ports.clock),
            bell: self.ports.bell.clone(),
            bot: self.settings.bot,
        }))
    }

    fn poller(&self) -> Poller {
        Poller {
            api: Arc::clone(&self.ports.api),
            inbox: Arc::clone(&self.ports.inbox),
            handler: Arc::clone(&self.ports.handler),
            clock: Arc::clone(&self.ports.clock),
            ids: Arc::clone(&self.ports.ids),
            bot: self.settings.bot,
        }
    }

    /// Tells Telegram what it has to know, again and again until that works; says no where it is told to
    /// stop before.
    async fn introduce(&self, stopping: &CancellationToken) -> bool {
        let (mut rest, longest) = RESTS;
        let mut is_told = false;
        loop {
            let introduced = tokio::select! {
                () = stopping.cancelled() => return false,
                introduced = self.introduce_once() => introduced,
            };
            let Err(failure) = introduced else {
                return true;
            };
            if !is_told {
                tracing::warn!(
                    error = logged(&failure),
                    "the bot cannot introduce itself to Telegram, trying again"
                );
            }
            is_told = true;
            let asked_for = match failure {
                TelegramError::Busy { retry_after } => retry_after,
                _ => Duration::ZERO,
            };
            tokio::select! {
                () = stopping.cancelled() => return false,
                () = sleep(rest.max(asked_for)) => {}
            }
            rest = rest.saturating_mul(2).min(longest);
        }
    }

    async fn introduce_once(&self) -> Result<(), TelegramError> {
        let api = &self.ports.api;
        let name = api.name().await?;
        // Somebody may have noted it before; it is the same.
        let _ = self.settings.name.set(name);
        for (language, commands) in self.ports.handler.commands() {
            api.offer(language, &commands).await?;
        }
        let webhook = match &self.settings.delivery {
            Delivery::Polling => None,
            Delivery::Webhook(webhook) => Some(webhook),
        };
        api.bring_updates(webhook).await
    }
}
