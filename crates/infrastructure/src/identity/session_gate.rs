//! Whose tokens are no longer accepted, and what every request needs to know of the others; known in
//! memory and kept up with the database.
use crate::persistence::{Query, Row, corrupt};
use application::{
    identity::ports::{Admission, EndedSession, SessionGate},
    shared::{failure::logged, store::StoreError},
};
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::{Role, SessionId, UserId},
    shared::{Id, Language, UnknownLanguage},
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
    languages: HashMap<UserId, Language>,
    read_until: Option<DateTime<Utc>>,
}

impl GateState {
    /// How often what others ended is read.
    pub const PERIOD: std::time::Duration = std::time::Duration::from_secs(2);
    /// Clocks differ, and what is written is seen a little later; so a little is read twice.
    const OVERLAP: Duration = Duration::minutes(2);

    /// Reads what has been ended, who is an administrator, and who chose which language since.
    ///
    /// # Errors
    /// When the database does not answer; what was known stays known.
    pub async fn refresh(
        &self,
        connection: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // A row of one of three kinds. Of those who chose no language only they matter who may have
        // had one before.
        const READ: &str = "SELECT 'ended', session_id, expires_at, NULL FROM ended_sessions \
             WHERE ended_at >= $1 AND expires_at > $2 \
             UNION ALL SELECT 'admin', id, NULL, NULL FROM users WHERE role = 'admin' \
             UNION ALL SELECT 'language', id, NULL, language FROM users \
             WHERE updated_at >= $1 AND ($3 OR language IS NOT NULL)";
        let read_until = {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            known.read_until
        };
        let since = read_until.map_or(DateTime::UNIX_EPOCH, |until| until - Self::OVERLAP);
        let values = [since.into(), now.into(), read_until.is_some().into()];
        let rows = Query::new(READ, values).all(connection).await?;
        let news: Vec<News> = rows.iter().map(read_news).collect::<Result<_, _>>()?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.ended.retain(|_, expires_at| *expires_at > now);
        known.admins.clear();
        for news in news {
            known.learn(news);
        }
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

    fn admit(&self, user: UserId, session: SessionId) -> Option<Admission> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if known.ended.contains_key(&session) {
            return None;
        }
        let role = if known.admins.contains(&user) {
            Role::Admin
        } else {
            Role::User
        };
        let language = known.languages.get(&user).copied();
        Some(Admission { role, language })
    }

    fn prefer(&self, user: UserId, language: Option<Language>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.learn(News::Language(user, language));
    }

    fn close(&self, sessions: &[EndedSession]) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let sessions = sessions.iter();
        known
            .ended
            .extend(sessions.map(|ended| (ended.id, ended.expires_at)));
    }
}

/// Something that a gate has to know.
#[derive(Clone, Copy)]
enum News {
    Ended(SessionId, DateTime<Utc>),
    Admin(UserId),
    Language(UserId, Option<Language>),
}

impl Known {
    fn learn(&mut self, news: News) {
        match news {
            News::Ended(session, expires_at) => {
                self.ended.insert(session, expires_at);
            }
            News::Admin(user) => {
                self.admins.insert(user);
            }
            News::Language(user, Some(language)) => {
                self.languages.insert(user, language);
            }
            News::Language(user, None) => {
                self.languages.remove(&user);
            }
        }
    }
}

fn read_news(row: &Row) -> Result<News, StoreError> {
    let kind: String = row.get(0)?;
    let id: Uuid = row.get(1)?;
    if let Some(expires_at) = row.get(2)? {
        return Ok(News::Ended(Id::from_uuid(id), expires_at));
    }
    let user = Id::from_uuid(id);
    if kind == "admin" {
        return Ok(News::Admin(user));
    }
    let language: Option<String> = row.get(3)?;
    let language = language.map(|code| {
        code.parse()
            .map_err(|source: UnknownLanguage| corrupt("user", source))
    });
    Ok(News::Language(user, language.transpose()?))
}

/// The gate of this instance.
#[derive(Component)]
#[shaku(interface = SessionGate)]
pub struct SqlSessionGate {
    state: Arc<GateState>,
}

impl SessionGate for SqlSessionGate {
    fn admit(&self, user: UserId, session: SessionId) -> Option<Admission> {
        self.state.admit(user, session)
    }

    fn prefer(&self, user: UserId, language: Option<Language>) {
        self.state.prefer(user, language);
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
