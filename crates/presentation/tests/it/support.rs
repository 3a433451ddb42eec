//! A client of the HTTP face that checks in passing what every answer has to keep.
use actix_http::Request;
use actix_web::{
    HttpResponse,
    body::{self, MessageBody},
    dev::{Service, ServiceResponse},
    http::{Method, StatusCode, header::HeaderMap},
    test,
};
use application::{
    fakes::World,
    jobs::{Task, ports::NewJob},
    shared::{clock::IdGenerator, store::Store},
};
use domain::{jobs::JobId, shared::Language};
use futures_util::{FutureExt, future::LocalBoxFuture};
use presentation::{Api, ApiSettings, Limits, PosterAddresses};
use serde_json::Value;
use std::{rc::Rc, sync::LazyLock};

/// The document that all answers are held to.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::to_value(presentation::openapi()).unwrap());

type Send = dyn Fn(Request) -> LocalBoxFuture<'static, Answer>;

/// The HTTP face on a world of fakes.
pub struct TestApi {
    pub world: World,
    send: Box<Send>,
}

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A request in the making.
pub struct Call<'a> {
    api: &'a TestApi,
    method: Method,
    path: String,
    request: test::TestRequest,
}

pub fn settings() -> ApiSettings {
    ApiSettings {
        default_language: Language::Russian,
        posters: PosterAddresses::Images {
            base: "http://localhost:8080/images".to_owned(),
            originals: None,
        },
        files_dir: None,
        cors_origins: vec!["https://films.example".to_owned()],
        version: "1.2.3".to_owned(),
        bot_name: presentation::BotName::default(),
        webhook: None,
        limits: Limits::default(),
        network: presentation::Network::default(),
        hsts_days: 0,
    }
}

/// Puts a task into the queue.
pub async fn enqueue(world: &World, task: Task) -> JobId {
    let ids: &dyn IdGenerator = &world.ids;
    let job = NewJob::new(ids.next(), task, world.now());
    let uow = world.store.begin().await.unwrap();
    uow.jobs().enqueue(&job).await.unwrap();
    uow.commit().await.unwrap();
    job.id
}

impl TestApi {
    pub async fn new() -> Self {
        Self::with(World::new(), settings()).await
    }

    pub async fn with(world: World, settings: ApiSettings) -> Self {
        let module = world.application();
        Self::serve(world, &Api::new(module, settings)).await
    }

    pub async fn serve(world: World, api: &Api) -> Self {
        let service = Rc::new(test::init_service(presentation::app(api)).await);
        let send = move |request| {
            let service = Rc::clone(&service);
            async move {
                match service.call(request).await {
                    Ok(response) => Answer::of(response).await,
                    Err(error) => Answer::read(HttpResponse::from_error(error)).await,
                }
            }
            .boxed_local()
        };
        Self {
            world,
            send: Box::new(send),
        }
    }

    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        let path = path.into();
        let request = test::TestRequest::with_uri(&path).method(method.clone());
        Call {
            api: self,
            method,
            path,
            request,
        }
    }

    pub fn get(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::POST, path)
    }

    pub fn put(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::PUT, path)
    }

    pub fn patch(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::PATCH, path)
    }

    pub fn delete(&self, path: impl Into<String>) -> Call<'_> {
        self.call(Method::DELETE, path)
    }
}

impl Call<'_> {
    pub fn by(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// From this address and port.
    pub fn from(mut self, peer: &str) -> Self {
        self.request = self.request.peer_addr(peer.parse().unwrap());
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.insert_header((name, value));
        self
    }

    #[expect(clippy::needless_pass_by_value, reason = "reads better with `json!`")]
    pub fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.request = self
            .request
            .insert_header(("Content-Type", kind))
            .set_payload(body.into());
        self
    }

    /// A body of no declared type.
    pub fn bare_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.set_payload(body.into());
        self
    }

    pub async fn send(self) -> Answer {
        let answer = (self.api.send)(self.request.to_request()).await;
        answer.check(&self.method, &self.path);
        answer
    }

    /// Sends, and expects a status.
    pub async fn expect(self, status: u16) -> Answer {
        let told = format!("{} {}", self.method, self.path);
        let answer = self.send().await;
        assert_eq!(answer.status, status, "{told}: {}", answer.text());
        answer
    }
}

