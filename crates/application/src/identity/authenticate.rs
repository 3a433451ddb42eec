//! Tells who shows a token.
use super::ports::{AccessTokens, SessionGate};
use crate::shared::{
    actor::{Actor, SignedInUser},
    clock::Clock,
    failure::failure,
};
use shaku::{Component, Interface};
use std::sync::Arc;

/// The token does not let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRefused {
    /// It is not a token of ours, its time is over, or it was ended.
    #[error("the token is not valid or no longer valid")]
    NotValid,
}

failure!(TokenRefused { NotValid => Unauthenticated "identity.invalid_token" });

/// Turns a token into an actor; in memory only, because every request passes here.
pub trait Authenticator: Interface {
    /// The actor whom the token stands for.
    ///
    /// # Errors
    /// [`TokenRefused`] when it stands for nobody (any more).
    fn authenticate(&self, token: &str) -> Result<Actor, TokenRefused>;
}

#[derive(Component)]
#[shaku(interface = Authenticator)]
pub(crate) struct TokenAuthenticator {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    tokens: Arc<dyn AccessTokens>,
    #[shaku(inject)]
    gate: Arc<dyn SessionGate>,
}

impl Authenticator for TokenAuthenticator {
    fn authenticate(&self, token: &str) -> Result<Actor, TokenRefused> {
        let grant = self
            .tokens
            .read(token, self.clock.now())
            .map_err(|_refused| TokenRefused::NotValid)?;
        let admission = self
            .gate
            .admit(grant.user, grant.session)
            .ok_or(TokenRefused::NotValid)?;
        Ok(Actor::User(SignedInUser {
            id: grant.user,
            role: admission.role,
            session: grant.session,
            language: admission.language,
        }))
    }
}
