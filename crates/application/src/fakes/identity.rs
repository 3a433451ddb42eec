//! Users, sessions and sign-ins in memory, and passwords and tokens without cryptography.
use super::{
    state::{Database, Stored, dangling, duplicate, locked},
    store::FakeUnitOfWork,
};
use crate::{
    identity::ports::{
        AccessGrant, AccessTokens, Admission, EndedSession, HashingError, IdentityQueries,
        InvalidToken, PasswordHasher, RefreshTokenDigest, RefreshTokenUse, SaveUserError, Secrets,
        SessionGate, SessionPolicy, SessionRepository, TelegramSignInRepository, TokenLives,
        UserRepository,
    },
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use domain::{
    identity::{
        EmailAddress, MailTokenDigest, MailTokenPurpose, NewPassword, PasswordHash, Role, Session,
        SessionId, SignInKeyDigest, TelegramId, TelegramSignIn, TelegramSignInState, User, UserId,
    },
    shared::{Id, Language},
};
use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

/// A session and whether its user has ended it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct StoredSession {
    pub(super) session: Session,
    pub(super) ended_at: Option<DateTime<Utc>>,
}

/// A refresh token and whether it was used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StoredRefreshToken {
    session: SessionId,
    used_at: Option<DateTime<Utc>>,
}

impl Stored {
    pub(super) fn insert_user(&mut self, user: &User) -> Result<(), SaveUserError> {
        if self.users.contains_key(&user.id) {
            return Err(duplicate("user").into());
        }
        self.put_user(user)
    }

    fn save_user(&mut self, user: &User) -> Result<(), SaveUserError> {
        if !self.users.contains_key(&user.id) {
            return Err(StoreError::Stale.into());
        }
        self.put_user(user)
    }

    fn put_user(&mut self, user: &User) -> Result<(), SaveUserError> {
        let others = || self.users.values().filter(|other| other.id != user.id);
        if user.email.is_some() && others().any(|other| other.email == user.email) {
            return Err(SaveUserError::EmailTaken);
        }
        if user.telegram.is_some() && others().any(|other| other.telegram == user.telegram) {
            return Err(SaveUserError::TelegramTaken);
        }
        self.users.insert(user.id, user.clone());
        Ok(())
    }

    fn find_user(&self, is_wanted: impl Fn(&User) -> bool) -> Option<User> {
        self.users.values().find(|user| is_wanted(user)).cloned()
    }

    fn remove_user(&mut self, user: UserId) {
        self.users.remove(&user);
        // Ended sessions outlive their user, so that every gate can learn of them.
        self.sessions
            .retain(|_, stored| stored.session.user != user || stored.ended_at.is_some());
        self.drop_loose_refresh_tokens();
        self.telegram_sign_ins
            .retain(|_, attempt| who(attempt) != Some(user));
        self.forget_notices_of(user);
        self.watchlists.retain(|_, list| list.owner != user);
        self.drop_loose_entries();
        self.drop_loose_tastes();
        self.recommendations.retain(|_, given| given.user != user);
        self.shown.retain(|(to, _), _| *to != user);
        self.leave_companions(user);
        self.model_spending.remove(&Some(user));
        self.remove_conversations(user);
        for film in self.films.values_mut() {
            if film.owner == Some(user) {
                film.owner = None;
                film.revision += 1;
            }
        }
    }

    pub(super) fn insert_session(&mut self, session: &Session) -> Result<(), StoreError> {
        if !self.users.contains_key(&session.user) {
            return Err(dangling("the session of no user"));
        }
        if self.sessions.contains_key(&session.id) {
            return Err(duplicate("session"));
        }
        let stored = StoredSession {
            session: session.clone(),
            ended_at: None,
        };
        self.sessions.insert(session.id, stored);
        Ok(())
    }

    fn find_session(&self, session: SessionId) -> Option<Session> {
        let stored = self.sessions.get(&session)?;
        (stored.ended_at.is_none()).then(|| stored.session.clone())
    }

