//! Answers are written.
use super::problem::Problem;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use application::shared::failure::logged;
use serde::Serialize;

/// Answers with JSON.
///
/// # Errors
/// [`Problem::internal`] when the body cannot be written.
pub fn json<T: Serialize + ?Sized>(status: StatusCode, body: &T) -> Result<HttpResponse, Problem> {
    let body = to_json(body)?;
    Ok(HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body))
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
