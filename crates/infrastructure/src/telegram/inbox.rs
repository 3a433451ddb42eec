//! Updates in the database until they are answered.
use super::bell::UpdateBell;
use crate::persistence::{Database, Query, WriteTurns, row_list};
use application::{
    shared::store::StoreError,
    telegram::ports::{BotId, TakenUpdate, Update, UpdateId, UpdateInbox},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;
use uuid::Uuid;

const KEEP: &str = "INSERT INTO telegram_updates \
    (bot_id, update_id, chat_id, body, tries, due_at, kept_at) VALUES";

/// Two who take at once find the same; the second waits for the first and then finds that it is not due
/// any more, which is why that is asked again outside.
const TAKE: &str = "UPDATE telegram_updates SET due_at = $4, tries = tries + 1 \
    WHERE bot_id = $1 AND settled_at IS NULL AND due_at <= $2 AND update_id IN \
        (SELECT u.update_id FROM telegram_updates u \
         WHERE u.bot_id = $1 AND u.settled_at IS NULL AND u.due_at <= $2 AND NOT EXISTS \
             (SELECT 1 FROM telegram_updates older \
              WHERE older.bot_id = u.bot_id AND older.chat_id = u.chat_id \
                AND older.settled_at IS NULL AND older.update_id < u.update_id) \
         ORDER BY u.update_id LIMIT $3) \
    RETURNING update_id, body, tries";

const SETTLE: &str = "UPDATE telegram_updates SET settled_at = $3, body = '' \
    WHERE bot_id = $1 AND update_id = $2";

const PUT_BACK: &str = "UPDATE telegram_updates SET due_at = $3 \
    WHERE bot_id = $1 AND update_id = $2 AND settled_at IS NULL";

const FORGET: &str = "DELETE FROM telegram_updates WHERE kept_at < $1";

const LEAD: &str = "INSERT INTO telegram_askers (bot_id, asker, asks_until) VALUES ($1, $2, $4) \
    ON CONFLICT (bot_id) DO UPDATE SET asker = excluded.asker, asks_until = excluded.asks_until \
    WHERE telegram_askers.asker = excluded.asker OR telegram_askers.asks_until <= $3";

const RESIGN: &str = "DELETE FROM telegram_askers WHERE bot_id = $1 AND asker = $2";

/// Keeps updates in the database.
#[derive(Component)]
#[shaku(interface = UpdateInbox)]
pub struct SqlUpdateInbox {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    turns: WriteTurns,
    bell: UpdateBell,
}

impl SqlUpdateInbox {
    async fn change(&self, sql: &str, values: impl Into<Vec<Value>>) -> Result<u64, StoreError> {
        let turn = self.turns.take().await;
        let changed = Query::new(sql, values)
            .change(self.database.connection())
            .await;
        drop(turn);
        changed
    }
}

#[async_trait]
impl UpdateInbox for SqlUpdateInbox {
    async fn keep(
        &self,
        bot: BotId,
        updates: &[Update],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if updates.is_empty() {
            return Ok(());
        }
        let rows = row_list(updates.len(), 7);
        let keep = format!("{KEEP} {rows} ON CONFLICT (bot_id, update_id) DO NOTHING");
        let row = |update: &Update| -> [Value; 7] {
            [
                bot.0.into(),
                update.id.0.into(),
                update.chat.0.into(),
                update.body.as_str().into(),
                0_i32.into(),
                now.into(),
                now.into(),
            ]
        };
        let values: Vec<Value> = updates.iter().flat_map(row).collect();
        self.change(&keep, values).await?;
        self.bell.ring();
        Ok(())
    }

    async fn take(
        &self,
        bot: BotId,
        most: u32,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<TakenUpdate>, StoreError> {
        let values: [Value; 4] = [
            bot.0.into(),
            now.into(),
            i64::from(most).into(),
            until.into(),
        ];
        let turn = self.turns.take().await;
        let rows = Query::new(TAKE, values)
            .all(self.database.connection())
            .await?;
        drop(turn);
        let taken = rows.iter().map(|row| {
            Ok(TakenUpdate {
                id: UpdateId(row.get(0)?),
                body: row.get(1)?,
                tries: u32::try_from(row.get::<i32>(2)?).unwrap_or_default(),
            })
        });
        taken.collect()
    }

    async fn settle(
        &self,
        bot: BotId,
        update: UpdateId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let values = [bot.0.into(), update.0.into(), now.into()];
        self.change(SETTLE, values).await.map(drop)
    }

    async fn put_back(
        &self,
        bot: BotId,
        update: UpdateId,
        due: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let values = [bot.0.into(), update.0.into(), due.into()];
        self.change(PUT_BACK, values).await.map(drop)
    }

    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.change(FORGET, [before.into()]).await
    }

    async fn lead(
        &self,
        bot: BotId,
        who: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let values = [bot.0.into(), who.into(), now.into(), until.into()];
        Ok(self.change(LEAD, values).await? > 0)
    }

    async fn resign(&self, bot: BotId, who: Uuid) -> Result<(), StoreError> {
        let values = [bot.0.into(), who.into()];
        self.change(RESIGN, values).await.map(drop)
    }
}