    fn save_session(&mut self, session: &Session) -> Result<(), StoreError> {
        let stored = self.sessions.get_mut(&session.id);
        let stored = stored.filter(|stored| stored.ended_at.is_none());
        stored.ok_or(StoreError::Stale)?.session = session.clone();
        Ok(())
    }

    pub(super) fn end_sessions(
        &mut self,
        is_meant: impl Fn(&Session) -> bool,
        at: DateTime<Utc>,
    ) -> Vec<EndedSession> {
        self.sessions
            .values_mut()
            .filter(|stored| stored.ended_at.is_none() && is_meant(&stored.session))
            .map(|stored| {
                stored.ended_at = Some(at);
                EndedSession::from(&stored.session)
            })
            .collect()
    }

    fn add_refresh_token(
        &mut self,
        session: SessionId,
        token: RefreshTokenDigest,
    ) -> Result<(), StoreError> {
        if !self.sessions.contains_key(&session) {
            return Err(dangling("the refresh token of no session"));
        }
        if self.refresh_tokens.contains_key(&token) {
            return Err(duplicate("refresh token"));
        }
        let stored = StoredRefreshToken {
            session,
            used_at: None,
        };
        self.refresh_tokens.insert(token, stored);
        Ok(())
    }

    fn use_refresh_token(
        &mut self,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> RefreshTokenUse {
        let Some(stored) = self.refresh_tokens.get_mut(&token) else {
            return RefreshTokenUse::Unknown;
        };
        let session = self.sessions.get(&stored.session);
        if !session.is_some_and(|found| found.ended_at.is_none() && found.session.is_open(at)) {
            return RefreshTokenUse::Unknown;
        }
        if stored.used_at.is_some() {
            return RefreshTokenUse::Reused(stored.session);
        }
        stored.used_at = Some(at);
        RefreshTokenUse::Fresh(stored.session)
    }

    fn forget_sessions(&mut self, before: DateTime<Utc>) -> u64 {
        let all = self.sessions.len();
        self.sessions
            .retain(|_, stored| stored.session.expires_at > before);
        self.drop_loose_refresh_tokens();
        count(all - self.sessions.len())
    }

    fn drop_loose_refresh_tokens(&mut self) {
        let sessions = &self.sessions;
        self.refresh_tokens
            .retain(|_, token| sessions.contains_key(&token.session));
    }

    fn put_telegram_sign_in(&mut self, attempt: &TelegramSignIn) -> Result<(), StoreError> {
        if who(attempt).is_some_and(|user| !self.users.contains_key(&user)) {
            return Err(dangling("the sign-in of no user"));
        }
        self.telegram_sign_ins.insert(attempt.key, attempt.clone());
        Ok(())
    }

    fn forget_telegram_sign_ins(&mut self, before: DateTime<Utc>) -> u64 {
        let all = self.telegram_sign_ins.len();
        self.telegram_sign_ins
            .retain(|_, attempt| attempt.expires_at > before);
        count(all - self.telegram_sign_ins.len())
    }
}

fn who(attempt: &TelegramSignIn) -> Option<UserId> {
    match attempt.state {
        TelegramSignInState::Confirmed { user } | TelegramSignInState::Used { user } => Some(user),
        TelegramSignInState::Pending | TelegramSignInState::Declined => None,
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[async_trait]
impl UserRepository for FakeUnitOfWork {
    async fn find(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.with(|stored| stored.users.get(&user).cloned())
    }

    async fn find_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        self.with(|stored| stored.find_user(|user| user.email.as_ref() == Some(email)))
    }

    async fn find_by_telegram(&self, telegram: TelegramId) -> Result<Option<User>, StoreError> {
        self.with(|stored| stored.find_user(|user| user.telegram == Some(telegram)))
    }

    async fn find_active_admins(&self) -> Result<Vec<UserId>, StoreError> {
        self.with(|stored| {
            let admins = stored.users.values().filter(|user| user.may_administer());
            admins.map(|user| user.id).collect()
        })
    }

    async fn insert(&self, user: &User) -> Result<(), SaveUserError> {
        self.with(|stored| stored.insert_user(user))?
    }

    async fn save(&self, user: &User) -> Result<(), SaveUserError> {
        self.with(|stored| stored.save_user(user))?
    }

    async fn remove(&self, user: UserId) -> Result<(), StoreError> {
        self.with(|stored| stored.remove_user(user))
    }
}

#[async_trait]
impl SessionRepository for FakeUnitOfWork {
    async fn insert(&self, session: &Session) -> Result<(), StoreError> {
        self.with(|stored| stored.insert_session(session))?
    }

    async fn find(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        self.with(|stored| stored.find_session(session))
    }

    async fn save(&self, session: &Session) -> Result<(), StoreError> {
        self.with(|stored| stored.save_session(session))?
    }

    async fn end(
        &self,
        user: UserId,
        session: SessionId,
        at: DateTime<Utc>,
    ) -> Result<Option<EndedSession>, StoreError> {
        let is_meant = |each: &Session| each.user == user && each.id == session;
        self.with(|stored| stored.end_sessions(is_meant, at).pop())
    }

    async fn end_all(
        &self,
        user: UserId,
        except: Option<SessionId>,
        at: DateTime<Utc>,
    ) -> Result<Vec<EndedSession>, StoreError> {
        let is_meant = |each: &Session| each.user == user && Some(each.id) != except;
        self.with(|stored| stored.end_sessions(is_meant, at))
    }

    async fn add_refresh_token(
        &self,
        session: SessionId,
        token: RefreshTokenDigest,
        _at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.with(|stored| stored.add_refresh_token(session, token))?
    }

    async fn use_refresh_token(
        &self,
        token: RefreshTokenDigest,
        at: DateTime<Utc>,
    ) -> Result<RefreshTokenUse, StoreError> {
        self.with(|stored| stored.use_refresh_token(token, at))
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| stored.forget_sessions(before))
    }
}

#[async_trait]
impl TelegramSignInRepository for FakeUnitOfWork {
    async fn insert(&self, attempt: &TelegramSignIn) -> Result<(), StoreError> {
        self.with(|stored| {
            if stored.telegram_sign_ins.contains_key(&attempt.key) {
                return Err(duplicate("sign-in"));
            }
            stored.put_telegram_sign_in(attempt)
        })?
    }

