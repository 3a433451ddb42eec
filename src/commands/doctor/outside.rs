//! What the service asks: sources of films, proxies, Redis, the broker, the language model, and where
//! traces go.
use super::finding::{Finding, tried};
use crate::config::Config;
use anyhow::{Context, bail};
use application::{
    catalogue::sources::{FilmSources, SourceError},
    shared::clock::Clock,
};
use infrastructure::{
    assistant::ModelConfig,
    events,
    sources::{Failover, RedisShelf, SourceConfig, outbound_client},
    system::SystemClock,
};
use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use std::{collections::BTreeMap, sync::Arc};
use tokio::net::TcpStream;
use url::Url;

const REDIS: &str = "redis";
const BROKER: &str = "broker";
const MODEL: &str = "language model";
const TRACES: &str = "traces";

/// Each source of films that has a key, asked for its genres.
pub async fn sources(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &config.sources {
        findings.push(ask(source).await);
    }
    findings
}

async fn ask(config: &SourceConfig) -> Finding {
    let name = config.source.name();
    let part = format!("source {name}");
    let key = crate::commands::import::key_of(config.source);
    let asking = async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let source = Failover::new(std::slice::from_ref(config), &clock)?;
        Ok(source.genres(config.source).await)
    };
    match tried(asking).await {
        Ok(asked) => match asked.value {
            Ok(genres) if genres.is_empty() => {
                Finding::warning(part, "it answers, but tells of no genre").with_advice(
                    "something else than the source may answer there; see its proxy and its address (…_PROXY, …_BASE_URL)",
                )
            }
            Ok(genres) => {
                let told = format!("answers in {} ms, {} genres", asked.took_ms, genres.len());
                Finding::ok(part, told)
            }
            Err(failure) => ill(part, key, failure),
        },
        Err(why) => Finding::failed(part, why),
    }
}

fn ill(part: String, key: &str, failure: SourceError) -> Finding {
    let advice = match &failure {
        SourceError::Refused => format!("get a key that is valid and set {key}"),
        SourceError::QuotaSpent { until } => {
            let told = format!("its quota is spent until {until}");
            return Finding::warning(part, told)
                .with_advice("wait, or refresh fewer films (FILMHUB_SCHEDULE_REFRESH)");
        }
        SourceError::Unavailable(_) | SourceError::NotConfigured => {
            "see that it can be reached from here; a proxy and another address can be set for it (…_PROXY, …_BASE_URL)".to_owned()
        }
        SourceError::Malformed(_) => {
            "something else than the source answers there; see its proxy and its address (…_PROXY, …_BASE_URL)".to_owned()
        }
    };
    Finding::failed(part, crate::chain(&failure.into())).with_advice(advice)
}

/// Each proxy: whether somebody listens there. Those who use it tell whether it lets them through.
pub async fn proxies(config: &Config) -> Vec<Finding> {
    let of_sources = config.sources.iter().filter_map(|source| {
        let proxy = source.endpoint.proxy.as_ref()?;
        Some((proxy, source.source.name()))
    });
    let of_model = config.model.as_ref().and_then(|model| model.proxy.as_ref());
    let of_model = of_model.map(|proxy| (proxy, "the language model"));
    let mut users: BTreeMap<(String, u16), Vec<&str>> = BTreeMap::new();
    for (proxy, user) in of_sources.chain(of_model) {
        users.entry(place(proxy)).or_default().push(user);
    }
    let mut findings = Vec::new();
    for ((host, port), users) in users {
        findings.push(knock(&host, port, &users.join(", ")).await);
    }
    findings
}

/// Where a proxy is, without its password.
fn place(proxy: &Url) -> (String, u16) {
    const OF_SOCKS: u16 = 1080;
    let port = proxy.port_or_known_default().unwrap_or(OF_SOCKS);
    let host = proxy.host_str().unwrap_or_default();
    // A socket takes addresses of version 6 without their brackets.
    (host.trim_matches(['[', ']']).to_owned(), port)
}

async fn knock(host: &str, port: u16, users: &str) -> Finding {
    let proxy = format!("proxy {host}:{port}");
    let connecting = async { Ok(TcpStream::connect((host, port)).await?) };
    match tried(connecting).await {
        Ok(done) => Finding::ok(
            proxy,
            format!("answers in {} ms, for {users}", done.took_ms),
        ),
        Err(why) => Finding::failed(proxy, format!("{why}; it is for {users}"))
            .with_advice("start it, or take it out of the settings (…_PROXY)"),
    }
}

/// Redis, where it is configured.
pub async fn redis(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.redis_url else {
        return Vec::new();
    };
    let asking = async { Ok(RedisShelf::open(url)?.ping().await?) };
    vec![match tried(asking).await {
        Ok(done) => Finding::ok(REDIS, format!("answers in {} ms", done.took_ms)),
        Err(why) => Finding::failed(REDIS, why).with_advice(
            "see that it runs and that REDIS_URL names it with its password; without it each instance remembers for itself",
        ),
    }]
}

