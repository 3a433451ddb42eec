//! OAuth 2.0: a short access token and a refresh token that changes with each use (RFC 6749;
//! RFC 9700, section 4.14).
use super::{
    account::enter,
    ports::{
        AccessGrant, AccessTokens, IdentityQueries, PasswordHasher, RefreshTokenDigest,
        RefreshTokenUse, Secrets, SessionGate, SessionPolicy,
    },
    sign_in::{SignInError, ensure_unchanged, verify_credentials},
    views::TokenPair,
};
use crate::shared::{
    actor::Actor,
    clock::{Clock, IdGenerator},
    failure::failure,
    retry::retryable,
    store::{Store, StoreError, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::identity::{DeviceName, EmailAddress, NewPassword, Session, SessionKind};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Signs somebody in with a pair of tokens.
#[derive(Debug)]
pub struct IssueTokens {
    /// Whose account; `None` for what cannot be an address.
    pub email: Option<EmailAddress>,
    /// Their password.
    pub password: Option<NewPassword>,
    /// What their client calls itself.
    pub device: Option<DeviceName>,
}

/// Exchanges a refresh token for the next pair.
#[derive(Clone, Debug)]
pub struct RefreshTokens {
    /// The token as it was issued.
    pub refresh_token: String,
}

/// Why there is no next pair.
#[derive(Debug, thiserror::Error)]
pub enum RefreshTokensError {
    /// The token was never issued, was used before, or its session is over. When it was used before,
    /// the session has been ended, because somebody holds a copy.
    #[error("the refresh token is not valid")]
    NotValid,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(RefreshTokensError { NotValid => Unauthenticated "identity.invalid_refresh_token" } via Store);
request!(IssueTokens => TokenPair, SignInError);
request!(RefreshTokens => TokenPair, RefreshTokensError);
retryable!(RefreshTokens);

#[derive(Component)]
#[shaku(interface = UseCase<IssueTokens>)]
pub(crate) struct IssueTokensUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
    #[shaku(inject)]
    hasher: Arc<dyn PasswordHasher>,
    #[shaku(inject)]
    tokens: Arc<dyn AccessTokens>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    policy: Arc<dyn SessionPolicy>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<IssueTokens> for IssueTokensUseCase {
    #[instrument(name = "identity.issue_tokens", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: IssueTokens,
    ) -> Result<TokenPair, SignInError> {
        let user = verify_credentials(
            &*self.queries,
            &*self.hasher,
            request.email.as_ref(),
            request.password.as_ref(),
        )
        .await?;
        let now = self.clock.now();
        let session = Session::open(
            self.ids.next(),
            user.id,
            SessionKind::Refreshable,
            request.device,
            self.policy.lives().refresh_token,
            now,
        );
        let minting = Minting {
            tokens: &*self.tokens,
            secrets: &*self.secrets,
            policy: &*self.policy,
        };
        let uow = self.store.begin().await?;
        ensure_unchanged(&*uow, &user).await?;
        enter(&*uow, &session).await?;
        let pair = minting.next_pair(&*uow, &session, now).await?;
        uow.commit().await?;
        Ok(pair)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<RefreshTokens>)]
pub(crate) struct RefreshTokensUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    tokens: Arc<dyn AccessTokens>,
    #[shaku(inject)]
    secrets: Arc<dyn Secrets>,
    #[shaku(inject)]
    policy: Arc<dyn SessionPolicy>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<RefreshTokens> for RefreshTokensUseCase {
    #[instrument(name = "identity.refresh_tokens", skip_all)]
    async fn execute(
        &self,
        _actor: &Actor,
        request: RefreshTokens,
    ) -> Result<TokenPair, RefreshTokensError> {
        let now = self.clock.now();
        let digest = RefreshTokenDigest(self.secrets.digest(&request.refresh_token));
        let uow = self.store.begin().await?;
        match uow.sessions().use_refresh_token(digest, now).await? {
            RefreshTokenUse::Fresh(session) => {
                let session = uow.sessions().find(session).await?;
                let session = self
                    .admitted(session, now)
                    .ok_or(RefreshTokensError::NotValid)?;
                self.renew(uow, session, now).await
            }
            RefreshTokenUse::Reused(session) => {
                if let Some(session) = uow.sessions().find(session).await? {
                    let ended = uow.sessions().end(session.user, session.id, now).await?;
                    uow.commit().await?;
                    self.gate.close(ended.as_slice());
                    tracing::warn!(user.id = %session.user, "a refresh token was used twice, its session is ended");
                }
                Err(RefreshTokensError::NotValid)
            }
            RefreshTokenUse::Unknown => Err(RefreshTokensError::NotValid),
        }
    }
}

impl RefreshTokensUseCase {
    fn admitted(&self, session: Option<Session>, now: DateTime<Utc>) -> Option<Session> {
        session.filter(|session| {
            session.is_open(now) && self.gate.admit(session.user, session.id).is_some()
        })
    }

    async fn renew(
        &self,
        uow: Box<dyn UnitOfWork>,
        mut session: Session,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, RefreshTokensError> {
        session.renew(self.policy.lives().refresh_token, now);
        uow.sessions().save(&session).await?;
        let minting = Minting {
            tokens: &*self.tokens,
            secrets: &*self.secrets,
            policy: &*self.policy,
        };
        let pair = minting.next_pair(&*uow, &session, now).await?;
        uow.commit().await?;
        Ok(pair)
    }
}

struct Minting<'a> {
    tokens: &'a dyn AccessTokens,
    secrets: &'a dyn Secrets,
    policy: &'a dyn SessionPolicy,
}

impl Minting<'_> {
    async fn next_pair(
        &self,
        uow: &dyn UnitOfWork,
        session: &Session,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, StoreError> {
        let refresh_token = self.secrets.generate();
        let digest = RefreshTokenDigest(self.secrets.digest(&refresh_token));
        uow.sessions()
            .add_refresh_token(session.id, digest, now)
            .await?;
        let life = self.policy.lives().access_token;
        let grant = AccessGrant {
            user: session.user,
            session: session.id,
            expires_at: now + life,
        };
        let access_token = self.tokens.issue(&grant, now)?;
        Ok(TokenPair {
            access_token,
            expires_in: life.num_seconds(),
            refresh_token,
        })
    }
}
