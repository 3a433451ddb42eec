//! Bodies are read: JSON, and forms where a standard asks for them.
use super::{
    problem::{Fault, Problem},
    state::api,
};
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap, HeaderValue},
    rt::time::timeout,
};
use application::shared::failure::logged;
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::time::Duration;
use url::form_urlencoded;

/// The most bytes of a JSON or form body. The longest film of the contract with every letter written
/// as two escapes fits.
pub const MAX_BODY: usize = 128 * 1024;

/// A JSON object whose members are all [`Field`](super::checker::Field)s, so that nothing but its
/// being an object is checked here. Members that are not known are ignored.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

/// The same, where a form (`application/x-www-form-urlencoded`) is accepted too, as the token endpoint
/// of OAuth 2.0 asks for.
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
        let body = Arriving::of(req, payload);
        Box::pin(async move {
            let body = body?;
            if form != Some(Form::Json) {
                return Err(Problem::unsupported_type(
                    "the body must be `application/json`",
                ));
            }
            parse_json(&body.read().await?).map(Self)
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for FormOrJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = form(req.headers());
        let body = Arriving::of(req, payload);
        Box::pin(async move {
            let form = form.ok_or_else(|| {
                Problem::unsupported_type(
                    "the body must be `application/x-www-form-urlencoded` or `application/json`",
                )
            })?;
            let body = body?.read().await?;
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

/// Refuses a body that is compressed: nothing here unpacks, and what looks small may not be.
///
/// # Errors
/// [`Problem::unsupported_type`].
pub fn ensure_plain(headers: &HeaderMap) -> Result<(), Problem> {
    let mut encodings = headers.get_all(header::CONTENT_ENCODING);
    let is_plain = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if encodings.all(is_plain) {
        return Ok(());
    }
    Err(Problem::unsupported_type("the body must not be compressed"))
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

/// A body that is on its way.
struct Arriving {
    payload: Payload,
    declared: Option<usize>,
    most: Duration,
}

impl Arriving {
    fn of(req: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        ensure_plain(req.headers())?;
        Ok(Self {
            payload: payload.take(),
            declared: declared_length(req.headers()),
            most: api(req)?.settings.limits.body_time,
        })
    }

    async fn read(self) -> Result<Bytes, Problem> {
        if self.declared.is_some_and(|length| length > MAX_BODY) {
            return Err(too_large());
        }
        in_time(self.most, read(self.payload)).await
    }
}

async fn read(mut payload: Payload) -> Result<Bytes, Problem> {
    let mut body = BytesMut::new();
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

/// Waits for what a client sends, but not for ever.
///
/// # Errors
/// [`Problem::too_slow`] when it takes longer than `most`, else what `reading` fails with.
pub async fn in_time<T>(
    most: Duration,
    reading: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    let read = timeout(most, reading).await;
    read.unwrap_or_else(|_elapsed| Err(Problem::too_slow()))
}

fn too_large() -> Problem {
    Problem::too_large("the body is larger than 128 KiB")
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

/// Reads a form as OAuth 2.0 wants it (RFC 6749, section 3.2): a parameter without a value counts as
/// left out, and none may be given twice.
fn parse_form<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut members = Map::new();
    let mut repeated = Vec::new();
    for (name, value) in form_urlencoded::parse(body) {
        if value.is_empty() {
            continue;
        }
        let value = Value::String(value.into_owned());
        if members.insert(name.clone().into_owned(), value).is_some() {
            repeated.push(Fault::of_member(&name, "repeated", "must be given once"));
        }
    }
    if !repeated.is_empty() {
        return Err(Problem::of_faults("http.invalid_fields", repeated));
    }
    of_members(members)
}

fn of_members<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Problem> {
    serde_json::from_value(Value::Object(members))
        .map_err(|cause| Problem::invalid("http.not_json", cause.to_string()))
}
