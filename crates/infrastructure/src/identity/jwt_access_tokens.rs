//! Access tokens as JSON Web Tokens (RFC 7519), signed with HS256.
use application::{
    identity::ports::{AccessGrant, AccessTokens, InvalidToken},
    shared::store::StoreError,
};
use chrono::{DateTime, Utc};
use domain::shared::Id;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use shaku::Component;
use uuid::Uuid;

const ISSUER: &str = "filmhub";
const AUDIENCE: &str = "filmhub";

/// What tokens are signed with. Whoever knows it can sign in as anybody.
#[derive(Clone)]
pub struct JwtSecret(SecretString);

/// The secret could be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at least {min} bytes long", min = JwtSecret::MIN)]
pub struct WeakJwtSecret;

impl JwtSecret {
    /// The fewest bytes: as many as the hash gives (RFC 7518, section 3.2).
    pub const MIN: usize = 32;

    /// Takes over a secret.
    ///
    /// # Errors
    /// [`WeakJwtSecret`] when it is too short.
    pub fn new(secret: SecretString) -> Result<Self, WeakJwtSecret> {
        if secret.expose_secret().len() < Self::MIN {
            return Err(WeakJwtSecret);
        }
        Ok(Self(secret))
    }

    /// The bytes themselves.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.expose_secret().as_bytes()
    }
}

/// Signs and reads tokens.
#[derive(Component)]
#[shaku(interface = AccessTokens)]
pub struct JwtAccessTokens {
    keys: Keys,
}

/// The secret, made ready for signing and reading.
#[derive(Clone)]
pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl From<&JwtSecret> for Keys {
    fn from(secret: &JwtSecret) -> Self {
        let bytes = secret.bytes();
        // Only this algorithm: a token must not choose how it is checked.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Expiry is compared with our own clock below.
        validation.validate_exp = false;
        Self {
            encoding: EncodingKey::from_secret(bytes),
            decoding: DecodingKey::from_secret(bytes),
            validation,
        }
    }
}

#[derive(Serialize)]
struct IssuedClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct ReadClaims {
    sub: Uuid,
    sid: Uuid,
    exp: i64,
}

impl AccessTokens for JwtAccessTokens {
    fn issue(&self, grant: &AccessGrant, now: DateTime<Utc>) -> Result<String, StoreError> {
        let claims = IssuedClaims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: grant.user.as_uuid(),
            sid: grant.session.as_uuid(),
            iat: now.timestamp(),
            exp: grant.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.keys.encoding)
            .map_err(|failure| StoreError::Unavailable(failure.into()))
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<AccessGrant, InvalidToken> {
        let token: jsonwebtoken::TokenData<ReadClaims> =
            jsonwebtoken::decode(token, &self.keys.decoding, &self.keys.validation)
                .map_err(|_refused| InvalidToken)?;
        let expires_at = DateTime::from_timestamp(token.claims.exp, 0).ok_or(InvalidToken)?;
        if now >= expires_at {
            return Err(InvalidToken);
        }
        Ok(AccessGrant {
            user: Id::from_uuid(token.claims.sub),
            session: Id::from_uuid(token.claims.sid),
            expires_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use serde_json::json;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn tokens(secret: &str) -> JwtAccessTokens {
        let secret = JwtSecret::new(secret.to_owned().into()).unwrap();
        JwtAccessTokens {
            keys: Keys::from(&secret),
        }
    }
    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }
    fn grant() -> AccessGrant {
        AccessGrant {
            user: Id::from_uuid(Uuid::from_u128(1)),
            session: Id::from_uuid(Uuid::from_u128(2)),
            expires_at: now() + Duration::minutes(15),
        }
    }
    fn forged(header: &Header, change: &serde_json::Value) -> String {
        let mut claims = json!({
            "iss": "filmhub", "aud": "filmhub", "sub": Uuid::from_u128(1),
            "sid": Uuid::from_u128(2), "exp": now().timestamp() + 60,
        });
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        jsonwebtoken::encode(
            header,
            &claims,
            &EncodingKey::from_secret(SECRET.as_bytes()),
        )
        .unwrap()
    }

    #[test]
    fn a_token_round_trips_until_it_expires() {
        let tokens = tokens(SECRET);
        let token = tokens.issue(&grant(), now()).unwrap();
        assert_eq!(tokens.read(&token, now()), Ok(grant()));
        assert_eq!(tokens.read(&token, grant().expires_at), Err(InvalidToken));
    }

    #[test]
    fn tokens_of_others_are_refused() {
        let tokens = tokens(SECRET);
        let hs256 = Header::new(Algorithm::HS256);
        assert!(tokens.read(&forged(&hs256, &json!({})), now()).is_ok());
        for change in [
            json!({"iss": "another"}),
            json!({"aud": "another"}),
            json!({"iss": null}),
            json!({"aud": null}),
            json!({"exp": null}),
            json!({"sub": null}),
            json!({"sid": "not a uuid"}),
        ] {
            assert_eq!(
                tokens.read(&forged(&hs256, &change), now()),
                Err(InvalidToken),
                "{change}"
            );
        }
    }

    #[test]
    fn other_secrets_and_other_algorithms_are_refused() {
        let tokens = tokens(SECRET);
        let other = self::tokens("another secret of more than 32 bytes");
        let token = other.issue(&grant(), now()).unwrap();
        assert_eq!(tokens.read(&token, now()), Err(InvalidToken));
        for algorithm in [Algorithm::HS384, Algorithm::HS512] {
            let token = forged(&Header::new(algorithm), &json!({}));
            assert_eq!(tokens.read(&token, now()), Err(InvalidToken));
        }
        let unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.";
        assert_eq!(tokens.read(unsigned, now()), Err(InvalidToken));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(matches!(
            JwtSecret::new("short".to_owned().into()),
            Err(WeakJwtSecret)
        ));
    }
}
