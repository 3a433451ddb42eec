//! Asks a source over HTTP, within bounds of time and size.
use application::shared::store::Cause;
use reqwest::{
    Client, Proxy, Response, StatusCode,
    header::{HeaderMap, HeaderValue, RETRY_AFTER},
    redirect::Policy,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// The longest answer that is read; a page of films has some tens of kilobytes.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const MOST_REDIRECTS: usize = 3;
/// Idle connections are given up before most servers and proxies do it.
const IDLE_FOR: Duration = Duration::from_secs(50);

/// Where a source is and how it is reached.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The start of its addresses.
    pub base_url: Url,
    /// A proxy by which it is reached: `http`, `https`, `socks5` or `socks5h`.
    pub proxy: Option<Url>,
    /// How long one request may take.
    pub answer_within: Duration,
}

/// How a source knows us.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// By a header.
    Header(&'static str, SecretString),
    /// By a parameter in the address.
    Parameter(&'static str, SecretString),
}

/// The settings of a source cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidEndpoint {
    /// The proxy is not one.
    #[error("the proxy cannot be used")]
    Proxy(#[source] Cause),
    /// The key cannot be sent.
    #[error("the key has characters that cannot be sent")]
    Key,
    /// There is no TLS or the like.
    #[error("the HTTP client cannot be made")]
    Client(#[source] Cause),
}

/// Makes the one kind of client with which the outside is asked: it follows redirects within the
/// host only, so that nothing it is told leads it into the inner network.
///
/// # Errors
/// [`InvalidEndpoint`] when the proxy or the headers cannot be used.
pub fn outbound_client(proxy: Option<&Url>, headers: HeaderMap) -> Result<Client, InvalidEndpoint> {
    let mut builder = Client::builder()
        .user_agent(concat!("filmhub/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(CONNECT_WITHIN)
        .pool_idle_timeout(IDLE_FOR)
        .redirect(within_host())
        .referer(false)
        .no_proxy();
    if let Some(proxy) = proxy {
        let proxy = Proxy::all(proxy.clone())
            .map_err(|failure| InvalidEndpoint::Proxy(failure.without_url().into()))?;
        builder = builder.proxy(proxy);
    }
    builder
        .build()
        .map_err(|failure| InvalidEndpoint::Client(failure.without_url().into()))
}

fn within_host() -> Policy {
    Policy::custom(|attempt| {
        let before = attempt.previous();
        let is_same = before
            .last()
            .is_some_and(|last| last.origin() == attempt.url().origin());
        if is_same && before.len() <= MOST_REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// What went wrong with one request.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// No connection, or one that broke.
    #[error("the connection failed")]
    Broken(#[source] Cause),
    /// No answer in time.
    #[error("no answer in time")]
    TooSlow,
    /// The server says that it is at fault.
    #[error("it answers with status {0}")]
    Server(u16),
    /// The server does not take the request.
    #[error("it refuses the request with status {0}")]
    Rejected(u16),
    /// The key is wrong or may not do this.
    #[error("it refuses the key with status {status}")]
    Refused {
        /// 401 or 403.
        status: u16,
        /// Whether it says that a limit is the reason.
        speaks_of_limit: bool,
    },
    /// Paid for no more than has been asked.
    #[error("it answers that the quota is spent")]
    PaymentRequired,
    /// Asked too much.
    #[error("it answers that it is asked too much")]
    TooMany {
        /// When to come back, if it said so.
        retry_after: Option<RetryAfter>,
    },
    /// It sends us elsewhere.
    #[error("it redirects to another place")]
    Redirected,
    /// More bytes than anybody needs.
    #[error("the answer is longer than {MOST_BYTES} bytes")]
    TooLong,
    /// Something that is not JSON.
    #[error("the answer is not JSON")]
    NotJson(#[source] Cause),
    /// It is left alone for a while after it has failed often.
    #[error("it has failed too often and is left alone for a while")]
    LeftAlone,
    /// The time is up before it could be asked.
    #[error("there was no time left to ask")]
    NoTime,
}

/// When a server says to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryAfter {
    /// After so many seconds.
    Seconds(u64),
    /// At a time.
    At(chrono::DateTime<chrono::Utc>),
}

/// Talks to one source.
#[derive(Debug)]
pub(super) struct HttpClient {
    client: Client,
    base: String,
    parameter: Option<(&'static str, SecretString)>,
}

impl HttpClient {
    pub(super) fn new(endpoint: &Endpoint, key: Key) -> Result<Self, InvalidEndpoint> {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let mut parameter = None;
        match key {
            Key::Parameter(name, key) => parameter = Some((name, key)),
            Key::Header(name, key) => {
                let Ok(mut value) = HeaderValue::from_str(key.expose_secret()) else {
                    return Err(InvalidEndpoint::Key);
                };
                value.set_sensitive(true);
                headers.insert(name, value);
            }
        }
        Ok(Self {
            client: outbound_client(endpoint.proxy.as_ref(), headers)?,
            base: endpoint.base_url.as_str().trim_end_matches('/').to_owned(),
            parameter,
        })
    }

    /// Reads a JSON document; nothing where there is none.
    pub(super) async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<Value>, CallError> {
        let mut request = self.client.get(format!("{}{path}", self.base)).query(query);
        if let Some((name, key)) = &self.parameter {
            request = request.query(&[(name, key.expose_secret())]);
        }
        for (name, value) in telemetry::outgoing() {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(broken)?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            return Err(of_status(response).await);
        }
        let body = read_body(response).await?;
        let value = serde_json::from_slice(&body);
        value
            .map(Some)
            .map_err(|why| CallError::NotJson(why.into()))
    }
}

/// Addresses may hold the key and are left out of what is logged.
fn broken(failure: reqwest::Error) -> CallError {
    if failure.is_timeout() {
        CallError::TooSlow
    } else {
        CallError::Broken(failure.without_url().into())
    }
}

async fn of_status(response: Response) -> CallError {
    let status = response.status();
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => CallError::Refused {
            status: status.as_u16(),
            speaks_of_limit: speaks_of_limit(response).await,
        },
        StatusCode::PAYMENT_REQUIRED => CallError::PaymentRequired,
        StatusCode::TOO_MANY_REQUESTS => CallError::TooMany {
            retry_after: retry_after(response.headers()),
        },
        _ if status.is_redirection() => CallError::Redirected,
        _ if status.is_server_error() => CallError::Server(status.as_u16()),
        _ => CallError::Rejected(status.as_u16()),
    }
}

/// One of the sources answers a spent quota like a wrong key, and tells the two apart in words.
async fn speaks_of_limit(response: Response) -> bool {
    let Ok(body) = read_body(response).await else {
        return false;
    };
    let text = String::from_utf8_lossy(&body).to_lowercase();
    ["лимит", "limit", "quota"]
        .iter()
        .any(|word| text.contains(word))
}

fn retry_after(headers: &HeaderMap) -> Option<RetryAfter> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(RetryAfter::Seconds(seconds));
    }
    let at = chrono::DateTime::parse_from_rfc2822(text).ok()?;
    Some(RetryAfter::At(at.to_utc()))
}

/// Reads a body as it comes, and stops at the bound, which holds for what has been unpacked.
async fn read_body(mut response: Response) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(CallError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Option<RetryAfter> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(text).unwrap());
        retry_after(&headers)
    }

    #[test]
    fn a_server_may_say_seconds_or_a_date() {
        assert_eq!(said("120"), Some(RetryAfter::Seconds(120)));
        let date = "2026-11-21T07:28:00Z".parse().unwrap();
        assert_eq!(
            said("Sat, 21 Nov 2026 07:28:00 GMT"),
            Some(RetryAfter::At(date))
        );
        assert_eq!(said("soon"), None);
        assert_eq!(said("-1"), None);
    }

    #[test]
    fn the_key_is_not_printed() {
        let endpoint = Endpoint {
            base_url: "https://api.example.org".parse().unwrap(),
            proxy: None,
            answer_within: Duration::from_secs(1),
        };
        for key in [
            Key::Header("x-api-key", "tell-nobody".to_owned().into()),
            Key::Parameter("api_key", "tell-nobody".to_owned().into()),
        ] {
            let client = HttpClient::new(&endpoint, key).unwrap();
            assert!(!format!("{client:?}").contains("tell-nobody"));
        }
    }
}
