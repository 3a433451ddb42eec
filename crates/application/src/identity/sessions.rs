//! A user sees where they are signed in, and signs out.
use super::ports::{IdentityQueries, SessionGate};
use crate::shared::{
    actor::{AccessDenied, Actor},
    clock::Clock,
    failure::failure,
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::identity::{Session, SessionId};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the user's open sessions, the newest first.
#[derive(Debug)]
pub struct ListSessions;

/// Ends one session of the user.
#[derive(Clone, Debug)]
pub struct EndSession {
    /// Which one; `None` for the one in which they ask.
    pub session: Option<SessionId>,
}

/// Ends the user's sessions.
#[derive(Clone, Debug)]
pub struct EndSessions {
    /// Whether the one in which they ask goes on.
    pub keep_this: bool,
}

/// Why sessions were not listed or ended.
#[derive(Debug, thiserror::Error)]
pub enum SessionsError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The user has no such session.
    #[error("Session not found")]
    NotFound,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SessionsError { NotFound => NotFound "identity.session_not_found" } via Access, Store);
request!(ListSessions => Vec<Session>, SessionsError);
request!(EndSession => (), SessionsError);
request!(EndSessions => (), SessionsError);
retryable!(EndSession, EndSessions);

#[derive(Component)]
#[shaku(interface = UseCase<ListSessions>)]
pub(crate) struct ListSessionsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
}

#[async_trait]
impl UseCase<ListSessions> for ListSessionsUseCase {
    #[instrument(name = "identity.list_sessions", skip_all)]
    async fn execute(&self, actor: &Actor, _: ListSessions) -> Result<Vec<Session>, SessionsError> {
        let user = actor.user()?;
        Ok(self
            .queries
            .list_sessions(user.id, self.clock.now())
            .await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<EndSession>)]
pub(crate) struct EndSessionUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<EndSession> for EndSessionUseCase {
    #[instrument(name = "identity.end_session", skip_all)]
    async fn execute(&self, actor: &Actor, request: EndSession) -> Result<(), SessionsError> {
        let user = actor.user()?;
        let session = request.session.unwrap_or(user.session);
        let uow = self.store.begin().await?;
        let ended = uow
            .sessions()
            .end(user.id, session, self.clock.now())
            .await?
            .ok_or(SessionsError::NotFound)?;
        uow.commit().await?;
        self.gate.close(&[ended]);
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<EndSessions>)]
pub(crate) struct EndSessionsUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<EndSessions> for EndSessionsUseCase {
    #[instrument(name = "identity.end_sessions", skip_all)]
    async fn execute(&self, actor: &Actor, request: EndSessions) -> Result<(), SessionsError> {
        let user = actor.user()?;
        let kept = request.keep_this.then_some(user.session);
        let uow = self.store.begin().await?;
        let ended = uow
            .sessions()
            .end_all(user.id, kept, self.clock.now())
            .await?;
        uow.commit().await?;
        self.gate.close(&ended);
        Ok(())
    }
}
