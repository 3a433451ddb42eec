//! How often a model was asked, each count one statement.
use crate::persistence::{Database, Query, WriteTurns};
use application::{assistant::ports::ModelBudget, shared::store::StoreError};
use async_trait::async_trait;
use chrono::NaiveDate;
use domain::identity::UserId;
use sea_orm::Value;
use shaku::Component;
use std::sync::Arc;

/// One row for each user, which starts anew with a new day. A clock that is behind does not turn the
/// day back.
const SPEND_OF_USER: &str = "INSERT INTO model_spending (user_id, day, spent) VALUES ($3, $1, 1) \
     ON CONFLICT (user_id) DO UPDATE SET \
       spent = CASE WHEN model_spending.day < excluded.day THEN 1 ELSE model_spending.spent + 1 END, \
       day = CASE WHEN model_spending.day < excluded.day THEN excluded.day ELSE model_spending.day END \
     WHERE model_spending.day < excluded.day OR model_spending.spent < $2";
/// The same for all who have not signed in, who share one row.
const SPEND_OF_VISITORS: &str = "INSERT INTO visitors_model_spending (id, day, spent) \
     VALUES (1, $1, 1) ON CONFLICT (id) DO UPDATE SET \
       spent = CASE WHEN visitors_model_spending.day < excluded.day \
         THEN 1 ELSE visitors_model_spending.spent + 1 END, \
       day = CASE WHEN visitors_model_spending.day < excluded.day \
         THEN excluded.day ELSE visitors_model_spending.day END \
     WHERE visitors_model_spending.day < excluded.day OR visitors_model_spending.spent < $2";

/// Counts through the pool.
#[derive(Component)]
#[shaku(interface = ModelBudget)]
pub struct SqlModelBudget {
    #[shaku(inject)]
    database: Arc<dyn Database>,
    turns: WriteTurns,
}

#[async_trait]
impl ModelBudget for SqlModelBudget {
    async fn spend(
        &self,
        user: Option<UserId>,
        day: NaiveDate,
        most: u32,
    ) -> Result<bool, StoreError> {
        if most == 0 {
            return Ok(false);
        }
        let mut values: Vec<Value> = vec![day.into(), i64::from(most).into()];
        let sql = match user {
            Some(user) => {
                values.push(user.as_uuid().into());
                SPEND_OF_USER
            }
            None => SPEND_OF_VISITORS,
        };
        let turn = self.turns.take().await;
        let changed = Query::new(sql, values)
            .change(self.database.connection())
            .await?;
        drop(turn);
        Ok(changed > 0)
    }
}
