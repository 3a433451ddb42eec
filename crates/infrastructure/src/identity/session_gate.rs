//! Whose tokens are no longer accepted, known in memory and kept up with the database.
use crate::persistence::Query;
use application::{
    identity::ports::{EndedSession, SessionGate},
    shared::{failure::logged, store::StoreError},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::{Role, SessionId, UserId},
    shared::Id,
};
use sea_orm::DatabaseConnection;
use shaku::Component;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What this instance knows. Reading it is a lookup in memory; a task refreshes it every two seconds,
/// so what was ended elsewhere is refused here well within ten.
#[derive(Default)]
pub struct GateState {
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// Ended sessions, and until when their tokens would be good.
    ended: HashMap<SessionId, DateTime<Utc>>,
    admins: HashSet<UserId>,
    read_until: Option<DateTime<Utc>>,
}

impl GateState {
    /// How often what others ended is read.
    pub const PERIOD: std::time::Duration = std::time::Duration::from_secs(2);
    /// Clocks differ, and what is written is seen a little later; so a little is read twice.
    const OVERLAP: Duration = Duration::minutes(2);

    /// Reads what has been ended, and who is an administrator.
    ///
    /// # Errors
    /// When the database does not answer; what was known stays known.
    pub async fn refresh(
        &self,
        connection: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // A row of either kind: an ended session with its expiry, or an administrator without.
        const READ: &str = "SELECT session_id, expires_at FROM ended_sessions \
             WHERE ended_at >= $1 AND expires_at > $2 \
             UNION ALL SELECT id, NULL FROM users WHERE role = 'admin'";
        let since = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known
                .read_until
                .map_or(DateTime::UNIX_EPOCH, |until| until - Self::OVERLAP)
        };
        let rows = Query::new(READ, [since.into(), now.into()])
            .all(connection)
            .await?;
        let mut ended = Vec::new();
        let mut admins = HashSet::new();
        for row in rows {
            let id: Uuid = row.get(0)?;
            match row.get::<Option<DateTime<Utc>>>(1)? {
                Some(expires_at) => ended.push((Id::from_uuid(id), expires_at)),
                None => {
                    admins.insert(Id::from_uuid(id));
                }
            }
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.ended.retain(|_, expires_at| *expires_at > now);
        known.ended.extend(ended);
        known.admins = admins;
        known.read_until = Some(now);
        Ok(())
    }

    /// Refreshes until cancelled.
    pub async fn keep_up(
        &self,
        connection: &DatabaseConnection,
        now: impl Fn() -> DateTime<Utc>,
        cancelled: CancellationToken,
    ) {
        let mut is_behind = false;
        while cancelled
            .run_until_cancelled(tokio::time::sleep(Self::PERIOD))
            .await
            .is_some()
        {
            match self.refresh(connection, now()).await {
                Ok(()) => is_behind = false,
                Err(failure) if !is_behind => {
                    is_behind = true;
                    tracing::warn!(
                        error = logged(&failure),
                        "ended sessions could not be read, trying again"
                    );
                }
                Err(_) => {}
            }
        }
    }

    fn admit(&self, user: UserId, session: SessionId) -> Option<Role> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.ended.contains_key(&session) {
            return None;
        }
        Some(if known.admins.contains(&user) {
            Role::Admin
        } else {
            Role::User
        })
    }

    fn close(&self, sessions: &[EndedSession]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let sessions = sessions.iter();
        known
            .ended
            .extend(sessions.map(|ended| (ended.id, ended.expires_at)));
    }
}

/// The gate of this instance.
#[derive(Component)]
#[shaku(interface = SessionGate)]
pub struct SqlSessionGate {
    state: Arc<GateState>,
}

impl SessionGate for SqlSessionGate {
    fn admit(&self, user: UserId, session: SessionId) -> Option<Role> {
        self.state.admit(user, session)
    }

    fn close(&self, sessions: &[EndedSession]) {
        self.state.close(sessions);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::persistence::{DatabaseConfig, DatabaseUrl, migrate_up};

    #[tokio::test]
    async fn a_closed_session_is_remembered_for_as_long_as_it_would_have_lived() {
        let folder = tempfile::tempdir().unwrap();
        let config = DatabaseConfig {
            url: DatabaseUrl::sqlite_file(&folder.path().join("films.db")),
            max_connections: 1,
        };
        let connection = config.connect().await.unwrap();
        migrate_up(&connection).await.unwrap();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let ended = |number, expires_at| EndedSession {
            id: Id::from_uuid(Uuid::from_u128(number)),
            expires_at,
        };
        let state = GateState::default();
        let (over, open) = (ended(1, now), ended(2, now + Duration::seconds(1)));
        state.close(&[over, open]);
        state.refresh(&connection, now).await.unwrap();
        let user = Id::from_uuid(Uuid::from_u128(3));
        assert_eq!(state.admit(user, open.id), None);
        assert_eq!(state.known.read().unwrap().ended.len(), 1);
        state.refresh(&connection, open.expires_at).await.unwrap();
        assert_eq!(state.known.read().unwrap().ended.len(), 0);
    }
}
