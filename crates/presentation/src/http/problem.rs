//! Problem details (RFC 9457): the one shape in which everything that goes wrong is told.
use super::limited::whole_seconds;
use actix_web::{
    HttpResponse, ResponseError,
    body::BoxBody,
    http::{
        StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
};
use application::shared::failure::{Failure, FailureKind, FieldError, logged, usual_retry};
use serde::Serialize;
use std::{borrow::Cow, fmt, time::Duration};
use utoipa::ToSchema;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";
/// The header that names a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Something went wrong; the middleware writes it out once it knows the request's name.
#[derive(Clone)]
pub struct Problem(Box<Content>);

#[derive(Clone, Debug)]
struct Content {
    status: StatusCode,
    title: &'static str,
    code: &'static str,
    detail: Cow<'static, str>,
    error: Option<&'static str>,
    errors: Vec<Fault>,
    parts: Vec<Part>,
    retry_after: Option<Duration>,
    request: Option<String>,
}

/// One field or parameter that broke a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
pub struct Fault {
    /// The field or parameter as the client wrote it.
    #[schema(example = "email")]
    pub field: String,
    /// Where in the body it is, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false, example = "/email")]
    pub pointer: Option<String>,
    /// Stable code of the rule.
    #[schema(value_type = String, example = "missing")]
    pub code: &'static str,
    /// What is wrong, for a person.
    #[schema(example = "is required")]
    pub message: String,
}

/// How one part of the service is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Part {
    /// Which part: `database`, `storage` or `index`.
    #[schema(value_type = String, example = "database")]
    pub name: &'static str,
    /// Whether it answers.
    pub is_ready: bool,
    /// The code of what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    pub code: Option<&'static str>,
}

/// Problem details (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails<'a> {
    /// Names the kind of problem.
    #[schema(value_type = String, example = "/problems/catalogue.film_not_found")]
    r#type: String,
    /// The kind of problem, for a person.
    #[schema(example = "Not found")]
    title: &'a str,
    /// The status of the answer.
    #[schema(example = 404)]
    status: u16,
    /// The same as `status`, for older clients.
    #[schema(example = 404)]
    status_code: u16,
    /// What is wrong this time.
    #[schema(example = "Film not found")]
    detail: &'a str,
    /// Stable code of the problem.
    #[schema(example = "catalogue.film_not_found")]
    code: &'a str,
    /// Names the request; ask the operator about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    instance: Option<String>,
    /// A short word that some clients look for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, nullable = false)]
    error: Option<&'a str>,
    /// Every field and parameter that broke a rule.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    #[schema(value_type = Vec<Fault>, required = false)]
    errors: &'a [Fault],
    /// How each part of the service is, when it is not ready.
    #[serde(skip_serializing_if = "<[Part]>::is_empty")]
    #[schema(value_type = Vec<Part>, required = false)]
    parts: &'a [Part],
}

impl<E: Failure> From<E> for Problem {
    fn from(failure: E) -> Self {
        let (status, title) = meaning(failure.kind());
        let mut problem = Self::new(status, failure.code(), title, failure.to_string());
        problem.0.retry_after = failure.retry_after();
        problem.0.errors = failure.fields().into_iter().map(Fault::from).collect();
        if let Some(withheld) = withheld(failure.kind()) {
            problem.0.detail = Cow::Borrowed(withheld);
            log(&failure);
        }
        problem
    }
}

/// A problem that a client may meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownProblem {
    /// Its stable code.
    pub code: &'static str,
    /// The status that goes with it.
    pub status: u16,
    /// What kind of problem it is.
    pub title: &'static str,
}

