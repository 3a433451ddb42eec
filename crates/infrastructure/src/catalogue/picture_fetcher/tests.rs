//! A crafted address reaches nothing inside: held against servers on this machine.
use super::*;
use domain::catalogue::PosterUrl;
use reqwest::dns::{Name, Resolve};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Answers every connection with the same bytes, and counts them.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    async fn answering(answer: impl Into<Bytes>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let (count, answer) = (Arc::clone(&connections), answer.into());
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, answer.clone()));
            }
        });
        Self {
            address,
            connections,
            task,
        }
    }

    fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    fn seen(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve(mut stream: TcpStream, answer: Bytes) {
    let mut request = [0; 4096];
    // Whoever goes away early is of no interest.
    let _ = stream.read(&mut request).await;
    let _ = stream.write_all(&answer).await;
}

fn ok(body: &[u8]) -> Bytes {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat().into()
}

fn redirect(to: &str) -> Bytes {
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n").into()
}

fn poster(url: impl AsRef<str>) -> RemotePoster {
    RemotePoster {
        source: SourceName::Tmdb,
        url: address(url.as_ref()),
    }
}

fn address(url: &str) -> PosterUrl {
    // Whole addresses only; these have no path.
    let url = Url::parse(url).unwrap();
    PosterUrl::parse(url.as_str()).unwrap()
}

fn fetcher(hosts: &str) -> HttpPictureFetcher {
    let ways = PictureWays::new(hosts.parse().unwrap(), &HashMap::new());
    HttpPictureFetcher::new(ways.unwrap())
}

/// A fetcher to whom every name means these addresses.
fn misled(hosts: &str, addresses: &[&str]) -> HttpPictureFetcher {
    let addresses: Vec<SocketAddr> = addresses
        .iter()
        .map(|address| SocketAddr::new(address.parse().unwrap(), 0))
        .collect();
    let look_up: LookUp = Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) })
    });
    let ways = PictureWays::looking_up(hosts.parse().unwrap(), &HashMap::new(), &look_up);
    HttpPictureFetcher::new(ways.unwrap())
}

#[tokio::test]
async fn a_picture_is_fetched_from_a_host_that_is_allowed() {
    let server = Server::answering(ok(b"picture")).await;
    let fetched = fetcher(&server.origin())
        .fetch(&poster(format!("{}/a.jpg", server.origin())))
        .await;
    assert_eq!(fetched.unwrap(), "picture");
}

