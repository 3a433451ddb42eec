//! Signing in by Telegram, as an app does it: open an attempt, wait, exchange the key. Linking a
//! Telegram account to the signed-in user.
use super::view::SignedInView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    device::Opening,
    problem::Problem,
    signed_in::SignedIn,
    state::{Settings, Use},
};
use actix_web::HttpResponse;
use application::{
    identity::telegram::{
        CheckTelegramSignIn, ExchangeTelegramKey, OpenTelegramLink, OpenTelegramSignIn,
        UnlinkTelegram,
    },
    shared::actor::Actor,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use utoipa::ToSchema;

/// The key of an attempt to sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = TelegramLoginRequest)]
pub struct KeyBody {
    /// The key that `get_auth_key` gave.
    #[schema(value_type = String, required)]
    #[serde(default)]
    tg_code: Field<String>,
}

impl KeyBody {
    fn check(self) -> Result<String, Problem> {
        let mut check = Checker::of_body();
        let key = check.required("tg_code", self.tg_code, Ok::<_, Infallible>);
        check.finish(|| key)
    }
}

/// The key of a new attempt to sign in.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthKeyInfo)]
pub struct KeyView {
    auth_key: String,
}

/// Whether the person has confirmed.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthKeyIsConfirmed)]
pub struct ConfirmationView {
    is_confirmed: bool,
}

/// Opens an attempt to sign in by Telegram.
///
/// The app then opens `tg://resolve?domain=BOT&start=auth_KEY` and asks `check_auth_key` each second.
/// The attempt lives ten minutes.
#[utoipa::path(
    post, path = "/api/v1/auth/telegram/get_auth_key", operation_id = "openTelegramSignIn", tag = "auth", security(()),
    responses((status = 201, description = "The key", body = KeyView))
)]
pub async fn open(
    opening: Opening,
    open: Use<OpenTelegramSignIn>,
) -> Result<HttpResponse, Problem> {
    let opener = opening.0;
    let request = OpenTelegramSignIn { opener };
    let auth_key = open.execute(&Actor::Anonymous, request).await?;
    answer::created(&KeyView { auth_key })
}

/// Asks whether the person has confirmed in Telegram.
#[utoipa::path(
    post, path = "/api/v1/auth/telegram/check_auth_key", operation_id = "checkTelegramSignIn", tag = "auth", security(()),
    request_body = KeyBody,
    responses(
        (status = 200, description = "`is_confirmed` is true once the person has confirmed", body = ConfirmationView),
        (status = 400, description = "Unknown, expired, declined or used key; the body also carries `error: incorrect_auth_key`"),
    )
)]
pub async fn check(
    body: JsonBody<KeyBody>,
    check: Use<CheckTelegramSignIn>,
) -> Result<HttpResponse, Problem> {
    let key = body.0.check()?;
    let checked = check
        .execute(&Actor::Anonymous, CheckTelegramSignIn { key })
        .await;
    let is_confirmed = checked.map_err(|failure| named(failure.into()))?;
    answer::ok(&ConfirmationView { is_confirmed })
}

/// The first clients look for this word.
fn named(problem: Problem) -> Problem {
    if problem.code() == "identity.incorrect_auth_key" {
        problem.with_error("incorrect_auth_key")
    } else {
        problem
    }
}

/// Exchanges a confirmed key, once, for a token.
#[utoipa::path(
    post, path = "/api/v1/auth/telegram/login", operation_id = "exchangeTelegramKey", tag = "auth", security(()),
    request_body = KeyBody,
    responses(
        (status = 201, description = "Signed in", body = SignedInView<'static>),
        (status = 401, description = "Not confirmed, declined, expired, unknown or already used"),
    )
)]
pub async fn exchange(
    opening: Opening,
    body: JsonBody<KeyBody>,
    exchange: Use<ExchangeTelegramKey>,
) -> Result<HttpResponse, Problem> {
    let request = ExchangeTelegramKey {
        key: body.0.check()?,
        from: opening.0,
    };
    let signed_in = exchange.execute(&Actor::Anonymous, request).await?;
    answer::created(&SignedInView::from(&signed_in))
}

/// The key by which a Telegram account is linked.
#[derive(Serialize, ToSchema)]
#[schema(as = TelegramLink)]
pub struct LinkView {
    /// To be brought to the bot as `link_KEY`.
    link_key: String,
    /// Opens the bot with the key; null where the service does not know the bot's name.
    #[schema(required, example = "https://t.me/filmhub_bot?start=link_KEY")]
    url: Option<String>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
}

/// Begins to link a Telegram account to the user.
///
/// The user opens `url`, or `tg://resolve?domain=BOT&start=link_KEY`, and confirms in the bot; then `GET /me`
/// tells `telegram_id`, and the user can sign in by Telegram too. The key is good for ten minutes.
#[utoipa::path(
    post, path = "/api/v1/me/telegram", operation_id = "linkTelegram", tag = "me", security(("bearer" = [])),
    responses(
        (status = 201, description = "The key", body = LinkView),
        (status = 409, description = "A Telegram account is linked already"),
    )
)]
pub async fn link(
    actor: SignedIn,
    opening: Opening,
    open: Use<OpenTelegramLink>,
    settings: Settings,
) -> Result<HttpResponse, Problem> {
    let request = OpenTelegramLink { opener: opening.0 };
    let link = open.execute(&actor, request).await?;
    answer::created(&LinkView {
        url: settings.bot_name.link(&format!("link_{}", link.key)),
        link_key: link.key,
        expires_at: link.expires_at,
    })
}

/// Unlinks the user's Telegram account, if there is one.
#[utoipa::path(
    delete, path = "/api/v1/me/telegram", operation_id = "unlinkTelegram", tag = "me", security(("bearer" = [])),
    responses(
        (status = 204, description = "Unlinked"),
        (status = 409, description = "The user has no e-mail address with a password to sign in by"),
    )
)]
pub async fn unlink(actor: SignedIn, unlink: Use<UnlinkTelegram>) -> Result<HttpResponse, Problem> {
    unlink.execute(&actor, UnlinkTelegram).await?;
    Ok(answer::done())
}
