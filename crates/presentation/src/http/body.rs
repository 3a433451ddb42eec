//! Bodies are read: JSON, and forms where a standard asks for them.
use super::problem::Problem;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
};
use application::shared::failure::logged;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// The most bytes of a JSON or form body.
pub const MAX_BODY: usize = 64 * 1024;

/// A JSON object whose members are all [`Field`](super::checker::Field)s, so that nothing but its
/// being an object is checked here. Members that are not known are ignored.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// The same, where a form (`application/x-www-form-urlencoded`) is accepted too.
#[derive(Debug)]
pub struct FormOrJson<T>(pub T);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    UrlEncoded,
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = form(req.headers());
        let declared = declared_length(req.headers());
        let payload = payload.take();
        Box::pin(async move {
            if form != Some(Form::Json) {
                return Err(Problem::unsupported_type(
                    "the body must be `application/json`",
                ));
            }
            parse_json(&read(payload, declared).await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for FormOrJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = form(req.headers());
        let declared = declared_length(req.headers());
        let payload = payload.take();
        Box::pin(async move {
            let form = form.ok_or_else(|| {
                Problem::unsupported_type(
                    "the body must be `application/x-www-form-urlencoded` or `application/json`",
                )
            })?;
            let body = read(payload, declared).await?;
            match form {
                Form::Json => parse_json(&body).map(Self),
                Form::UrlEncoded => parse_form(&body).map(Self),
            }
        })
    }
}

/// A body without a type is taken for JSON, as older clients send it.
fn form(headers: &HeaderMap) -> Option<Form> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Some(Form::Json);
    };
    let essence = value
        .to_str()
        .ok()?
        .split(';')
        .next()?
        .trim()
        .to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => Some(Form::UrlEncoded),
        "application/json" => Some(Form::Json),
        other if other.starts_with("application/") && other.ends_with("+json") => Some(Form::Json),
        _ => None,
    }
}

/// How long the client says that the body is.
pub fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

async fn read(mut payload: Payload, declared: Option<usize>) -> Result<Bytes, Problem> {
    if declared.is_some_and(|length| length > MAX_BODY) {
        return Err(too_large());
    }
    let mut body = BytesMut::with_capacity(declared.unwrap_or_default());
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|cause| {
            tracing::debug!(error = logged(&cause), "a body broke off");
            Problem::invalid("http.broken_body", "the body could not be read")
        })?;
        if body.len() + chunk.len() > MAX_BODY {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_large() -> Problem {
    Problem::too_large("the body is larger than 64 KiB")
}

fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    // By way of a map, because members given twice are no fault.
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => of_members(members),
        Ok(_) => Err(Problem::invalid(
            "http.not_an_object",
            "the body must be a JSON object",
        )),
        Err(cause) => Err(Problem::invalid(
            "http.not_json",
            format!("the body is not JSON: {cause}"),
        )),
    }
}

fn parse_form<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let members = form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())));
    of_members(members.collect())
}

fn of_members<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Problem> {
    serde_json::from_value(Value::Object(members))
        .map_err(|cause| Problem::invalid("http.not_json", cause.to_string()))
}