#[tokio::test]
async fn nothing_inside_is_asked_by_address() {
    let inside = Server::answering(ok(b"secret")).await;
    let fetcher = fetcher("");
    let port = inside.address.port();
    for url in [
        inside.origin(),
        format!("https://{}/", inside.address),
        format!("https://localhost:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        format!("https://image.tmdb.org@127.0.0.1:{port}/"),
        format!("https://image.tmdb.org:{port}/"),
    ] {
        let refused = fetcher.fetch(&poster(&url)).await;
        assert!(
            matches!(refused, Err(FetchPictureError::NotAllowed)),
            "{url}"
        );
    }
    assert_eq!(inside.seen(), 0);
}

#[tokio::test]
async fn a_name_that_means_an_address_inside_leads_nowhere() {
    let inside = Server::answering(ok(b"secret")).await;
    let origin = format!("https://pictures.example:{}", inside.address.port());
    for near in [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
    ] {
        let refused = misled(&origin, &[near]).fetch(&poster(&origin)).await;
        let Err(FetchPictureError::Unavailable(cause)) = refused else {
            panic!("{near}: {refused:?}");
        };
        assert!(
            told(&*cause).contains("has no public address"),
            "{}",
            told(&*cause)
        );
    }
    assert_eq!(inside.seen(), 0);
    // The test would notice: the same server is reached where that is allowed.
    let here = format!("https://localhost:{}", inside.address.port());
    let no_tls = misled(&here, &["127.0.0.1"]).fetch(&poster(&here)).await;
    assert!(matches!(no_tls, Err(FetchPictureError::Unavailable(_))));
    assert_eq!(inside.seen(), 1);
}

fn told(failure: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(failure), |failure| failure.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[tokio::test]
async fn the_real_name_of_this_machine_leads_nowhere() {
    let resolver = PublicAddresses::new(PictureHosts::default(), None, by_the_system());
    let refused = resolver.resolve(name("localhost")).await;
    assert!(refused.is_err_and(|failure| failure.to_string().contains("no public address")));
    let hosts: PictureHosts = "http://localhost:9".parse().unwrap();
    let resolver = PublicAddresses::new(hosts, None, by_the_system());
    assert!(resolver.resolve(name("localhost")).await.is_ok());
}

#[tokio::test]
async fn of_several_addresses_only_the_public_ones_count() {
    let look_up: LookUp = Arc::new(|_| {
        let addresses = ["10.0.0.1:0", "1.1.1.1:0", "[::1]:0"];
        Box::pin(async move { Ok(addresses.map(|text| text.parse().unwrap()).to_vec()) })
    });
    let resolver = PublicAddresses::new(PictureHosts::default(), None, look_up);
    let left = resolver.resolve(name("image.tmdb.org")).await;
    let left: Vec<String> = left.ok().unwrap().map(|it| it.ip().to_string()).collect();
    assert_eq!(left, ["1.1.1.1"]);
}

#[tokio::test]
async fn a_redirect_does_not_lead_inside() {
    let inside = Server::answering(ok(b"secret")).await;
    for to in [
        inside.origin(),
        format!("https://{}/", inside.address),
        format!("//{}/", inside.address),
        "file:///etc/passwd".to_owned(),
        "https://evil.example/".to_owned(),
    ] {
        let outside = Server::answering(redirect(&to)).await;
        let led = fetcher(&outside.origin())
            .fetch(&poster(outside.origin()))
            .await;
        assert!(led.is_err(), "{to}: {led:?}");
        assert_eq!(outside.seen(), 1);
    }
    assert_eq!(inside.seen(), 0);
}

#[tokio::test]
async fn a_redirect_among_allowed_hosts_is_followed_but_not_for_ever() {
    let end = Server::answering(ok(b"picture")).await;
    let start = Server::answering(redirect(&format!("{}/b.jpg", end.origin()))).await;
    let hosts = format!("{},{}", start.origin(), end.origin());
    let fetched = fetcher(&hosts).fetch(&poster(start.origin())).await;
    assert_eq!(fetched.unwrap(), "picture");

    let circle = Server::answering(redirect("/again")).await;
    let led = fetcher(&circle.origin())
        .fetch(&poster(circle.origin()))
        .await;
    assert!(matches!(led, Err(FetchPictureError::NotAllowed)));
    assert!(circle.seen() <= 5, "{}", circle.seen());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_left_alone() {
    let said = "HTTP/1.1 200 OK\r\ncontent-length: 52428800\r\n\r\n";
    let mut unsaid = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    unsaid.resize(50 * 1024 * 1024, 0);
    for answer in [Bytes::from(said), unsaid.into()] {
        let server = Server::answering(answer).await;
        let refused = fetcher(&server.origin())
            .fetch(&poster(server.origin()))
            .await;
        assert!(matches!(refused, Err(FetchPictureError::TooLarge)));
    }
}

#[tokio::test]
async fn what_goes_wrong_there_is_told_apart() {
    let gone = Server::answering("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await;
    let refused = fetcher(&gone.origin()).fetch(&poster(gone.origin())).await;
    assert!(matches!(refused, Err(FetchPictureError::NotThere)));
    for answer in [
        "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 206 Partial Content\r\ncontent-length: 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
        "nonsense",
    ] {
        let server = Server::answering(answer).await;
        let failed = fetcher(&server.origin())
            .fetch(&poster(server.origin()))
            .await;
        assert!(
            matches!(failed, Err(FetchPictureError::Unavailable(_))),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_source_that_has_a_proxy_is_reached_by_that_alone() {
    // It is asked for the address as a whole, and answers by itself.
    let proxy = Server::answering(ok(b"picture")).await;
    let elsewhere = Server::answering(ok(b"directly")).await;
    let hosts: PictureHosts = elsewhere.origin().parse().unwrap();
    let by = Url::parse(&proxy.origin()).unwrap();
    let proxies = HashMap::from([(SourceName::Tmdb, by)]);
    let fetcher = HttpPictureFetcher::new(PictureWays::new(hosts, &proxies).unwrap());
    let answer = fetcher.fetch(&poster(elsewhere.origin())).await;
    assert_eq!(answer.unwrap(), "picture");
    assert_eq!((proxy.seen(), elsewhere.seen()), (1, 0));
    let other = RemotePoster {
        source: SourceName::KinopoiskDev,
        url: address(&elsewhere.origin()),
    };
    assert_eq!(fetcher.fetch(&other).await.unwrap(), "directly");
    assert_eq!(proxy.seen(), 1);
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}
