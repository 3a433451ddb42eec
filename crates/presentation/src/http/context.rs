//! What surrounds every request: its name, its line in the log, and that nothing but problem details
//! tells of failure.
use super::{
    caught::caught,
    measured::{self, InFlight},
    problem::{PROBLEM_JSON, Problem, REQUEST_ID},
    resource::RoutePattern,
};
use crate::{
    Api,
    upkeep::{HEALTHZ, READYZ},
};
use actix_web::{
    Error, HttpResponse, ResponseError,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        ConnectionType, Method, StatusCode,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::Next,
};
use application::shared::clock::{Clock, IdGenerator};
use chrono::{DateTime, TimeDelta, Utc};
use shaku::HasComponent;
use telemetry::Caller;
use tracing::Instrument;

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
    // Whoever asks every second whether all is well is not traced.
    let is_traced = telemetry::is_on() && ![HEALTHZ, READYZ].contains(&req.path());
    let trace = is_traced.then(|| {
        let caller = Caller::of(|name| req.headers().get(name)?.to_str().ok());
        telemetry::request(measured::name_of(req.method()), caller)
    });
    let id = request_id(req.headers(), api.module.resolve_ref());
    let (crowd, hsts_days) = (api.crowd.clone(), api.settings.hsts_days);
    let span = tracing::info_span!("http.request", request.id = id.as_str());
    let observed = Observed::start(&req, api.module.resolve_ref());
    let answering = async move {
        let answer = caught(async { next.call(req).await }).await;
        let answer = match answer.map_err(Error::from).flatten() {
            Ok(mut response) => {
                if crowd.is_leaving() {
                    close_after(&mut response);
                }
                Ok(finish(response, &id, hsts_days))
            }
            Err(error) => Err(of_error(&error)),
        };
        observed.tell(&Outcome::of(&answer), api.module.resolve_ref());
        answer
            .map(|(response, _)| response)
            .map_err(|problem| answered(problem, &id, hsts_days))
    };
    telemetry::following(trace.flatten(), answering.instrument(span)).await
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

/// Completes an answer; tells with it by which code it failed, if it did.
fn finish<B: MessageBody + 'static>(
    response: ServiceResponse<B>,
    id: &str,
    hsts_days: u32,
) -> (ServiceResponse<EitherBody<B>>, Option<&'static str>) {
    let problem = problem_of(&response);
    let code = problem.as_ref().map(Problem::code);
    let mut response = match problem {
        None => response.map_into_left_body(),
        Some(problem) => rewrite(response, &problem.in_request(id)),
    };
    if response.status() == StatusCode::REQUEST_TIMEOUT {
        // The rest of the body may come at any time, and would be taken for the next request.
        close_after(&mut response);
    }
    complete(response.headers_mut(), id, hsts_days);
    (response, code)
}

/// Has the connection closed after an answer.
fn close_after<B>(response: &mut ServiceResponse<B>) {
    let head = response.response_mut().head_mut();
    head.set_connection_type(ConnectionType::Close);
}

