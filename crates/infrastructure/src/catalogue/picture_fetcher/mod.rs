//! Pictures are fetched from other catalogues, by the way that leads to each, and from nowhere else.
mod hosts;
mod public_addresses;

pub use hosts::{NotAPictureHost, PictureHosts};

use application::{
    catalogue::fetch_poster::{FetchPictureError, PictureFetcher, RemotePoster},
    shared::{failure::Failure, store::Cause},
};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::catalogue::SourceName;
use public_addresses::{LookUp, PublicAddresses, by_the_system};
use reqwest::{
    Client, Proxy, Response, StatusCode,
    header::{ACCEPT, HeaderMap, HeaderValue},
    redirect::Policy,
};
use shaku::Component;
use std::{collections::HashMap, sync::Arc, time::Duration};
use telemetry::Call;
use tokio::time::timeout;
use url::Url;

/// What is accepted of users, too.
const MOST_BYTES: usize = 10 * 1024 * 1024;
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
const FETCH_WITHIN: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 3;

/// Fetches pictures with one client for each way out.
#[derive(Component)]
#[shaku(interface = PictureFetcher)]
pub struct HttpPictureFetcher {
    ways: PictureWays,
}

/// The ways to pictures: from which hosts, and by which proxy for each source.
#[derive(Clone)]
pub struct PictureWays {
    hosts: PictureHosts,
    direct: Client,
    by_proxy: HashMap<SourceName, Client>,
}

/// There is no TLS, or a proxy is none.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for pictures cannot be made")]
pub struct NoWayToPictures(#[source] Cause);

impl PictureWays {
    /// The ways to pictures at these hosts; a source that has a proxy is reached by that.
    ///
    /// # Errors
    /// [`NoWayToPictures`] when a proxy cannot be used.
    pub fn new(
        hosts: PictureHosts,
        proxies: &HashMap<SourceName, Url>,
    ) -> Result<Self, NoWayToPictures> {
        Self::looking_up(hosts, proxies, &by_the_system())
    }

    fn looking_up(
        hosts: PictureHosts,
        proxies: &HashMap<SourceName, Url>,
        look_up: &LookUp,
    ) -> Result<Self, NoWayToPictures> {
        let direct = client(&hosts, None, look_up)?;
        let mut by_proxy = HashMap::new();
        for (source, proxy) in proxies {
            by_proxy.insert(*source, client(&hosts, Some(proxy), look_up)?);
        }
        Ok(Self {
            hosts,
            direct,
            by_proxy,
        })
    }
}

/// A client that goes by names only to public addresses, and follows redirects only to hosts that
/// pictures may come from.
///
/// By a proxy for HTTP or `socks5h` it is the proxy that resolves names: it stands elsewhere, and what
/// is near us is not near it.
fn client(
    hosts: &PictureHosts,
    proxy: Option<&Url>,
    look_up: &LookUp,
) -> Result<Client, NoWayToPictures> {
    let cannot = |failure: reqwest::Error| NoWayToPictures(failure.without_url().into());
    let name_of_proxy = proxy.and_then(Url::host_str).map(str::to_owned);
    let resolver = PublicAddresses::new(hosts.clone(), name_of_proxy, Arc::clone(look_up));
    let mut builder = Client::builder()
        .user_agent(concat!("filmhub/", env!("CARGO_PKG_VERSION")))
        .default_headers(HeaderMap::from_iter([(
            ACCEPT,
            HeaderValue::from_static("image/jpeg, image/png, image/webp"),
        )]))
        .connect_timeout(CONNECT_WITHIN)
        .redirect(within(hosts.clone()))
        .referer(false)
        // What is packed may become larger than what is counted.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .dns_resolver(resolver)
        .no_proxy();
    if let Some(proxy) = proxy {
        builder = builder.proxy(Proxy::all(proxy.clone()).map_err(cannot)?);
    }
    builder.build().map_err(cannot)
}

fn within(hosts: PictureHosts) -> Policy {
    Policy::custom(move |attempt| {
        if attempt.previous().len() <= MOST_REDIRECTS && hosts.allow(attempt.url()) {
            attempt.follow()
        } else {
            attempt.error(LedAstray)
        }
    })
}

/// The server sends us where no picture is to be fetched from, or in circles.
#[derive(Debug, thiserror::Error)]
#[error("it redirects to a place that pictures are not fetched from")]
struct LedAstray;

#[async_trait]
impl PictureFetcher for HttpPictureFetcher {
    async fn fetch(&self, poster: &RemotePoster) -> Result<Bytes, FetchPictureError> {
        let url =
            Url::parse(poster.url.as_str()).map_err(|_no_url| FetchPictureError::NotAllowed)?;
        if !self.ways.hosts.allow(&url) {
            return Err(FetchPictureError::NotAllowed);
        }
        let by_proxy = self.ways.by_proxy.get(&poster.source);
        let client = by_proxy.unwrap_or(&self.ways.direct);
        let source = poster.source.name();
        let step = || Call::outside("GET picture").with("peer.service", source);
        let fetched = async {
            let fetched = timeout(FETCH_WITHIN, fetch(client, url)).await;
            fetched.map_err(|late| FetchPictureError::Unavailable(late.into()))?
        };
        telemetry::call(step, fetched, |fetched| {
            fetched.as_ref().err().map(Failure::code)
        })
        .await
    }
}

impl HttpPictureFetcher {
    /// Fetches pictures by these ways.
    #[must_use]
    pub fn new(ways: PictureWays) -> Self {
        Self { ways }
    }
}

async fn fetch(client: &Client, url: Url) -> Result<Bytes, FetchPictureError> {
    let mut request = client.get(url);
    for (name, value) in telemetry::outgoing() {
        request = request.header(name, value);
    }
    let response = request.send().await.map_err(failed)?;
    match response.status() {
        StatusCode::OK => read(response).await,
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(FetchPictureError::NotThere),
        status => Err(FetchPictureError::Unavailable(
            format!("it answers with status {status}").into(),
        )),
    }
}

fn failed(failure: reqwest::Error) -> FetchPictureError {
    if failure.is_redirect() {
        return FetchPictureError::NotAllowed;
    }
    FetchPictureError::Unavailable(failure.without_url().into())
}

async fn read(mut response: Response) -> Result<Bytes, FetchPictureError> {
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    if response
        .content_length()
        .is_some_and(|length| length > most)
    {
        return Err(FetchPictureError::TooLarge);
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MOST_BYTES {
            return Err(FetchPictureError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

#[cfg(test)]
mod tests;