/// The broker of events, where one is configured: it is entered and left again.
pub async fn broker(config: &Config) -> Vec<Finding> {
    let Some(url) = &config.events_url else {
        return Vec::new();
    };
    let entering = async { events::check(url).await.map_err(anyhow::Error::from_boxed) };
    vec![match tried(entering).await {
        Ok(done) => Finding::ok(BROKER, format!("{url} answers in {} ms", done.took_ms)),
        Err(why) => Finding::failed(BROKER, format!("{url}: {why}")).with_advice(
            "see that it runs and can be reached from here, and that EVENTS_URL names it with a user who may use it; until then events wait in the database",
        ),
    }]
}

/// The language model, where one is configured: its server is asked which models it has, which costs
/// nothing.
pub async fn model(config: &Config) -> Vec<Finding> {
    let Some(model) = &config.model else {
        return Vec::new();
    };
    vec![match tried(models(model)).await.map(|asked| asked.value) {
        Ok(Models::Listed(names)) if names.contains(&model.model) => {
            Finding::ok(MODEL, format!("its server has {}", model.model))
        }
        Ok(Models::Listed(_)) => {
            Finding::warning(MODEL, format!("its server does not list {}", model.model))
                .with_advice("set GPT_MODEL to a model that it has")
        }
        Ok(Models::Unknown) => {
            Finding::ok(MODEL, "its server answers, but does not tell which models it has")
        }
        Ok(Models::Refused(status)) => {
            Finding::failed(MODEL, format!("its server refuses the key with status {status}"))
                .with_advice("set GPT_API_KEY to a valid key of the server at GPT_BASE")
        }
        Err(why) => Finding::failed(MODEL, why)
            .with_advice("see that GPT_BASE is the start of the server's addresses and can be reached from here, by GPT_PROXY if need be"),
    }]
}

enum Models {
    /// It has these.
    Listed(Vec<String>),
    /// It answers, but not to this.
    Unknown,
    /// It does not take the key.
    Refused(StatusCode),
}

async fn models(config: &ModelConfig) -> anyhow::Result<Models> {
    let mut headers = HeaderMap::new();
    if let Some(key) = &config.key {
        let value = format!("Bearer {}", key.expose_secret());
        headers.insert(AUTHORIZATION, secret_header(&value.into())?);
    }
    let client = outbound_client(config.proxy.as_ref(), headers)?;
    let url = format!("{}/models", config.base.as_str().trim_end_matches('/'));
    let answer = client
        .get(url)
        .send()
        .await
        .map_err(reqwest::Error::without_url)?;
    match answer.status() {
        status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Ok(Models::Refused(status)),
        status if status.is_server_error() => bail!("its server answers with status {status}"),
        status if !status.is_success() => Ok(Models::Unknown),
        _ => Ok(listed(&answer.json().await.unwrap_or_default())),
    }
}

fn listed(body: &serde_json::Value) -> Models {
    let Some(models) = body.get("data").and_then(serde_json::Value::as_array) else {
        return Models::Unknown;
    };
    let names = models.iter().filter_map(|model| model.get("id")?.as_str());
    Models::Listed(names.map(str::to_owned).collect())
}

fn secret_header(value: &SecretString) -> anyhow::Result<HeaderValue> {
    let value = HeaderValue::from_str(value.expose_secret());
    let mut value = value.context("the key is not fit for a header")?;
    value.set_sensitive(true);
    Ok(value)
}

/// Where traces are sent, where that is configured: it is sent a request without any.
pub async fn traces(config: &Config) -> Vec<Finding> {
    let Some(traces) = &config.traces else {
        return Vec::new();
    };
    let sending = async {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-protobuf"),
        );
        for (name, value) in &traces.headers {
            headers.insert(name.parse::<HeaderName>()?, secret_header(value)?);
        }
        let client = outbound_client(None, headers)?;
        let request = client.post(traces.endpoint.clone()).body(Vec::new());
        let answer = request.send().await.map_err(reqwest::Error::without_url)?;
        Ok(answer.status())
    };
    let place = &traces.endpoint;
    vec![match tried(sending).await.map(|sent| sent.value) {
        Ok(status) if status.is_success() => Finding::ok(TRACES, format!("{place} takes them")),
        Ok(status) => Finding::failed(TRACES, format!("{place} answers with status {status}"))
            .with_advice("see that OTEL_EXPORTER_OTLP_ENDPOINT is a collector that speaks OTLP over HTTP (port 4318 as a rule), and its headers"),
        Err(why) => Finding::failed(TRACES, format!("{place}: {why}"))
            .with_advice("start the collector, or take OTEL_EXPORTER_OTLP_ENDPOINT out; nothing else suffers from it"),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_proxy_holds_no_password() {
        for (url, host, port) in [
            (
                "http://user:hidden@proxy.example.org",
                "proxy.example.org",
                80,
            ),
            ("socks5://user:hidden@10.0.0.1", "10.0.0.1", 1080),
            ("socks5h://[::1]:9050", "::1", 9050),
        ] {
            assert_eq!(place(&url.parse().unwrap()), (host.to_owned(), port));
        }
    }

    #[test]
    fn models_are_read_as_servers_list_them() {
        let body = serde_json::json!({ "data": [{ "id": "small" }, { "id": "large" }] });
        let Models::Listed(names) = listed(&body) else {
            panic!("it lists some");
        };
        assert_eq!(names, ["small", "large"]);
        assert!(matches!(
            listed(&serde_json::json!("hello")),
            Models::Unknown
        ));
    }
}
