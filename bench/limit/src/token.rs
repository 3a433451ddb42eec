//! The same check of tokens as the product's, without the question whether the session was ended.
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::{ErrorInternalServerError, ErrorUnauthorized},
    http::header,
    web,
};
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use serde::Deserialize;
use std::future::{Ready, ready};
use uuid::Uuid;

/// Reads tokens.
pub(crate) struct TokenCheck {
    key: DecodingKey,
    validation: Validation,
}

#[derive(Deserialize)]
struct Claims {
    sub: Uuid,
    #[expect(dead_code, reason = "a token without a session is refused")]
    sid: Uuid,
}

impl TokenCheck {
    pub(crate) fn new(secret: &str) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&["filmhub"]);
        validation.set_audience(&["filmhub"]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.leeway = 0;
        Self {
            key: DecodingKey::from_secret(secret.as_bytes()),
            validation,
        }
    }

    fn user(&self, request: &HttpRequest) -> Result<Option<Uuid>, actix_web::Error> {
        let Some(value) = request.headers().get(header::AUTHORIZATION) else {
            return Ok(None);
        };
        let refused = || ErrorUnauthorized("");
        let token = value
            .to_str()
            .ok()
            .and_then(|value| value.strip_prefix("Bearer "))
            .ok_or_else(refused)?;
        let token: TokenData<Claims> = jsonwebtoken::decode(token, &self.key, &self.validation)
            .map_err(|_invalid| refused())?;
        Ok(Some(token.claims.sub))
    }
}

/// Who looks; the user without lists when nobody has signed in.
pub(crate) struct Viewer(pub(crate) Uuid);

/// Who acts.
pub(crate) struct SignedIn(pub(crate) Uuid);

impl FromRequest for Viewer {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(user(request).map(|user| Self(user.unwrap_or_default())))
    }
}

impl FromRequest for SignedIn {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(user(request).and_then(|user| user.map(Self).ok_or_else(|| ErrorUnauthorized(""))))
    }
}

fn user(request: &HttpRequest) -> Result<Option<Uuid>, actix_web::Error> {
    request
        .app_data::<web::Data<TokenCheck>>()
        .ok_or_else(|| ErrorInternalServerError(""))?
        .user(request)
}
