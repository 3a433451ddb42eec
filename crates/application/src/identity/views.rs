//! What this context tells of users and sessions.
use domain::identity::User;

/// A user who has just signed in, with the token to show from now on.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who it is.
    pub user: User,
    /// The access token.
    pub token: String,
}

/// A pair of tokens as OAuth 2.0 hands them out (RFC 6749, section 5.1).
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// The short-lived token.
    pub access_token: String,
    /// How many seconds it lives.
    pub expires_in: i64,
    /// The token for the next pair.
    pub refresh_token: String,
}
