//! Clients that send too slowly, too much, or are too many, byte by byte.
use crate::app::{App, Database, Setup};
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::Duration,
};

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn app(settings: &[(&str, &str)]) -> App {
    let setup = Setup::without_films(Database::Sqlite).await;
    let setup = settings
        .iter()
        .fold(setup, |setup, (name, value)| setup.set(name, value));
    setup.start().await
}

fn connect(app: &App) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", app.port)).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).unwrap();
    stream
}

/// What comes until the connection is closed.
fn rest(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // One that is closed on somebody who still writes may end in a reset.
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status(stream: &mut TcpStream) -> String {
    let mut answer = [0; 4096];
    let read = stream.read(&mut answer).unwrap();
    String::from_utf8_lossy(&answer[..read.min(12)]).into_owned()
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let app = app(&[("FILMHUB_HEAD_SECONDS", "1")]).await;
    let mut slow = connect(&app);
    slow.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .unwrap();
    let answer = rest(&mut slow);
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408 "),
        "{answer}"
    );
    let mut other = connect(&app);
    other.write_all(HEALTH).unwrap();
    assert_eq!(status(&mut other), "HTTP/1.1 200");
}

#[tokio::test]
async fn a_flood_of_headers_is_refused() {
    let app = app(&[]).await;
    let mut head = "GET /healthz HTTP/1.1\r\nHost: x\r\n".to_owned();
    for number in 0..200 {
        head += "X-Flood-";
        head += &number.to_string();
        head += ": x\r\n";
    }
    head.push_str("\r\n");
    let mut flood = connect(&app);
    // It may be refused before all of it was sent.
    let _ = flood.write_all(head.as_bytes());
    let answer = status(&mut flood);
    assert!(
        answer == "HTTP/1.1 400" || answer == "HTTP/1.1 431",
        "{answer}"
    );
}

#[tokio::test]
async fn beyond_the_bound_connections_wait_until_others_leave() {
    let app = app(&[("FILMHUB_CONNECTIONS", "2"), ("FILMHUB_WORKERS", "1")]).await;
    let mut first = connect(&app);
    let mut second = connect(&app);
    for stream in [&mut first, &mut second] {
        stream.write_all(HEALTH).unwrap();
        assert_eq!(status(stream), "HTTP/1.1 200");
    }
    let mut third = connect(&app);
    third.write_all(HEALTH).unwrap();
    let brief = Some(Duration::from_millis(200));
    third.set_read_timeout(brief).unwrap();
    let waits = third.read(&mut [0; 16]).unwrap_err();
    assert!(matches!(
        waits.kind(),
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
    drop(first);
    third
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    assert_eq!(status(&mut third), "HTTP/1.1 200");
}