/// The problems that only HTTP knows.
const OF_HTTP: [(&str, StatusCode, &str); 21] = [
    (
        "http.bad_request",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    (
        "http.body_too_large",
        StatusCode::PAYLOAD_TOO_LARGE,
        "Too large",
    ),
    (
        "http.broken_body",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    (
        "http.broken_form",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    (
        "http.internal",
        StatusCode::INTERNAL_SERVER_ERROR,
        "Internal error",
    ),
    (
        "http.invalid_fields",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    (
        "http.invalid_parameters",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    (
        "http.method_not_allowed",
        StatusCode::METHOD_NOT_ALLOWED,
        "Method not allowed",
    ),
    (
        "http.not_an_object",
        StatusCode::BAD_REQUEST,
        "Invalid request",
    ),
    ("http.not_found", StatusCode::NOT_FOUND, "Not found"),
    ("http.not_json", StatusCode::BAD_REQUEST, "Invalid request"),
    (
        "http.overloaded",
        StatusCode::SERVICE_UNAVAILABLE,
        "Try again later",
    ),
    (
        "http.precondition_failed",
        StatusCode::PRECONDITION_FAILED,
        "Precondition failed",
    ),
    (
        "http.range_not_satisfiable",
        StatusCode::RANGE_NOT_SATISFIABLE,
        "Range not satisfiable",
    ),
    ("http.refused", StatusCode::BAD_REQUEST, "Request refused"),
    ("http.timeout", StatusCode::REQUEST_TIMEOUT, "Too slow"),
    (
        "http.too_many_requests",
        StatusCode::TOO_MANY_REQUESTS,
        "Try again later",
    ),
    (
        "http.unsupported_media_type",
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Unsupported media type",
    ),
    (
        "http.uploads_full",
        StatusCode::SERVICE_UNAVAILABLE,
        "Try again later",
    ),
    (
        "upkeep.leaving",
        StatusCode::SERVICE_UNAVAILABLE,
        "Try again later",
    ),
    (
        "upkeep.not_ready",
        StatusCode::SERVICE_UNAVAILABLE,
        "Try again later",
    ),
];

/// Every problem that a client may meet, in the order of their codes.
#[must_use]
pub fn problems() -> Vec<KnownProblem> {
    let of_application = application::shared::problems::problems();
    let of_application = of_application.into_iter().map(|(code, kind)| {
        let (status, title) = meaning(kind);
        (code, status, title)
    });
    let mut problems: Vec<KnownProblem> = of_application
        .chain(OF_HTTP)
        .map(|(code, status, title)| KnownProblem {
            code,
            status: status.as_u16(),
            title,
        })
        .collect();
    problems.sort_unstable_by_key(|problem| problem.code);
    problems
}

fn meaning(kind: FailureKind) -> (StatusCode, &'static str) {
    match kind {
        FailureKind::Invalid => (StatusCode::BAD_REQUEST, "Invalid request"),
        FailureKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "Not signed in"),
        FailureKind::Forbidden => (StatusCode::FORBIDDEN, "Not allowed"),
        FailureKind::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        FailureKind::Conflict => (StatusCode::CONFLICT, "Conflict"),
        FailureKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Too large"),
        FailureKind::Limited => (StatusCode::TOO_MANY_REQUESTS, "Try again later"),
        FailureKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "Try again later"),
        FailureKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
    }
}

/// What is told instead of details that are none of a client's business.
const fn withheld(kind: FailureKind) -> Option<&'static str> {
    match kind {
        FailureKind::Internal => {
            Some("something went wrong here, the operator can tell from the logs")
        }
        FailureKind::Unavailable => Some("the service cannot do this now, try again later"),
        FailureKind::Invalid
        | FailureKind::Unauthenticated
        | FailureKind::Forbidden
        | FailureKind::NotFound
        | FailureKind::Conflict
        | FailureKind::TooLarge
        | FailureKind::Limited => None,
    }
}

fn log(failure: &impl Failure) {
    let error = logged(failure);
    if failure.kind() == FailureKind::Internal {
        tracing::error!(error, failure.code = failure.code(), "a request failed");
    } else {
        tracing::warn!(
            error,
            failure.code = failure.code(),
            "a request could not be served now"
        );
    }
}

impl Fault {
    /// A member of the body that broke a rule.
    pub fn of_member(name: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            field: name.to_owned(),
            pointer: Some(format!("/{name}")),
            code,
            message: message.into(),
        }
    }
}

impl From<FieldError> for Fault {
    fn from(error: FieldError) -> Self {
        Self::of_member(&error.field, error.code, error.message)
    }
}

impl Problem {
    /// A problem that only HTTP knows.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Content {
            status,
            title,
            code,
            detail: detail.into(),
            error: None,
            errors: Vec::new(),
            parts: Vec::new(),
            retry_after: None,
            request: None,
        }))
    }

    /// A request that is not valid as a whole.
    pub fn invalid(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "Invalid request", detail)
    }

    /// A request of which some fields or parameters are not valid.
    pub fn of_faults(code: &'static str, faults: Vec<Fault>) -> Self {
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("`{}` {}", fault.field, fault.message))
            .collect();
        let mut problem = Self::invalid(code, told.join("; "));
        problem.0.errors = faults;
        problem
    }

    /// A body that is larger than accepted.
    pub fn too_large(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "http.body_too_large",
            "Too large",
            detail,
        )
    }

    /// A body that did not arrive in time.
    pub fn too_slow() -> Self {
        Self::of_status(StatusCode::REQUEST_TIMEOUT)
            .with_detail("the body did not arrive in time, the connection is closed")
    }

    /// More uploads at once than there is memory for.
    pub fn uploads_full() -> Self {
        let (status, title) = meaning(FailureKind::Unavailable);
        let detail = "too much is being uploaded at once, try again later";
        let mut problem = Self::new(status, "http.uploads_full", title, detail);
        problem.0.retry_after = usual_retry(FailureKind::Unavailable);
        problem
    }

    /// More requests of one client than are allowed.
    pub fn too_many_requests(wait: Duration) -> Self {
        let (status, title) = meaning(FailureKind::Limited);
        let detail = "too many requests, try again later";
        let mut problem = Self::new(status, "http.too_many_requests", title, detail);
        // Rounded up, so that whoever comes back then is not early.
        problem.0.retry_after = Some(Duration::from_secs(whole_seconds(wait)));
        problem
    }

    /// A body of a type that is not accepted.
    pub fn unsupported_type(detail: &'static str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "http.unsupported_media_type",
            "Unsupported media type",
            detail,
        )
    }

    /// There is nothing at this address.
    pub fn no_such_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "http.not_found",
            "Not found",
            "there is nothing at this address",
        )
    }

    /// There is something at this address, but for other methods.
    pub fn method_not_allowed() -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        Self::of_status(status)
            .with_detail("this address answers to the methods named by `Allow` only")
    }

    /// The service itself is at fault.
    pub fn internal() -> Self {
        let (status, title) = meaning(FailureKind::Internal);
        let detail = withheld(FailureKind::Internal).unwrap_or_default();
        Self::new(status, "http.internal", title, detail)
    }

    /// The service cannot serve at all now.
    pub fn not_ready(parts: Vec<Part>) -> Self {
        let (status, title) = meaning(FailureKind::Unavailable);
        let mut problem = Self::new(
            status,
            "upkeep.not_ready",
            title,
            "a part of the service does not answer",
        );
        problem.0.parts = parts;
        problem.0.retry_after = Some(Duration::from_secs(5));
        problem
    }

    /// More requests at once than can be worked on in time.
    pub fn overloaded() -> Self {
        let (status, title) = meaning(FailureKind::Unavailable);
        let detail = "too much is asked at once, try again later";
        let mut problem = Self::new(status, "http.overloaded", title, detail);
        problem.0.retry_after = Some(Duration::from_secs(1));
        problem
    }

    /// The service is about to stop; others are to be asked.
    pub fn leaving() -> Self {
        let (status, title) = meaning(FailureKind::Unavailable);
        let detail = "the service is about to stop";
        let mut problem = Self::new(status, "upkeep.leaving", title, detail);
        problem.0.retry_after = usual_retry(FailureKind::Unavailable);
        problem
    }

    /// The nearest there is to say about a status that the framework answered with.
    pub fn of_status(status: StatusCode) -> Self {
        let known = match status {
            StatusCode::NOT_FOUND => return Self::no_such_route(),
            StatusCode::PAYLOAD_TOO_LARGE => return Self::too_large("the body is too large"),
            StatusCode::BAD_REQUEST => ("http.bad_request", "Invalid request"),
            StatusCode::METHOD_NOT_ALLOWED => ("http.method_not_allowed", "Method not allowed"),
            StatusCode::PRECONDITION_FAILED => ("http.precondition_failed", "Precondition failed"),
            StatusCode::RANGE_NOT_SATISFIABLE => {
                ("http.range_not_satisfiable", "Range not satisfiable")
            }
            StatusCode::REQUEST_TIMEOUT => ("http.timeout", "Too slow"),
            other if other.is_server_error() => return Self::internal(),
            _ => ("http.refused", "Request refused"),
        };
        let (code, title) = known;
        Self::new(
            status,
            code,
            title,
            status.canonical_reason().unwrap_or(title),
        )
    }

    /// Adds the short word that some clients look for.
    #[must_use]
    pub fn with_error(mut self, word: &'static str) -> Self {
        self.0.error = Some(word);
        self
    }

    /// Says more exactly what is wrong.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = detail.into();
        self
    }

    /// Answers with another status than usual, where a standard asks for it.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// Names the request in which it happened.
    #[must_use]
    pub fn in_request(mut self, id: &str) -> Self {
        self.0.request = Some(id.to_owned());
        self
    }

    /// Its stable code.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// Its body.
    pub fn to_json(&self) -> Vec<u8> {
        let content = &*self.0;
        let details = ProblemDetails {
            r#type: format!("/problems/{}", content.code),
            title: content.title,
            status: content.status.as_u16(),
            status_code: content.status.as_u16(),
            detail: &content.detail,
            code: content.code,
            instance: content.request.as_ref().map(|id| format!("/requests/{id}")),
            error: content.error,
            errors: &content.errors,
            parts: &content.parts,
        };
        // Strings and numbers always serialise.
        serde_json::to_vec(&details).unwrap_or_default()
    }

    /// The headers that go with it.
    pub fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        if self.0.status == StatusCode::UNAUTHORIZED {
            let challenge = match self.0.code {
                "identity.invalid_token" => "Bearer error=\"invalid_token\"",
                _ => "Bearer",
            };
            headers.push((
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            ));
        }
        if let Some(wait) = self.0.retry_after {
            headers.push((
                header::RETRY_AFTER,
                HeaderValue::from(wait.as_secs().max(1)),
            ));
        }
        headers
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::build(self.0.status);
        for header in self.headers() {
            response.insert_header(header);
        }
        let id = self
            .0
            .request
            .as_deref()
            .and_then(|id| HeaderValue::from_str(id).ok());
        if let Some(id) = id {
            response.insert_header((REQUEST_ID, id));
        }
        response.body(self.to_json())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the secret cause")]
    struct Failed(FailureKind);

    impl Failure for Failed {
        fn kind(&self) -> FailureKind {
            self.0
        }
        fn code(&self) -> &'static str {
            "tests.failed"
        }
        fn retry_after(&self) -> Option<Duration> {
            application::shared::failure::usual_retry(self.0)
        }
    }

    #[test]
    fn each_kind_of_failure_has_its_status_and_only_faults_of_ours_are_withheld() {
        for (kind, status, is_told, has_retry) in [
            (FailureKind::Invalid, 400, true, false),
            (FailureKind::Unauthenticated, 401, true, false),
            (FailureKind::Forbidden, 403, true, false),
            (FailureKind::NotFound, 404, true, false),
            (FailureKind::Conflict, 409, true, false),
            (FailureKind::TooLarge, 413, true, false),
            (FailureKind::Limited, 429, true, true),
            (FailureKind::Internal, 500, false, false),
            (FailureKind::Unavailable, 503, false, true),
        ] {
            let problem = Problem::from(Failed(kind));
            assert_eq!(problem.status_code(), status);
            let told = String::from_utf8(problem.to_json()).unwrap();
            assert_eq!(told.contains("secret"), is_told, "{told}");
            let mut headers = problem.headers().into_iter();
            let waits = headers.any(|(name, _)| name == header::RETRY_AFTER);
            assert_eq!(waits, has_retry, "{told}");
        }
    }
}
