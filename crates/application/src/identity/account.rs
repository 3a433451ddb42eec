//! What the ways into the service share: opening an account, and opening a session of one long-lived
//! token.
use super::{
    ports::{AccessGrant, AccessTokens, SaveUserError, SessionPolicy},
    views::SignedIn,
};
use crate::shared::{
    clock::IdGenerator,
    store::{StoreError, UnitOfWork},
};
use chrono::{DateTime, Utc};
use domain::{
    events::DomainEvent,
    identity::{DeviceName, Session, SessionKind, User},
    library::Watchlist,
    shared::Language,
};

/// Stores a newcomer with their standard lists, which are named in a language.
pub(super) async fn open_account(
    uow: &dyn UnitOfWork,
    user: &User,
    language: Language,
) -> Result<(), SaveUserError> {
    let lists = Watchlist::standard_set(user.id, language, user.created_at);
    uow.users().insert(user).await?;
    uow.watchlists().insert_many(&lists).await?;
    let registered = DomainEvent::UserRegistered {
        user: user.id,
        language,
    };
    uow.outbox().publish(registered, user.created_at);
    Ok(())
}

/// Stores a session with which somebody signs in.
pub(super) async fn enter(uow: &dyn UnitOfWork, session: &Session) -> Result<(), StoreError> {
    uow.sessions().insert(session).await?;
    let signed_in = DomainEvent::UserSignedIn {
        user: session.user,
        session: session.id,
    };
    uow.outbox().publish(signed_in, session.created_at);
    Ok(())
}

/// Opens sessions of one long-lived token.
pub(super) struct LongSessions<'a> {
    pub(super) ids: &'a dyn IdGenerator,
    pub(super) tokens: &'a dyn AccessTokens,
    pub(super) policy: &'a dyn SessionPolicy,
}

impl LongSessions<'_> {
    pub(super) async fn open(
        &self,
        uow: &dyn UnitOfWork,
        user: User,
        device: Option<DeviceName>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, StoreError> {
        let life = self.policy.lives().long_token;
        let kind = SessionKind::LongToken;
        let session = Session::open(self.ids.next(), user.id, kind, device, life, now);
        let grant = AccessGrant {
            user: user.id,
            session: session.id,
            expires_at: session.expires_at,
        };
        let token = self.tokens.issue(&grant, now)?;
        enter(uow, &session).await?;
        Ok(SignedIn { user, token })
    }
}
