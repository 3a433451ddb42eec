//! Answers are written.
use super::problem::Problem;
use actix_web::{
    HttpResponse,
    body::{BodySize, MessageBody},
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
};
use application::shared::failure::logged;
use bytes::Bytes;
use serde::Serialize;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

/// How much of a body is handed to the server at once.
const PIECE_BYTES: usize = 16 * 1024;

/// A body that is handed over piece by piece. The server copies what it is handed into a buffer that
/// its connection keeps, so that a list of a hundred films handed over whole would stay in memory once
/// for each connection that ever asked for one.
struct InPieces {
    rest: Bytes,
}

impl MessageBody for InPieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(u64::try_from(self.rest.len()).unwrap_or(u64::MAX))
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        let rest = &mut self.get_mut().rest;
        let piece = rest.split_to(rest.len().min(PIECE_BYTES));
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

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
    let mut answer = HttpResponse::build(status);
    answer.insert_header((header::CONTENT_TYPE, kind));
    let rest = body.into();
    if rest.len() > PIECE_BYTES {
        answer.body(InPieces { rest })
    } else {
        answer.body(rest)
    }
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
    located(StatusCode::CREATED, location, body)
}

/// Answers 202 with JSON and says where to look how far it is.
///
/// # Errors
/// As [`json`].
pub fn accepted_at<T: Serialize + ?Sized>(
    location: String,
    body: &T,
) -> Result<HttpResponse, Problem> {
    located(StatusCode::ACCEPTED, location, body)
}

fn located<T: Serialize + ?Sized>(
    status: StatusCode,
    location: String,
    body: &T,
) -> Result<HttpResponse, Problem> {
    let mut response = json(status, body)?;
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
    let mut named = before.iter().flat_map(|before| before.split(','));
    if named.any(|name| name.trim().eq_ignore_ascii_case(header)) {
        return;
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;

    #[actix_web::test]
    async fn a_long_body_arrives_whole() {
        let numbers: Vec<usize> = (0..20_000).collect();
        let expected = to_json(&numbers).unwrap();
        assert!(expected.len() > 2 * PIECE_BYTES);
        let body = ok(&numbers).unwrap().into_body();
        let length = u64::try_from(expected.len()).unwrap();
        assert_eq!(body.size(), BodySize::Sized(length));
        assert_eq!(to_bytes(body).await.unwrap(), expected);
    }
}
