//! What signing in and out asks of the outside world.
use crate::shared::{
    failure::failure,
    page::{Page, PageRequest},
    store::{Cause, StoreError},
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{
    audit::NetworkPrefix,
    identity::{
        EmailAddress, FailedSignIns, MailToken, MailTokenDigest, MailTokenPurpose, NewPassword,
        PasswordHash, Role, Session, SessionId, SignInKeyDigest, TelegramId, TelegramSignIn, User,
        UserId,
    },
    shared::Language,
};
use shaku::Interface;

/// The repositories of this context, bound to one unit of work.
pub trait IdentityStores {
    /// Users.
    fn users(&self) -> &dyn UserRepository;
    /// Their sessions.
    fn sessions(&self) -> &dyn SessionRepository;
    /// Failures to sign in.
    fn failed_sign_ins(&self) -> &dyn FailedSignInRepository;
    /// Attempts to sign in by Telegram.
    fn telegram_sign_ins(&self) -> &dyn TelegramSignInRepository;
    /// Tokens that went out by mail.
    fn mail_tokens(&self) -> &dyn MailTokenRepository;
}

/// A user could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum SaveUserError {
    /// Another user has this address.
    #[error("User with this email already exists")]
    EmailTaken,
    /// Another user has this Telegram account.
    #[error("User with this Telegram account already exists")]
    TelegramTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(SaveUserError {
    EmailTaken => Conflict "identity.email_taken",
    TelegramTaken => Conflict "identity.telegram_taken",
} via Store);

/// Keeps users.
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Finds a user and keeps others from changing them until the unit of work ends.
    async fn find(&self, user: UserId) -> Result<Option<User>, StoreError>;
    /// Finds the user who has an address.
    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError>;
    /// Finds the user who has a Telegram account.
    async fn find_by_telegram(&self, telegram: TelegramId) -> Result<Option<User>, StoreError>;
    /// Finds the administrators who may come in, and keeps others from changing them until the unit
    /// of work ends. Asked for before any single user, so that no two wait for each other.
    async fn find_active_admins(&self) -> Result<Vec<UserId>, StoreError>;
    /// Adds a user. It MUST say `EmailTaken` or `TelegramTaken` even when two add the same at once.
    async fn insert(&self, user: &User) -> Result<(), SaveUserError>;
    /// Stores a changed user.
    async fn save(&self, user: &User) -> Result<(), SaveUserError>;
    /// Removes a user with everything that hangs on them: sessions, lists, recommendations. The
    /// tokens of sessions that were ended before MUST be refused all the same afterwards. Films
    /// that they added and that are still there stay, owned by nobody; their revisions MUST grow,
    /// because what is shown of a film tells its owner.
    async fn remove(&self, user: UserId) -> Result<(), StoreError>;
}

/// What became of a refresh token that somebody presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenUse {
    /// It was the newest of its session and is used up now.
    Fresh(SessionId),
    /// It was used before; somebody has a copy.
    Reused(SessionId),
    /// It was never issued, or its session is over.
    Unknown,
}

/// The digest under which a refresh token is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RefreshTokenDigest(pub [u8; 32]);

/// A session that was ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedSession {
    /// Which one.
    pub id: SessionId,
    /// Until when its tokens would be good.
    pub expires_at: DateTime<Utc>,
}

impl From<&Session> for EndedSession {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id,
            expires_at: session.expires_at,
        }
    }
}

