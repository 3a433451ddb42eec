//! Telegram brings an update by itself.
use super::heard;
use crate::http::{
    body::JsonBody,
    problem::Problem,
    resource::Path,
    state::{Settings, Use},
};
use actix_web::{HttpRequest, HttpResponse, http::header::HeaderValue, web::ServiceConfig};
use application::{
    identity::authenticate::TokenRefused,
    shared::actor::Actor,
    telegram::{
        ports::{BotId, Update, UpdateId},
        receive::ReceiveUpdate,
    },
};
use serde_json::Value;
use std::fmt;
use subtle::ConstantTimeEq;

/// Where updates are brought, below the address by which the service is reached.
pub const PATH: &str = "/telegram/webhook";
/// By what Telegram is known.
const SECRET: &str = "X-Telegram-Bot-Api-Secret-Token";

/// What Telegram shows with each update.
#[derive(Clone)]
pub struct WebhookSecret(pub String);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

/// How updates are let in.
#[derive(Clone, Debug)]
pub struct WebhookGate {
    /// To which bot they are told.
    pub bot: BotId,
    /// What is shown with them.
    pub secret: WebhookSecret,
}

/// Opens the path.
pub fn routes(routes: &mut ServiceConfig) {
    Path::at(PATH).post(receive).open(routes);
}

/// Keeps an update until it is answered. One that the bot does not answer is taken note of no further.
async fn receive(
    req: HttpRequest,
    settings: Settings,
    body: JsonBody<Value>,
    receive: Use<ReceiveUpdate>,
) -> Result<HttpResponse, Problem> {
    let gate = settings
        .webhook
        .as_ref()
        .ok_or_else(Problem::no_such_route)?;
    ensure_telegram(&req, &gate.secret)?;
    if let Some(update) = read(&body.0) {
        let bot = gate.bot;
        let request = ReceiveUpdate { bot, update };
        receive.execute(&Actor::System, request).await?;
    }
    Ok(HttpResponse::Ok().finish())
}

/// How long the comparison takes tells nothing of the secret but its length, which is known.
fn ensure_telegram(req: &HttpRequest, secret: &WebhookSecret) -> Result<(), Problem> {
    let shown = req.headers().get(SECRET).map(HeaderValue::as_bytes);
    let is_right = shown.is_some_and(|shown| shown.ct_eq(secret.0.as_bytes()).into());
    if is_right {
        return Ok(());
    }
    Err(TokenRefused::NotValid.into())
}

fn read(update: &Value) -> Option<Update> {
    let id = update.get("update_id")?.as_i64()?;
    let body = update.to_string();
    Some(Update {
        id: UpdateId(id),
        chat: heard::chat_of(&body)?,
        body,
    })
}
