//! Answers are written.
use super::problem::Problem;
use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use application::shared::failure::logged;
use bytes::Bytes;
use serde::Serialize;

/// Answers with JSON.
///
/// # Errors
/// [`Problem::internal`] when the body cannot be written.
pub fn json<T: Serialize + ?Sized>(status: StatusCode, body: &T) -> Result<HttpResponse, Problem> {
    Ok(of_json(status, to_json(body)?))
}

/// Answers with JSON that is written already.
pub fn of_json(status: StatusCode, body: impl Into<Bytes>) -> HttpResponse {
    let kind = HeaderValue::from_static("application/json");
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, kind))
        .body(body.into())
}

/// Answers 200 with JSON.
///
/// # Errors
/// As [`json`].
pub fn ok<T: Serialize + ?Sized>(body: &T) -> Result<HttpResponse, Problem> {
    json(StatusCode::OK, body)
}

/// Answers 201 with JSON.
///
/// # Errors
/// As [`json`].
pub fn created<T: Serialize + ?Sized>(body: &T) -> Result<HttpResponse, Problem> {
    json(StatusCode::CREATED, body)
}

/// Answers 201 with JSON and says where the thing is from now on.
///
/// # Errors
/// As [`json`].
pub fn created_at<T: Serialize + ?Sized>(
    location: String,
    body: &T,
) -> Result<HttpResponse, Problem> {
    let mut response = created(body)?;
    if let Ok(location) = location.try_into() {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// Says what else an answer depends on beside its address.
pub fn depends_on(response: &mut HttpResponse, header: &'static str) {
    let headers = response.headers_mut();
    let before = headers
        .get(header::VARY)
        .and_then(|vary| vary.to_str().ok());
    // All in one line: the layer for other origins adds to the first line and drops others.
    let all = before.map(|before| format!("{before}, {header}"));
    let all = all.and_then(|all| HeaderValue::from_str(&all).ok());
    let all = all.unwrap_or_else(|| HeaderValue::from_static(header));
    headers.insert(header::VARY, all);
}

/// Answers that it is done and there is nothing to say.
pub fn done() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Writes JSON.
///
/// # Errors
/// [`Problem::internal`] when it cannot be written.
pub fn to_json<T: Serialize + ?Sized>(body: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(body).map_err(|cause| {
        tracing::error!(error = logged(&cause), "an answer could not be written");
        Problem::internal()
    })
}