/// Keeps sessions and their refresh tokens.
#[async_trait]
pub trait SessionRepository: Send + Sync {
    /// Adds a session.
    async fn insert(&self, session: &Session) -> Result<(), StoreError>;
    /// Finds a session that has not been ended.
    async fn find(&self, session: SessionId) -> Result<Option<Session>, StoreError>;
    /// Stores a renewed session.
    async fn save(&self, session: &Session) -> Result<(), StoreError>;
    /// Ends a session of a user, if there is one to end. Its tokens MUST be refused by every instance
    /// until they would have expired by themselves.
    async fn end(
        &self,
        user: UserId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Option<EndedSession>, StoreError>;
    /// Ends all sessions of a user, but for `except`, and names those it ended.
    async fn end_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        at: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, StoreError>;
    /// Adds a refresh token to a session.
    async fn add_refresh_token(
        &self,
        session: SessionId,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
    /// Uses a refresh token up. Of two that present the same at once, exactly one MUST get `Fresh`.
    async fn use_refresh_token(
        &self,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> Result<RefreshTokenUse, StoreError>;
    /// Forgets sessions that ended by themselves before `before`; says how many.
    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Keeps attempts to sign in by Telegram.
#[async_trait]
pub trait TelegramSignInRepository: Send + Sync {
    /// Adds an attempt.
    async fn insert(&self, attempt: &TelegramSignIn) -> Result<(), StoreError>;
    /// Finds an attempt and keeps others from changing it until the unit of work ends.
    async fn find(&self, key: SignInKeyDigest) -> Result<Option<TelegramSignIn>, StoreError>;
    /// Stores a changed attempt.
    async fn save(&self, attempt: &TelegramSignIn) -> Result<(), StoreError>;
    /// Forgets attempts that ended before `before`; says how many.
    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// What failures are counted by: digests, so that what was tried is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailurePlaces {
    /// Of the address that was given and from where.
    pub here: [u8; 32],
    /// Of the address that was given.
    pub anywhere: [u8; 32],
}

/// Counts failures to sign in.
#[async_trait]
pub trait FailedSignInRepository: Send + Sync {
    /// Counts one more, anew where the last one is forgotten. Of several at once each MUST count.
    async fn note(&self, places: FailurePlaces, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Forgets those from this place.
    async fn forget_here(&self, places: FailurePlaces) -> Result<(), StoreError>;
    /// Forgets those of which the last one was before `before`; says how many places.
    async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Keeps tokens that went out by mail, by their digests only.
#[async_trait]
pub trait MailTokenRepository: Send + Sync {
    /// Finds the token of a user for a purpose, used up or not as it may be.
    async fn find(
        &self,
        user: UserId,
        purpose: MailTokenPurpose,
    ) -> Result<Option<MailToken>, StoreError>;
    /// Stores a token in place of the one that the user had for the same purpose.
    async fn save(&self, token: &MailToken) -> Result<(), StoreError>;
    /// Notes that a server took the mail with this token; nothing where there is none such any more.
    async fn note_sent(&self, token: MailTokenDigest, at: DateTime<Utc>) -> Result<(), StoreError>;
    /// Uses a token up that is good, and tells whose it was. Of two that show the same at once, exactly
    /// one MUST be told.
    async fn use_up(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<Option<UserId>, StoreError>;
    /// Forgets the token of a user for a purpose, where there is one.
    async fn forget_of(&self, user: UserId, purpose: MailTokenPurpose) -> Result<(), StoreError>;
    /// Forgets tokens that were good until `before`; says how many.
    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError>;
}

/// Reads of this context, each one statement.
#[async_trait]
pub trait IdentityQueries: Interface {
    /// Shows a user.
    async fn show_user(&self, user: UserId) -> Result<Option<User>, StoreError>;
    /// Shows the user who has a Telegram account.
    async fn show_user_by_telegram(&self, telegram: TelegramId)
    -> Result<Option<User>, StoreError>;
    /// Shows the user who has an address.
    async fn show_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError>;
    /// Shows the failures to sign in by an address, as far as they are not forgotten, and whether
    /// somebody has signed in by it from this network within the last 90 days. It MUST take the same
    /// time whether anybody has the address or not.
    async fn show_failed_sign_ins(
        &self,
        places: FailurePlaces,
        email: &EmailAddress,
        network: Option<NetworkPrefix>,
        now: DateTime<Utc>,
    ) -> Result<FailedSignIns, StoreError>;
    /// Lists users, the newest first; with a search those whose address or username contains it. The
    /// case of ASCII letters MUST NOT count, and no letter MUST have a meaning of its own.
    async fn list_users(
        &self,
        search: Option<&str>,
        page: &PageRequest<UserId>,
    ) -> Result<Page<User, UserId>, StoreError>;
    /// Shows an attempt to sign in by Telegram.
    async fn show_telegram_sign_in(
        &self,
        key: SignInKeyDigest,
    ) -> Result<Option<TelegramSignIn>, StoreError>;
    /// Whether a token that went out by mail is good.
    async fn is_mail_token_good(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError>;
    /// Lists the open sessions of a user, the newest first.
    async fn list_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError>;
}

/// A password could not be hashed or verified.
#[derive(Debug, thiserror::Error)]
pub enum HashingError {
    /// Too many wait for the hasher already.
    #[error("too many people are signing in at once")]
    Busy,
    /// The hasher failed.
    #[error("the password could not be hashed")]
    Failed(#[source] Cause),
}

failure!(HashingError {
    Busy => Unavailable "identity.hashing_busy",
    Failed => Internal "identity.hashing_failed",
});

/// Hashes passwords slowly, off the threads that answer requests, only a few at a time.
#[async_trait]
pub trait PasswordHasher: Interface {
    /// Hashes a new password.
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError>;
    /// Compares a password with a hash. Without a hash it MUST take the same time and say no, so that
    /// nobody learns which addresses have an account.
    async fn verify(
        &self,
        password: &NewPassword,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashingError>;
}

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessGrant {
    /// Who may come in.
    pub user: UserId,
    /// In which session.
    pub session: SessionId,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// The text is not an access token of ours, or its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

/// Signs access tokens and reads them back.
pub trait AccessTokens: Interface {
    /// Signs a token.
    fn issue(&self, grant: &AccessGrant, now: DateTime<Utc>) -> Result<String, StoreError>;
    /// Reads a token back. Signature, issuer, audience and expiry MUST be checked, and other
    /// algorithms than ours refused.
    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<AccessGrant, InvalidToken>;
}

/// Makes secrets that cannot be guessed, and the digests under which they are stored.
pub trait Secrets: Interface {
    /// 256 random bits, as 43 letters that need no escaping in URLs.
    fn generate(&self) -> String;
    /// The SHA-256 of a secret.
    fn digest(&self, secret: &str) -> [u8; 32];
}

/// How long tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLives {
    /// The one token of a session of the first kind.
    pub long_token: Duration,
    /// An access token beside a refresh token.
    pub access_token: Duration,
    /// A refresh token, and so a session that is not used.
    pub refresh_token: Duration,
}

/// Knows how long tokens live.
pub trait SessionPolicy: Interface {
    /// The lives in force.
    fn lives(&self) -> TokenLives;
    /// How long it is known who signed in and what administrators did.
    fn audit_kept(&self) -> Duration;
}

/// What a gate knows of somebody whom it lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// What they may do.
    pub role: Role,
    /// The language they chose, if they did.
    pub language: Option<Language>,
}

/// Knows, without asking the database, whose tokens are not accepted any more, and what is needed of
/// the others for every request.
///
/// What is said here holds on this instance at once; other instances learn it from the database
/// within ten seconds.
pub trait SessionGate: Interface {
    /// What is known of the user, unless the session was ended or the user shut out.
    fn admit(&self, user: UserId, session: SessionId) -> Option<Admission>;
    /// Learns which language a user has chosen.
    fn prefer(&self, user: UserId, language: Option<Language>);
    /// Refuses sessions from now on; they MUST NOT be remembered for longer than they would live.
    fn close(&self, sessions: &[EndedSession]);
}
