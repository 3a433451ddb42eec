//! An inbox in memory, and a Telegram that remembers what it was told to say.
use super::state::{Database, locked};
use crate::{
    shared::store::StoreError,
    telegram::ports::{
        BotId, ChatId, Command, Keyboard, Message, MessageId, RawUpdate, TakenUpdate, TelegramApi,
        TelegramError, Update, UpdateId, UpdateInbox, Webhook,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::shared::Language;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use uuid::Uuid;

/// An update and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredUpdate {
    chat: ChatId,
    body: String,
    tries: u32,
    due: DateTime<Utc>,
    kept_at: DateTime<Utc>,
    settled_at: Option<DateTime<Utc>>,
}

impl StoredUpdate {
    pub(super) const fn is_open(&self) -> bool {
        self.settled_at.is_none()
    }
}

/// Updates in memory.
#[derive(Clone, Debug, Default)]
pub struct FakeUpdateInbox {
    pub(super) database: Database,
}

#[async_trait]
impl UpdateInbox for FakeUpdateInbox {
    async fn keep(
        &self,
        bot: BotId,
        updates: &[Update],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                for update in updates {
                    let kept = StoredUpdate {
                        chat: update.chat,
                        body: update.body.clone(),
                        tries: 0,
                        due: now,
                        kept_at: now,
                        settled_at: None,
                    };
                    stored
                        .telegram_updates
                        .entry((bot, update.id))
                        .or_insert(kept);
                }
            })
            .await
    }

    async fn take(
        &self,
        bot: BotId,
        most: u32,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<TakenUpdate>, StoreError> {
        self.database
            .change(|stored| {
                let mut chats = Vec::new();
                let mut taken = Vec::new();
                let open = stored.telegram_updates.iter_mut();
                for ((_, id), update) in
                    open.filter(|((of, _), update)| *of == bot && update.is_open())
                {
                    let is_oldest = !chats.contains(&update.chat);
                    chats.push(update.chat);
                    if is_oldest
                        && update.due <= now
                        && taken.len() < usize::try_from(most).unwrap_or(0)
                    {
                        update.due = until;
                        update.tries += 1;
                        taken.push(TakenUpdate {
                            id: *id,
                            body: update.body.clone(),
                            tries: update.tries,
                        });
                    }
                }
                taken
            })
            .await
    }

    async fn settle(
        &self,
        bot: BotId,
        update: UpdateId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                if let Some(stored) = stored.telegram_updates.get_mut(&(bot, update)) {
                    stored.settled_at = Some(now);
                    stored.body.clear();
                }
            })
            .await
    }

    async fn put_back(
        &self,
        bot: BotId,
        update: UpdateId,
        due: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                let update = stored.telegram_updates.get_mut(&(bot, update));
                if let Some(update) = update.filter(|update| update.is_open()) {
                    update.due = due;
                }
            })
            .await
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.database
            .change(|stored| {
                let all = stored.telegram_updates.len();
                stored
                    .telegram_updates
                    .retain(|_, update| update.kept_at >= before);
                let forgotten = all - stored.telegram_updates.len();
                u64::try_from(forgotten).unwrap_or(u64::MAX)
            })
            .await
    }

    async fn lead(
        &self,
        bot: BotId,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.database
            .change(|stored| {
                let asker = stored.telegram_askers.entry(bot).or_insert((who, until));
                let is_free = asker.0 == who || asker.1 <= now;
                if is_free {
                    *asker = (who, until);
                }
                is_free
            })
            .await
    }

    async fn resign(&self, bot: BotId, who: Uuid) -> Result<(), StoreError> {
        self.database
            .change(|stored| {
                stored
                    .telegram_askers
                    .retain(|of, (asker, _)| *of != bot || *asker != who);
            })
            .await
    }
}

/// Something that the bot did in Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It said something new.
    New(ChatId, Message),
    /// It said something else instead.
    Instead(ChatId, MessageId, Message),
    /// It replaced the buttons.
    Buttons(ChatId, MessageId, Keyboard),
    /// It ended the waiting of somebody who pressed a button.
    Acknowledged(String, Option<String>),
}

/// A Telegram that remembers what the bot said, and fails when it is told to. Copies are the same one.
#[derive(Clone, Debug, Default)]
pub struct FakeTelegram {
    said: Arc<Mutex<Vec<Said>>>,
    /// What becomes of the next requests: they go well where nothing stands.
    failures: Arc<Mutex<VecDeque<Option<TelegramError>>>>,
}

impl FakeTelegram {
    /// What the bot has said since somebody asked last.
    #[must_use]
    pub fn said(&self) -> Vec<Said> {
        std::mem::take(&mut locked(&self.said))
    }

    /// Fails the next time, in this way.
    pub fn fail(&self, failure: TelegramError) {
        locked(&self.failures).push_back(Some(failure));
    }

    /// Goes well the next time, before it fails as it was told to.
    pub fn pass(&self) {
        locked(&self.failures).push_back(None);
    }

    fn note(&self, said: Said) -> Result<(), TelegramError> {
        if let Some(failure) = locked(&self.failures).pop_front().flatten() {
            return Err(failure);
        }
        locked(&self.said).push(said);
        Ok(())
    }
}

#[async_trait]
impl TelegramApi for FakeTelegram {
    async fn name(&self) -> Result<String, TelegramError> {
        Ok("filmhub_bot".to_owned())
    }

    async fn updates(
        &self,
        _: Option<UpdateId>,
        _: Duration,
    ) -> Result<Vec<RawUpdate>, TelegramError> {
        Ok(Vec::new())
    }

    async fn bring_updates(&self, _: Option<&Webhook>) -> Result<(), TelegramError> {
        Ok(())
    }

    async fn offer(&self, _: Option<Language>, _: &[Command]) -> Result<(), TelegramError> {
        Ok(())
    }

    async fn send(&self, chat: ChatId, message: &Message) -> Result<(), TelegramError> {
        self.note(Said::New(chat, message.clone()))
    }

    async fn edit(
        &self,
        chat: ChatId,
        before: MessageId,
        message: &Message,
    ) -> Result<(), TelegramError> {
        self.note(Said::Instead(chat, before, message.clone()))
    }

    async fn edit_keyboard(
        &self,
        chat: ChatId,
        before: MessageId,
        keyboard: &Keyboard,
    ) -> Result<(), TelegramError> {
        self.note(Said::Buttons(chat, before, keyboard.clone()))
    }

    async fn acknowledge(&self, press: &str, words: Option<&str>) -> Result<(), TelegramError> {
        let words = words.map(str::to_owned);
        self.note(Said::Acknowledged(press.to_owned(), words))
    }
}
