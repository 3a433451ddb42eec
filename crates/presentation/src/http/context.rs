//! What surrounds every request: its name, its line in the log, and that nothing but problem details
//! tells of failure.
use super::{
    problem::{PROBLEM_JSON, Problem, REQUEST_ID},
    resource::RoutePattern,
};
use crate::Api;
use actix_web::{
    Error, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use application::shared::clock::{Clock, IdGenerator};
use chrono::{DateTime, Utc};
use shaku::HasComponent;
use std::time::Duration;
use tracing::{Instrument, Level};

const LONGEST_FOREIGN_ID: usize = 64;

/// Surrounds a request.
///
/// # Errors
/// A [`Problem`] when something within fails without an answer.
pub async fn around<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(api) = req.app_data::<Api>().cloned() else {
        return Err(Problem::internal().into());
    };
    let id = request_id(req.headers(), api.module.resolve_ref());
    let span = tracing::info_span!("http.request", request.id = id.as_str());
    let observed = Observed::start(&req, api.module.resolve_ref());
    async move {
        match next.call(req).await {
            Ok(response) => {
                let response = finish(response, &id);
                observed.log(
                    route(&response),
                    response.status(),
                    api.module.resolve_ref(),
                );
                Ok(response)
            }
            Err(error) => {
                let problem = of_error(&error);
                observed.log("", problem.status_code(), api.module.resolve_ref());
                Err(problem.in_request(&id).into())
            }
        }
    }
    .instrument(span)
    .await
}

/// The client's name for the request where it is a decent one, or else a new one.
fn request_id(headers: &HeaderMap, ids: &dyn IdGenerator) -> String {
    let is_decent = |id: &&str| {
        (1..=LONGEST_FOREIGN_ID).contains(&id.len())
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    given
        .filter(is_decent)
        .map_or_else(|| ids.next_uuid().to_string(), ToOwned::to_owned)
}

fn finish<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    id: &str,
) -> ServiceResponse<EitherBody<B>> {
    let mut response = match problem_of(&response) {
        None => response.map_into_left_body(),
        Some(problem) => rewrite(response, &problem.in_request(id)),
    };
    complete(response.headers_mut(), id);
    response
}

/// The problem to be told where the answer does not tell it already.
fn problem_of<B>(response: &ServiceResponse<B>) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(error) = response.response().error() {
        return Some(of_error(error));
    }
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_told = kind.is_some_and(|kind| kind.as_bytes() == PROBLEM_JSON.as_bytes());
    (!is_told).then(|| Problem::of_status(status))
}

fn of_error(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    let status = error.as_response_error().status_code();
    if status.is_server_error() {
        tracing::error!(error = %error, "the framework failed");
        return Problem::internal();
    }
    Problem::of_status(status).with_detail(error.to_string())
}

fn rewrite<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    problem: &Problem,
) -> ServiceResponse<EitherBody<B>> {
    let (req, response) = response.into_parts();
    let mut response = response.set_body(problem.to_json()).map_into_boxed_body();
    let headers = response.headers_mut();
    for stale in [
        header::CONTENT_ENCODING,
        header::CONTENT_LENGTH,
        header::ETAG,
        header::LAST_MODIFIED,
    ] {
        headers.remove(stale);
    }
    for (name, value) in problem.headers() {
        headers.insert(name, value);
    }
    ServiceResponse::new(req, response.map_into_right_body())
}

/// Headers that every answer has.
fn complete(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    set_unless_set(headers, header::CACHE_CONTROL, "no-store");
    set_unless_set(
        headers,
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    );
    weaken_etag(headers);
}

fn set_unless_set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Compressed on the way, an answer is no longer the same byte for byte (RFC 9110, section 8.8.1).
fn weaken_etag(headers: &mut HeaderMap) {
    if !headers.contains_key(header::CONTENT_ENCODING) {
        return;
    }
    let strong = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let strong = strong.filter(|tag| !tag.starts_with("W/"));
    if let Some(weak) = strong.and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok()) {
        headers.insert(header::ETAG, weak);
    }
}

fn route<B>(response: &ServiceResponse<B>) -> &'static str {
    let pattern: Option<&RoutePattern> = response.request().app_data();
    pattern.map_or("", |pattern| pattern.0)
}

/// What the line in the log will need; nothing where no line is wanted.
struct Observed(Option<(Method, DateTime<Utc>)>);

impl Observed {
    fn start(req: &ServiceRequest, clock: &dyn Clock) -> Self {
        let is_wanted = tracing::enabled!(Level::INFO);
        Self(is_wanted.then(|| (req.method().clone(), clock.now())))
    }

    fn log(self, route: &'static str, status: StatusCode, clock: &dyn Clock) {
        let Some((method, started)) = self.0 else {
            return;
        };
        let (method, status) = (method.as_str(), status.as_u16());
        let took = (clock.now() - started).to_std().unwrap_or(Duration::ZERO);
        let duration_ms = took.as_secs_f64() * 1000.0;
        if route == crate::upkeep::HEALTHZ {
            tracing::debug!(
                http.method = method,
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
        } else {
            tracing::info!(
                http.method = method,
                http.route = route,
                http.status = status,
                duration_ms,
                "answered"
            );
        }
    }
}