/// An answer in place of one that nothing is left of.
fn answered(problem: Problem, id: &str, hsts_days: u32) -> Error {
    let problem = problem.in_request(id);
    let mut response = HttpResponse::from_error(problem.clone());
    complete(response.headers_mut(), id, hsts_days);
    InternalError::from_response(problem, response).into()
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
fn complete(headers: &mut HeaderMap, id: &str, hsts_days: u32) {
    if hsts_days > 0 {
        let seconds = u64::from(hsts_days) * 86_400;
        if let Ok(told) = HeaderValue::from_str(&format!("max-age={seconds}")) {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, told);
        }
    }
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
    set_unless_set(headers, header::REFERRER_POLICY, "no-referrer");
    set_unless_set(headers, header::X_FRAME_OPTIONS, "DENY");
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

/// What became of a request.
struct Outcome {
    route: &'static str,
    status: StatusCode,
    code: Option<&'static str>,
}

impl Outcome {
    fn of<B>(answer: &Result<(ServiceResponse<B>, Option<&'static str>), Problem>) -> Self {
        match answer {
            Ok((response, code)) => Self {
                route: route(response),
                status: response.status(),
                code: *code,
            },
            Err(problem) => Self {
                route: "",
                status: problem.status_code(),
                code: Some(problem.code()),
            },
        }
    }
}

fn route<B>(response: &ServiceResponse<B>) -> &'static str {
    let pattern: Option<&RoutePattern> = response.request().app_data();
    pattern.map_or("", |pattern| pattern.0)
}

/// A request that is being answered.
struct Observed {
    method: Method,
    started: DateTime<Utc>,
    _in_flight: InFlight,
}

impl Observed {
    fn start(req: &ServiceRequest, clock: &dyn Clock) -> Self {
        Self {
            method: req.method().clone(),
            started: clock.now(),
            _in_flight: InFlight::begin(),
        }
    }

    /// Tells what became of it: metrics, the trace, and the log.
    fn tell(self, outcome: &Outcome, clock: &dyn Clock) {
        let duration_ms = milliseconds(clock.now() - self.started);
        let method = measured::name_of(&self.method);
        measured::record(method, outcome.route, outcome.status, duration_ms / 1000.0);
        telemetry::note_answer(method, outcome.route, outcome.status.as_u16(), outcome.code);
        self.log(outcome, duration_ms);
    }

    fn log(&self, outcome: &Outcome, duration_ms: f64) {
        let (method, status) = (self.method.as_str(), outcome.status.as_u16());
        if outcome.route == HEALTHZ {
            tracing::debug!(
                http.method = method,
                http.route = outcome.route,
                http.status = status,
                duration_ms,
                "answered"
            );
        } else {
            tracing::info!(
                http.method = method,
                http.route = outcome.route,
                http.status = status,
                failure.code = outcome.code,
                duration_ms,
                "answered"
            );
        }
    }
}

/// Milliseconds with three places; what takes more than an hour is told as an hour.
fn milliseconds(took: TimeDelta) -> f64 {
    let micros = took.num_microseconds().unwrap_or_default();
    let micros = u32::try_from(micros.max(0)).unwrap_or(u32::MAX);
    f64::from(micros) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ApiSettings, Limits};
    use actix_web::{
        App,
        http::StatusCode,
        middleware::from_fn,
        test::{TestRequest, init_service},
    };
    use application::fakes::World;
    use domain::shared::Language;

    #[test]
    fn durations_have_three_places_and_no_noise() {
        for (micros, told) in [
            (0, "0"),
            (-5, "0"),
            (1, "0.001"),
            (1100, "1.1"),
            (123_457, "123.457"),
        ] {
            let told_so = milliseconds(TimeDelta::microseconds(micros)).to_string();
            assert_eq!(told_so, told);
        }
        assert!(milliseconds(TimeDelta::days(400)) > 3_600_000.0);
    }

    async fn panics<B: MessageBody>(
        _: ServiceRequest,
        _: Next<B>,
    ) -> Result<ServiceResponse<B>, Error> {
        panic!("in between")
    }

    #[actix_web::test]
    async fn a_panic_between_here_and_the_routes_is_a_problem_too() {
        let settings = ApiSettings {
            default_language: Language::Russian,
            posters: crate::PosterAddresses::Originals {
                base: String::new(),
            },
            files_dir: None,
            cors_origins: Vec::new(),
            version: String::new(),
            bot_name: crate::BotName::default(),
            webhook: None,
            limits: Limits::default(),
            network: crate::Network::default(),
            hsts_days: 0,
        };
        let app = App::new()
            .app_data(Api::new(World::new().application(), settings))
            .wrap(from_fn(panics))
            .wrap(from_fn(around));
        let app = init_service(app).await;
        let request = TestRequest::get().to_request();
        let error = actix_web::dev::Service::call(&app, request).await.err();
        let answer = HttpResponse::from_error(error.unwrap());
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers();
        assert_eq!(headers.get(header::CONTENT_TYPE).unwrap(), PROBLEM_JSON);
        assert_eq!(
            headers.get(header::X_CONTENT_TYPE_OPTIONS).unwrap(),
            "nosniff"
        );
        assert!(headers.contains_key(REQUEST_ID));
    }
}
