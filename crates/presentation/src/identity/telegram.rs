//! Signing in by Telegram, as an app does it: open an attempt, wait, exchange the key.
use super::view::SignedInView;
use crate::http::{
    answer,
    body::JsonBody,
    checker::{Checker, Field},
    device::Device,
    problem::Problem,
    state::Use,
};
use actix_web::HttpResponse;
use application::{
    identity::telegram::{CheckTelegramSignIn, ExchangeTelegramKey, OpenTelegramSignIn},
    shared::actor::Actor,
};
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
pub async fn open(open: Use<OpenTelegramSignIn>) -> Result<HttpResponse, Problem> {
    let auth_key = open.execute(&Actor::Anonymous, OpenTelegramSignIn).await?;
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
    device: Device,
    body: JsonBody<KeyBody>,
    exchange: Use<ExchangeTelegramKey>,
) -> Result<HttpResponse, Problem> {
    let request = ExchangeTelegramKey {
        key: body.0.check()?,
        device: device.0,
    };
    let signed_in = exchange.execute(&Actor::Anonymous, request).await?;
    answer::created(&SignedInView::from(&signed_in))
}
