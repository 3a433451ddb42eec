//! Requests to a model's server are sent, and answers bounded.
use async_openai::{error::OpenAIError, middleware::HttpRequestFactory};
use futures_util::{StreamExt, future::BoxFuture};
use reqwest::{
    Body, Client, Response, StatusCode,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
};
use std::{
    io,
    task::{Context, Poll},
    time::Duration,
};
use tower_service::Service;

/// The most bytes of one answer. A streamed one takes some 200 for each word.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The server refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model's server answered {status}")]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    /// How long it asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

/// Sends a request once, and reads no more of the answer than is bearable. What a server says of its
/// failures is not read: it may repeat what it was asked, which is nobody's business.
#[derive(Clone, Debug)]
pub(super) struct Transport(pub(super) Client);

impl Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let mut request = request.build().await?;
            for (name, value) in telemetry::outgoing() {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    request.headers_mut().insert(name, value);
                }
            }
            let response = client.execute(request).await?;
            let status = response.status();
            if !status.is_success() {
                return Err(OpenAIError::Boxed(Box::new(Refusal {
                    status,
                    retry_after: retry_after(response.headers()),
                })));
            }
            bounded(response)
        })
    }
}

/// The seconds of `Retry-After`; its other form, a date, is left out.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse();
    seconds.ok().map(Duration::from_secs)
}

fn bounded(response: Response) -> Result<Response, OpenAIError> {
    let status = response.status();
    let mut left = MOST_BYTES;
    let chunks = response.bytes_stream().map(move |chunk| {
        let chunk = chunk.map_err(|failure| io::Error::other(failure.without_url()))?;
        let rest = left.checked_sub(chunk.len());
        left = rest.ok_or_else(|| io::Error::other("the answer is too large"))?;
        Ok::<_, io::Error>(chunk)
    });
    let response = http::Response::builder()
        .status(status)
        .body(Body::wrap_stream(chunks))
        .map_err(|failure| OpenAIError::Boxed(Box::new(failure)))?;
    Ok(response.into())
}
