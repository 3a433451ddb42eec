//! The way to a model's server: address, key, proxy, and whether asking makes sense.
use super::{
    breaker::Breaker,
    transport::{Refusal, Transport},
};
use application::{
    assistant::ports::{ModelError, ModelState},
    shared::store::Cause,
};
use async_openai::{Client, config::Config, error::OpenAIError};
use metrics::{counter, histogram};
use reqwest::{
    Proxy, StatusCode,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use telemetry::Call;
use tokio::time::{Instant, timeout};
use url::Url;

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// How long a server that has too much to do is left alone when it does not say how long.
const USUAL_REST: Duration = Duration::from_secs(30);

/// Which model is asked, and how it is reached.
#[derive(Clone, Debug)]
pub struct ModelConfig {
    /// What the addresses of the server start with, such as `https://api.openai.com/v1`.
    pub base: Url,
    /// The key, where the server asks for one.
    pub key: Option<SecretString>,
    /// The model's name.
    pub model: String,
    /// A proxy on the way there: `http`, `https` or `socks5`.
    pub proxy: Option<Url>,
}

/// The way to a model that is configured.
pub struct ModelConnection {
    pub(super) client: Client<Server>,
    pub(super) model: String,
    breaker: Breaker,
    /// Whether the server has said that it cannot hold a model to a form.
    is_formless: AtomicBool,
}

/// Where requests go and what they carry. The library's own type would look for more in the
/// environment.
#[derive(Clone)]
pub(super) struct Server {
    base: String,
    key: SecretString,
    headers: HeaderMap,
}

impl Config for Server {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
    fn api_base(&self) -> &str {
        &self.base
    }
    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// The way to the model cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum ModelNotConnected {
    /// The key holds characters that no header takes.
    #[error("the model's key is not fit for a header")]
    Key(#[source] reqwest::header::InvalidHeaderValue),
    /// The proxy, or TLS, cannot be set up.
    #[error("the way to the model cannot be prepared")]
    Client(#[source] reqwest::Error),
}

impl ModelConnection {
    /// Prepares to talk to the server; nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ModelNotConnected`] when the key or the proxy cannot be used.
    pub fn prepare(config: &ModelConfig) -> Result<Arc<Self>, ModelNotConnected> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_WITHIN)
            // A server that sends elsewhere would be sent the key and the words.
            .redirect(redirect::Policy::none())
            .no_proxy();
        if let Some(proxy) = &config.proxy {
            http = http.proxy(Proxy::all(proxy.as_str()).map_err(ModelNotConnected::Client)?);
        }
        let http = http.build().map_err(ModelNotConnected::Client)?;
        let mut headers = HeaderMap::new();
        if let Some(key) = &config.key {
            let value = format!("Bearer {}", key.expose_secret());
            let mut value = HeaderValue::from_str(&value).map_err(ModelNotConnected::Key)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let server = Server {
            base: config.base.as_str().trim_end_matches('/').to_owned(),
            key: config.key.clone().unwrap_or_default(),
            headers,
        };
        let client = Client::build(http.clone(), server).with_http_service(Transport(http));
        Ok(Arc::new(Self {
            client,
            model: config.model.clone(),
            breaker: Breaker::default(),
            is_formless: AtomicBool::default(),
        }))
    }

    /// Whether asking makes sense now.
    pub(super) fn state(&self) -> ModelState {
        if self.breaker.is_resting(Instant::now()) {
            return ModelState::Resting;
        }
        ModelState::Ready
    }

    /// Whether the server is still thought to hold a model to a form.
    pub(super) fn knows_forms(&self) -> bool {
        !self.is_formless.load(Ordering::Relaxed)
    }

    /// Asks for no forms from now on.
    pub(super) fn forget_forms(&self) {
        self.is_formless.store(true, Ordering::Relaxed);
    }

    /// Asks for one answer in one piece.
    pub(super) async fn ask(&self, request: &Value, within: Duration) -> Result<Value, Failure> {
        self.admit()?;
        let asking = async {
            let answer = timeout(within, self.client.chat().create_byot(request)).await;
            answer.map_or(Err(Failure::TooSlow), |answer| answer.map_err(Failure::of))
        };
        let answer = self.timed("chat", asking).await;
        self.note(answer.as_ref().err());
        answer
    }

    /// Asks for the numbers of texts.
    pub(super) async fn ask_for_numbers(
        &self,
        request: &Value,
        within: Duration,
    ) -> Result<Value, Failure> {
        self.admit()?;
        let asking = async {
            let answer = timeout(within, self.client.embeddings().create_byot(request)).await;
            answer.map_or(Err(Failure::TooSlow), |answer| answer.map_err(Failure::of))
        };
        let answer = self.timed("embeddings", asking).await;
        self.note(answer.as_ref().err());
        answer
    }

    /// Asks as a step of the trace that this is part of, and counts and times it.
    pub(super) async fn timed<T>(
        &self,
        what: &'static str,
        asking: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let step = || {
            Call::outside("POST model")
                .with("gen_ai.operation.name", what)
                .with("gen_ai.request.model", self.model.clone())
        };
        let begun = Instant::now();
        let answer = telemetry::call(step, asking, |answer: &Result<T, Failure>| {
            answer.as_ref().err().map(Failure::name)
        });
        let answer = answer.await;
        let outcome = answer.as_ref().map_or_else(Failure::name, |_| "answered");
        counter!("filmhub_model_requests_total", "outcome" => outcome).increment(1);
        histogram!("filmhub_model_request_seconds", "operation" => what).record(begun.elapsed());
        answer
    }

    /// Lets somebody ask, unless the server is left alone.
    pub(super) fn admit(&self) -> Result<(), Failure> {
        let is_admitted = self.breaker.admit(Instant::now());
        is_admitted.then_some(()).ok_or(Failure::NotReady)
    }

    /// Remembers how it went.
    pub(super) fn note(&self, failure: Option<&Failure>) {
        match failure {
            // A refusal of the request as it was is no sign of a server that is down.
            None | Some(Failure::NotUnderstood(_)) => self.breaker.succeeded(),
            Some(Failure::NotReady) => {}
            Some(Failure::Busy(pause)) => {
                let pause = pause.unwrap_or(USUAL_REST);
                self.breaker.rest(Instant::now(), pause);
            }
            Some(Failure::TooSlow | Failure::Unreadable | Failure::Failed(_)) => {
                self.breaker.failed(Instant::now());
            }
        }
    }
}

/// What went wrong on the way.
#[derive(Debug)]
pub(super) enum Failure {
    NotReady,
    TooSlow,
    /// It asks to be left alone, perhaps for so long.
    Busy(Option<Duration>),
    /// It does not know something in the request.
    NotUnderstood(Refusal),
    /// What it sent is not what such servers send.
    Unreadable,
    Failed(Cause),
}

impl Failure {
    /// Its name, for metrics and traces.
    const fn name(&self) -> &'static str {
        match self {
            Self::NotReady => "not_ready",
            Self::TooSlow => "too_slow",
            Self::Busy(_) => "busy",
            Self::NotUnderstood(_) => "not_understood",
            Self::Unreadable => "unreadable",
            Self::Failed(_) => "failed",
        }
    }

    pub(super) fn of(error: OpenAIError) -> Self {
        match error {
            OpenAIError::Boxed(cause) => match cause.downcast_ref::<Refusal>() {
                Some(refusal) => Self::of_refusal(*refusal),
                None => Self::Failed(cause),
            },
            OpenAIError::Reqwest(failure) if failure.is_timeout() => Self::TooSlow,
            OpenAIError::Reqwest(failure) => Self::Failed(Box::new(failure.without_url())),
            // Its message would repeat what the model said.
            OpenAIError::JSONDeserialize(..) => Self::Unreadable,
            other => Self::Failed(Box::new(other)),
        }
    }

    fn of_refusal(refusal: Refusal) -> Self {
        match refusal.status {
            StatusCode::TOO_MANY_REQUESTS => Self::Busy(refusal.retry_after),
            StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => {
                Self::NotUnderstood(refusal)
            }
            _ => Self::Failed(Box::new(refusal)),
        }
    }
}

impl From<Failure> for ModelError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotReady => Self::NotReady,
            Failure::TooSlow => Self::TooSlow,
            Failure::Busy(_) => Self::Busy,
            Failure::NotUnderstood(refusal) => Self::Failed(Box::new(refusal)),
            Failure::Unreadable => Self::Unreadable,
            Failure::Failed(cause) => Self::Failed(cause),
        }
    }
}
