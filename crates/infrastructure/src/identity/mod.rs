//! Users, sessions and sign-in attempts in the database; password hashing; access tokens.
mod argon2_password_hasher;
mod hmac_seals;
mod identity_queries;
mod jwt_access_tokens;
mod mail_token_repository;
mod refresh_token_row;
mod session_gate;
mod session_policy;
mod session_repository;
mod session_row;
mod telegram_sign_in_repository;
mod telegram_sign_in_row;
mod user_repository;
mod user_row;

pub use argon2_password_hasher::{
    Argon2PasswordHasher, Argon2PasswordHasherParameters, HashingSlots,
};
pub use hmac_seals::{HmacSeals, HmacSealsParameters, SealKeys};
pub use identity_queries::SqlIdentityQueries;
pub use jwt_access_tokens::{JwtAccessTokens, JwtAccessTokensParameters, JwtSecret, WeakJwtSecret};
pub use session_gate::{GateState, SqlSessionGate, SqlSessionGateParameters};
pub use session_policy::{FixedSessionPolicy, FixedSessionPolicyParameters};