    async fn find(&self, key: SignInKeyDigest) -> Result<Option<TelegramSignIn>, StoreError> {
        self.with(|stored| stored.telegram_sign_ins.get(&key).cloned())
    }

    async fn save(&self, attempt: &TelegramSignIn) -> Result<(), StoreError> {
        self.with(|stored| {
            if !stored.telegram_sign_ins.contains_key(&attempt.key) {
                return Err(StoreError::Stale);
            }
            stored.put_telegram_sign_in(attempt)
        })?
    }

    async fn forget_expired(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        self.with(|stored| stored.forget_telegram_sign_ins(before))
    }
}

/// Reads of users and sessions.
#[derive(Clone, Debug, Default)]
pub struct FakeIdentityQueries {
    pub(super) database: Database,
}

#[async_trait]
impl IdentityQueries for FakeIdentityQueries {
    async fn show_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.database
            .read(|stored| stored.users.get(&user).cloned())
    }

    async fn show_user_by_telegram(
        &self,
        telegram: TelegramId,
    ) -> Result<Option<User>, StoreError> {
        self.database
            .read(|stored| stored.find_user(|user| user.telegram == Some(telegram)))
    }

    async fn show_user_by_email(&self, email: &EmailAddress) -> Result<Option<User>, StoreError> {
        self.database
            .read(|stored| stored.find_user(|user| user.email.as_ref() == Some(email)))
    }