impl Answer {
    async fn of<B: MessageBody>(response: ServiceResponse<B>) -> Self {
        Self::read(response.into_parts().1).await
    }

    async fn read<B: MessageBody>(response: HttpResponse<B>) -> Self {
        let (head, body) = response.into_parts();
        let body = body::to_bytes(body).await.ok().unwrap();
        Self {
            status: head.status(),
            headers: head.headers().clone(),
            body: body.to_vec(),
        }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The header's value, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Whether it says that it depends on this header of the request.
    pub fn varies_by(&self, name: &str) -> bool {
        let lines = self.headers.get_all("vary");
        let mut names = lines.flat_map(|line| line.to_str().unwrap().split(", "));
        names.any(|given| given.eq_ignore_ascii_case(name))
    }

    pub fn detail(&self) -> String {
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// The names of the fields or parameters at fault, each with the code of the rule.
    pub fn faults(&self) -> Vec<(String, String)> {
        let problem = self.json();
        let errors = problem["errors"].as_array().unwrap();
        let word = |value: &Value| value.as_str().unwrap().to_owned();
        errors
            .iter()
            .map(|error| (word(&error["field"]), word(&error["code"])))
            .collect()
    }

    /// What every answer has to keep.
    #[track_caller]
    fn check(&self, method: &Method, path: &str) {
        assert!(
            !self.header("x-request-id").is_empty(),
            "{method} {path} has no name"
        );
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("referrer-policy"), "no-referrer");
        assert_eq!(self.header("x-frame-options"), "DENY");
        assert!(
            self.header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        if self.status.is_client_error() || self.status.is_server_error() {
            self.check_problem();
        }
        self.check_documented(method, path);
    }

    #[track_caller]
    fn check_problem(&self) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text()
        );
        let problem = self.json();
        let status = self.status.as_u16();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["status_code"], status);
        let code = problem["code"].as_str().unwrap();
        assert!(
            is_known(code, status, &problem["error"]),
            "{code} {status} is not listed"
        );
        assert_eq!(problem["type"], format!("/problems/{code}"));
        assert_eq!(
            problem["instance"],
            format!("/requests/{}", self.header("x-request-id"))
        );
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        assert_eq!(self.headers.contains_key("www-authenticate"), status == 401);
        assert_eq!(
            self.headers.contains_key("retry-after"),
            matches!(status, 429 | 503)
        );
        for error in problem["errors"].as_array().into_iter().flatten() {
            assert!(error["field"].is_string() && error["message"].is_string());
        }
    }

    /// An answer of a documented operation has a documented status.
    #[track_caller]
    fn check_documented(&self, method: &Method, path: &str) {
        let method = if method == Method::HEAD {
            Method::GET
        } else {
            method.clone()
        };
        let Some(operation) = operation(method.as_str(), path) else {
            return;
        };
        let status = self.status.as_str();
        assert!(
            operation["responses"].get(status).is_some(),
            "{method} {path} answered {status}, which is not documented"
        );
    }
}

/// Whether the list of problems knows it. The token endpoint answers 400 where others answer 401.
fn is_known(code: &str, status: u16, error: &Value) -> bool {
    let known = presentation::problems();
    let mut found = known.iter().filter(|problem| problem.code == code);
    found.any(|problem| problem.status == status || (status == 400 && error == "invalid_grant"))
}

/// The documented operation that a request comes to.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let path = path.split('?').next()?;
    let paths = DOCUMENT["paths"].as_object()?;
    let exact = paths.get(path);
    let item = exact.or_else(|| {
        let mut found = paths.iter().filter(|(pattern, _)| matches(pattern, path));
        // Patterns with more literal segments are the more exact ones.
        found
            .by_ref()
            .min_by_key(|(pattern, _)| pattern.matches('{').count())
            .map(|(_, item)| item)
    })?;
    item.get(method.to_lowercase())
}

fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    // The key of a file is the one parameter that may hold slashes.
    let is_long_enough = pattern.len() == path.len() || pattern.get(1) == Some(&"files");
    is_long_enough
        && pattern.len() <= path.len()
        && pattern
            .iter()
            .zip(&path)
            .all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
}
