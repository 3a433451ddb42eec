//! What is told of users and their sessions.
use crate::http::words::{LanguageCode, RoleName, SessionKindName};
use application::identity::views::SignedIn;
use chrono::{DateTime, Utc};
use domain::identity::{
    DeviceName, EmailAddress, PersonalName, Session, SessionId, Standing, User,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A user.
#[derive(Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView<'a> {
    id: Uuid,
    /// Where mail reaches them.
    #[schema(required, example = "ann@example.org")]
    email: Option<&'a str>,
    /// Whether they have shown that they read what is sent there.
    email_verified: bool,
    /// Their number at Telegram.
    #[schema(required)]
    telegram_id: Option<i64>,
    /// How others see them.
    #[schema(example = "Ann")]
    username: &'a str,
    #[schema(required)]
    first_name: Option<&'a str>,
    #[schema(required)]
    last_name: Option<&'a str>,
    /// The language they chose.
    #[schema(required, inline, value_type = Option<LanguageCode>)]
    language: Option<&'a str>,
    #[schema(inline, value_type = RoleName, example = "user")]
    role: &'a str,
    /// When they joined.
    created_at: DateTime<Utc>,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id.as_uuid(),
            email: user.email.as_ref().map(EmailAddress::as_str),
            email_verified: user.email_verified_at.is_some(),
            telegram_id: user.telegram.map(|telegram| telegram.0),
            username: user.username.as_str(),
            first_name: user.first_name.as_ref().map(PersonalName::as_str),
            last_name: user.last_name.as_ref().map(PersonalName::as_str),
            language: user.language.map(domain::shared::Language::code),
            role: user.role.name(),
            created_at: user.created_at,
        }
    }
}

/// A user, as an administrator sees them.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUser)]
pub struct ManagedUserView<'a> {
    #[serde(flatten)]
    user: UserView<'a>,
    /// Since when they are shut out; null while they may come in.
    #[schema(required)]
    disabled_at: Option<DateTime<Utc>>,
    /// When they last changed something of themselves, or somebody of them.
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a User> for ManagedUserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            user: user.into(),
            disabled_at: match user.standing {
                Standing::Active => None,
                Standing::Disabled { since } => Some(since),
            },
            updated_at: user.updated_at,
        }
    }
}

/// A page of users.
#[derive(Serialize, ToSchema)]
#[schema(as = ManagedUserPage)]
pub struct UserPageView<'a> {
    pub items: Vec<ManagedUserView<'a>>,
    /// The cursor of the next page; null on the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// A user who has just signed in, with the token to show from now on.
#[derive(Serialize, ToSchema)]
#[schema(as = UserLoginResponse)]
pub struct SignedInView<'a> {
    id: Uuid,
    #[schema(required)]
    username: Option<&'a str>,
    #[schema(required)]
    email: Option<&'a str>,
    #[schema(required)]
    telegram_id: Option<i64>,
    /// Shown as `Authorization: Bearer <token>` from now on.
    token: &'a str,
}

impl<'a> From<&'a SignedIn> for SignedInView<'a> {
    fn from(signed_in: &'a SignedIn) -> Self {
        let user = &signed_in.user;
        Self {
            id: user.id.as_uuid(),
            username: Some(user.username.as_str()),
            email: user.email.as_ref().map(EmailAddress::as_str),
            telegram_id: user.telegram.map(|telegram| telegram.0),
            token: &signed_in.token,
        }
    }
}

/// One place where the user is signed in.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub struct SessionView<'a> {
    id: Uuid,
    #[schema(inline, value_type = SessionKindName, example = "refreshable")]
    kind: &'a str,
    /// What the client calls itself.
    #[schema(required)]
    device: Option<&'a str>,
    /// When the user signed in.
    created_at: DateTime<Utc>,
    /// When its tokens were last issued.
    last_used_at: DateTime<Utc>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
    /// Whether it is the one in which this was asked.
    is_current: bool,
}

impl<'a> SessionView<'a> {
    /// Tells of a session; `current` is the one in which it is asked.
    pub fn new(session: &'a Session, current: SessionId) -> Self {
        Self {
            id: session.id.as_uuid(),
            kind: session.kind.name(),
            device: session.device.as_ref().map(DeviceName::as_str),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            is_current: session.id == current,
        }
    }
}
