//! Who asks, by the token that they show.
use super::{problem::Problem, state::api};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header};
use application::{
    identity::authenticate::{Authenticator, TokenRefused},
    shared::actor::Actor,
};
use shaku::HasComponent;
use std::{
    future::{Ready, ready},
    ops::Deref,
};

/// Somebody who has signed in; others are refused.
#[derive(Debug)]
pub struct SignedIn(Actor);

/// Anybody; a token need not be shown, but one that is shown must be valid.
#[derive(Debug)]
pub struct MaybeSignedIn(Actor);

impl Deref for SignedIn {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}
impl Deref for MaybeSignedIn {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequest for SignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = actor(req).and_then(|actor| {
            actor.user()?;
            Ok(actor)
        });
        ready(actor.map(Self))
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(actor(req).map(Self))
    }
}

/// Who asks.
///
/// # Errors
/// When a token is shown that is not valid.
pub fn actor(req: &HttpRequest) -> Result<Actor, Problem> {
    let Some(credentials) = req.headers().get(header::AUTHORIZATION) else {
        return Ok(Actor::Anonymous);
    };
    let token = credentials.to_str().ok().and_then(bearer);
    let token = token.ok_or(TokenRefused::NotValid)?;
    let authenticator: &dyn Authenticator = api(req)?.module.resolve_ref();
    Ok(authenticator.authenticate(token)?)
}

/// The token of the scheme `Bearer` (RFC 6750), whose name has no case.
fn bearer(credentials: &str) -> Option<&str> {
    let (scheme, token) = credentials.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
