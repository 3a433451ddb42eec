//! Answers that a client may keep, and ask for again only if they have changed (RFC 9110, section 13).
use super::{answer, problem::Problem};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use application::shared::actor::Actor;
use serde::Serialize;
use std::hash::{DefaultHasher, Hasher};

/// Answers with JSON that depends on who asks.
///
/// What anybody sees may be kept and asked for again by its tag; what shows somebody's flags is kept
/// nowhere.
///
/// # Errors
/// As [`answer::json`].
pub fn for_viewer<T: Serialize + ?Sized>(
    req: &HttpRequest,
    viewer: &Actor,
    body: &T,
) -> Result<HttpResponse, Problem> {
    let mut response = match viewer {
        Actor::Anonymous => for_all(req, body)?,
        Actor::User(_) | Actor::System => answer::ok(body)?,
    };
    answer::depends_on(&mut response, "Authorization");
    Ok(response)
}

/// Answers with JSON that is the same for everybody.
///
/// # Errors
/// As [`answer::json`].
pub fn for_all<T: Serialize + ?Sized>(
    req: &HttpRequest,
    body: &T,
) -> Result<HttpResponse, Problem> {
    let body = answer::to_json(body)?;
    let tag = tag(&body);
    Ok(tagged(req, &tag, "public, no-cache", || body))
}

/// Answers with JSON and its tag, or only says that the client has it already.
pub fn tagged<B: Into<bytes::Bytes>>(
    req: &HttpRequest,
    tag: &HeaderValue,
    keeping: &'static str,
    body: impl FnOnce() -> B,
) -> HttpResponse {
    let mut response = if is_known(req, tag) {
        HttpResponse::NotModified().finish()
    } else {
        answer::of_json(StatusCode::OK, body().into())
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, tag.clone());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    response
}

/// Names a body by what is in it; weakly, because the same goes out compressed and plain.
pub fn tag(body: &[u8]) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    hasher.write(body);
    let tag = format!("W/\"{:016x}\"", hasher.finish());
    // Quoted hexadecimal digits are always fit for a header.
    HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("W/\"0\""))
}

/// Whether the client has it already; compared weakly (section 13.1.2).
fn is_known(req: &HttpRequest, tag: &HeaderValue) -> bool {
    let mut wishes = req.headers().get_all(header::IF_NONE_MATCH);
    let Ok(known) = tag.to_str() else {
        return false;
    };
    wishes.any(|wish| {
        wish.to_str().is_ok_and(|wish| {
            let mut tags = wish.split(',').map(str::trim);
            tags.any(|tag| tag == "*" || opaque(tag) == opaque(known))
        })
    })
}

/// What a tag names, however strongly.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}
