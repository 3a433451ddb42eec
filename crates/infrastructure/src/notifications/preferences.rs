//! What users want to hear of, in the database.
use crate::persistence::{Database, Query, Row, Transaction, insert_rows};
use application::{
    notifications::ports::{NotificationQueries, PreferenceRepository},
    shared::store::StoreError,
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    notifications::{Choice, Preferences},
};
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;

const SAVE: &str = "INSERT INTO notice_choices (user_id, kind, channel, is_on) VALUES";
const INSTEAD: &str = "ON CONFLICT (user_id, kind, channel) DO UPDATE SET is_on = excluded.is_on";
const SHOW: &str = "SELECT kind, channel, is_on FROM notice_choices WHERE user_id = $1";

#[async_trait]
impl PreferenceRepository for Transaction {
    async fn save(&self, user: UserId, choices: &[Choice]) -> Result<(), StoreError> {
        let row = |choice: &Choice| -> [Value; 4] {
            [
                user.as_uuid().into(),
                choice.kind.name().into(),
                choice.channel.name().into(),
                choice.is_on.into(),
            ]
        };
        let rows = choices.iter().map(row).collect();
        insert_rows(&self.tx, SAVE, rows, INSTEAD).await?;
        Ok(())
    }
}

/// Reads from the pool, each one statement.
#[derive(Component)]
#[shaku(interface = NotificationQueries)]
pub struct SqlNotificationQueries {
    #[shaku(inject)]
    database: Arc<dyn Database>,
}

#[async_trait]
impl NotificationQueries for SqlNotificationQueries {
    async fn show_preferences(&self, user: UserId) -> Result<Preferences, StoreError> {
        let rows = Query::new(SHOW, [user.as_uuid().into()])
            .all(self.database.connection())
            .await?;
        let mut preferences = Preferences::default();
        for row in rows {
            if let Some(choice) = read(&row)? {
                // What may not be chosen (any more) holds as it is.
                let _ = preferences.choose(choice);
            }
        }
        Ok(preferences)
    }
}

/// A choice; nothing where only a newer release knows what was chosen.
fn read(row: &Row) -> Result<Option<Choice>, StoreError> {
    let (kind, channel): (String, String) = (row.get(0)?, row.get(1)?);
    let (Ok(kind), Ok(channel)) = (kind.parse(), channel.parse()) else {
        return Ok(None);
    };
    let is_on = row.get(2)?;
    Ok(Some(Choice {
        kind,
        channel,
        is_on,
    }))
}