    async fn list_users(
        &self,
        search: Option<&str>,
        page: &PageRequest<UserId>,
    ) -> Result<Page<User, UserId>, StoreError> {
        let wanted = search.unwrap_or_default().to_lowercase();
        let contains = |text: &str| text.to_lowercase().contains(&wanted);
        let found = self.database.read(|stored| {
            let users = stored.users.values().rev();
            users
                .filter(|user| {
                    let email = user.email.as_ref();
                    email.is_some_and(|email| contains(email.as_str()))
                        || contains(user.username.as_str())
                })
                .filter(|user| page.after.is_none_or(|after| user.id < after))
                .take(usize::from(page.size.get()) + 1)
                .cloned()
                .collect()
        })?;
        Ok(Page::from_overfetched(found, page.size, |user| user.id))
    }

    async fn show_telegram_sign_in(
        &self,
        key: SignInKeyDigest,
    ) -> Result<Option<TelegramSignIn>, StoreError> {
        self.database
            .read(|stored| stored.telegram_sign_ins.get(&key).cloned())
    }

    async fn is_mail_token_good(
        &self,
        token: MailTokenDigest,
        purpose: MailTokenPurpose,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        self.database
            .read(|stored| stored.good_mail_token(token, purpose, now).is_some())
    }

    async fn list_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Vec<Session>, StoreError> {
        let is_open = |stored: &StoredSession| {
            stored.session.user == user && stored.ended_at.is_none() && stored.session.is_open(now)
        };
        let mut open: Vec<Session> = self.database.read(|stored| {
            let open = stored.sessions.values().filter(|each| is_open(each));
            open.map(|each| each.session.clone()).collect()
        })?;
        open.sort_by_key(|session| std::cmp::Reverse((session.created_at, session.id)));
        Ok(open)
    }
}

/// "Hashes" that can be read by everybody, made at once.
#[derive(Clone, Debug, Default)]
pub struct FakePasswordHasher {
    is_busy: Arc<AtomicBool>,
    verifications: Arc<AtomicUsize>,
}

impl FakePasswordHasher {
    /// Has too many waiting from now on, or no longer.
    pub fn set_busy(&self, is_busy: bool) {
        self.is_busy.store(is_busy, Ordering::SeqCst);
    }

    /// How often a password was compared, or seemed to be.
    #[must_use]
    pub fn verifications(&self) -> usize {
        self.verifications.load(Ordering::SeqCst)
    }

    /// The hash of a password.
    #[must_use]
    pub fn hash_of(password: &str) -> PasswordHash {
        PasswordHash::from_phc(format!("$fake${password}"))
    }

    fn ensure_free(&self) -> Result<(), HashingError> {
        if self.is_busy.load(Ordering::SeqCst) {
            return Err(HashingError::Busy);
        }
        Ok(())
    }
}

#[async_trait]
impl PasswordHasher for FakePasswordHasher {
    async fn hash(&self, password: &NewPassword) -> Result<PasswordHash, HashingError> {
        self.ensure_free()?;
        Ok(Self::hash_of(password.reveal()))
    }

    async fn verify(
        &self,
        password: &NewPassword,
        hash: Option<&PasswordHash>,
    ) -> Result<bool, HashingError> {
        self.ensure_free()?;
        self.verifications.fetch_add(1, Ordering::SeqCst);
        Ok(hash == Some(&Self::hash_of(password.reveal())))
    }
}

/// Access tokens that say everything plainly, with a checksum in place of a signature.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeAccessTokens;

impl FakeAccessTokens {
    fn signed(content: &str) -> String {
        format!("{content}.{:016x}", checksum(0, content.as_bytes()))
    }

    fn parse(content: &str) -> Option<AccessGrant> {
        let mut parts = content.strip_prefix("fake.")?.split('.');
        let grant = AccessGrant {
            user: parts.next()?.parse::<Id<User>>().ok()?,
            session: parts.next()?.parse::<Id<Session>>().ok()?,
            expires_at: DateTime::from_timestamp_micros(parts.next()?.parse().ok()?)?,
        };
        parts.next().is_none().then_some(grant)
    }
}

