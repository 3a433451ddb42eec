//! What one thing that is told means for the others: one statement each, which changes nothing where it
//! holds already.
use crate::persistence::{Query, Transaction, dialect::hold_user};
use application::{shared::store::StoreError, taste::ports::TasteKeeper};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    library::StandardList,
    taste::{Consequence, Viewing},
};
use sea_orm::Value;

const LIST: &str = "INSERT INTO watchlist_items (watchlist_id, film_id, added_at) \
     VALUES ($1, $2, $3) ON CONFLICT (watchlist_id, film_id) DO NOTHING";
const UNLIST_UNSEEN: &str = "DELETE FROM watchlist_items WHERE watchlist_id = $1 AND film_id = $2 \
     AND NOT EXISTS (SELECT 1 FROM viewings v WHERE v.user_id = $3 AND v.film_id = $2)";
const LOG_BARE: &str = "INSERT INTO viewings \
     (id, user_id, film_id, watched_on, is_rewatch, note, logged_at) \
     SELECT $1, $2, $3, NULL, FALSE, NULL, $4 WHERE NOT EXISTS \
     (SELECT 1 FROM viewings v WHERE v.user_id = $2 AND v.film_id = $3)";
const ERASE_BARE: &str = "DELETE FROM viewings WHERE user_id = $1 AND film_id = $2 \
     AND watched_on IS NULL AND note IS NULL AND NOT is_rewatch";
const FORGET_COMPLETION: &str = "DELETE FROM film_progress WHERE user_id = $1 AND film_id = $2 \
     AND state = 'completed' AND NOT EXISTS \
     (SELECT 1 FROM watchlist_items i WHERE i.watchlist_id = $3 AND i.film_id = $2)";

/// The statement of a consequence, for the user and the film of `bare`.
fn statement(consequence: Consequence, bare: &Viewing) -> (&'static str, Vec<Value>) {
    let user: Value = bare.user.as_uuid().into();
    let film: Value = bare.film.as_uuid().into();
    let list = |list: StandardList| Value::from(list.of(bare.user).as_uuid());
    let at: Value = bare.logged_at.into();
    match consequence {
        Consequence::PutOnWatched => (LIST, vec![list(StandardList::Watched), film, at]),
        Consequence::PutOnWish => (LIST, vec![list(StandardList::Wish), film, at]),
        Consequence::TakeOffWatched => {
            let values = vec![list(StandardList::Watched), film, user];
            (UNLIST_UNSEEN, values)
        }
        Consequence::LogBareViewing => (LOG_BARE, vec![bare.id.as_uuid().into(), user, film, at]),
        Consequence::EraseBareViewing => (ERASE_BARE, vec![user, film]),
        Consequence::ForgetCompletion => {
            let values = vec![user, film, list(StandardList::Watched)];
            (FORGET_COMPLETION, values)
        }
    }
}

#[async_trait]
impl TasteKeeper for Transaction {
    async fn take_turn(&self, user: UserId) -> Result<(), StoreError> {
        hold_user(&self.tx, user.as_uuid()).await
    }

    async fn follow(&self, consequence: Consequence, bare: &Viewing) -> Result<bool, StoreError> {
        let (sql, values) = statement(consequence, bare);
        Ok(Query::new(sql, values).change(&self.tx).await? > 0)
    }
}