impl AccessTokens for FakeAccessTokens {
    fn issue(&self, grant: &AccessGrant, _now: DateTime<Utc>) -> Result<String, StoreError> {
        let expires_at = grant.expires_at.timestamp_micros();
        let content = format!("fake.{}.{}.{expires_at}", grant.user, grant.session);
        Ok(Self::signed(&content))
    }

    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<AccessGrant, InvalidToken> {
        let (content, _) = token.rsplit_once('.').ok_or(InvalidToken)?;
        if Self::signed(content) != token {
            return Err(InvalidToken);
        }
        Self::parse(content)
            .filter(|grant| now < grant.expires_at)
            .ok_or(InvalidToken)
    }
}

/// Secrets that count up.
#[derive(Clone, Debug, Default)]
pub struct FakeSecrets(Arc<AtomicU64>);

impl Secrets for FakeSecrets {
    fn generate(&self) -> String {
        let count = 1 + self.0.fetch_add(1, Ordering::SeqCst);
        format!("secret-{count:036}")
    }

    fn digest(&self, secret: &str) -> [u8; 32] {
        digest_of(secret.as_bytes())
    }
}

/// 32 bytes that differ where the input differs; no digest in the sense of cryptography.
pub(super) fn digest_of(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    for (lane, part) in (0..).zip(digest.chunks_exact_mut(8)) {
        part.copy_from_slice(&checksum(lane, bytes).to_be_bytes());
    }
    digest
}

fn checksum(lane: u8, bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (lane, bytes).hash(&mut hasher);
    hasher.finish()
}

/// The lives that tokens have unless somebody sets others.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeSessionPolicy;

impl SessionPolicy for FakeSessionPolicy {
    fn lives(&self) -> TokenLives {
        TokenLives {
            long_token: Duration::days(31),
            access_token: Duration::minutes(15),
            refresh_token: Duration::days(30),
        }
    }
}

/// A gate that knows who is shut out, and which sessions it was told to refuse. Of sessions that are
/// ended in the database only, it learns when it is told to [`learn`](Self::learn), as an instance
/// does every few seconds; so a test notices a use case that forgets to close the gate.
#[derive(Clone, Debug, Default)]
pub struct FakeSessionGate {
    pub(super) database: Database,
    closed: Arc<Mutex<HashSet<SessionId>>>,
    languages: Arc<Mutex<HashMap<UserId, Language>>>,
}

impl FakeSessionGate {
    /// A gate of another instance on the same database.
    #[must_use]
    pub fn of_another_instance(&self) -> Self {
        Self::on(self.database.clone())
    }

    pub(super) fn on(database: Database) -> Self {
        Self {
            database,
            closed: Arc::default(),
            languages: Arc::default(),
        }
    }

    /// Learns from the database which sessions were ended elsewhere, and who chose which language.
    pub fn learn(&self) {
        *locked(&self.languages) = self.database.peek(|stored| {
            let users = stored.users.values();
            let chosen = users.filter_map(|user| Some((user.id, user.language?)));
            chosen.collect()
        });
        let ended: Vec<EndedSession> = self.database.peek(|stored| {
            let ended = stored
                .sessions
                .values()
                .filter(|each| each.ended_at.is_some());
            ended.map(|each| (&each.session).into()).collect()
        });
        self.close(&ended);
    }
}

impl SessionGate for FakeSessionGate {
    fn admit(&self, user: UserId, session: SessionId) -> Option<Admission> {
        if locked(&self.closed).contains(&session) {
            return None;
        }
        let role = self.database.peek(|stored| {
            let Some(user) = stored.users.get(&user) else {
                return Some(Role::User);
            };
            user.is_active().then_some(user.role)
        })?;
        let language = locked(&self.languages).get(&user).copied();
        Some(Admission { role, language })
    }

    fn prefer(&self, user: UserId, language: Option<Language>) {
        let mut languages = locked(&self.languages);
        match language {
            Some(language) => languages.insert(user, language),
            None => languages.remove(&user),
        };
    }

    fn close(&self, sessions: &[EndedSession]) {
        locked(&self.closed).extend(sessions.iter().map(|ended| ended.id));
    }
}
