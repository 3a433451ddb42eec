//! Clients that take their time, and too many at once: on a real connection, byte by byte.
use crate::support::{TestApi, settings};
use actix_web::{HttpServer, dev::ServerHandle, rt};
use application::fakes::{World, a_film, a_user};
use domain::catalogue::FilmId;
use presentation::{Api, CrowdLimits, Limits};
use serde_json::Value;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

/// The HTTP face on a port of its own.
struct Served {
    address: SocketAddr,
    handle: ServerHandle,
    film: FilmId,
    token: String,
}

const LIMITS: Limits = Limits {
    body_time: Duration::from_millis(300),
    upload_time: Duration::from_millis(600),
    upload_memory: 100_000,
    crowd: CrowdLimits {
        at_once: 1_024,
        waiting: 1_024,
        patience: Duration::from_secs(1),
    },
};

fn serve() -> Served {
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film().owned_by(anna.id)).id;
    let token = world.token_of(&anna);
    let mut settings = settings();
    settings.limits = LIMITS;
    let api = Api::new(world.application(), settings);
    let server = HttpServer::new(move || presentation::app(&api))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    Served {
        address,
        handle,
        film,
        token,
    }
}

impl Served {
    /// Begins a request whose body is to come.
    fn begin(&self, line: &str, kind: &str, length: usize) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let wait = Some(Duration::from_secs(10));
        stream.set_read_timeout(wait).unwrap();
        let head = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n",
            self.token
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn begin_poster(&self, length: usize) -> TcpStream {
        let line = format!("PUT /api/v1/films/{}/poster", self.film);
        let mut stream = self.begin(&line, "multipart/form-data; boundary=edge", length);
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }
}

/// Sends a byte now and then until there is an answer, and reads it to the end of the connection.
fn drip(mut stream: TcpStream) -> (Duration, String) {
    let start = Instant::now();
    let mut sender = stream.try_clone().unwrap();
    let drops = thread::spawn(move || {
        while start.elapsed() < Duration::from_secs(5) && sender.write_all(b" ").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    let mut first = [0; 4096];
    let read = stream.read(&mut first).unwrap();
    let took = start.elapsed();
    let mut answer = first[..read].to_vec();
    // A connection that is closed on one who still writes may end in a reset.
    let _ = stream.read_to_end(&mut answer);
    assert!(start.elapsed() < Duration::from_secs(5), "it is not closed");
    drops.join().unwrap();
    (took, String::from_utf8(answer).unwrap())
}

/// The body of an answer, which must be a problem of this status.
#[track_caller]
fn problem(answer: &str, status: u16) -> Value {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(
        head.contains("content-type: application/problem+json"),
        "{head}"
    );
    serde_json::from_str(body).unwrap()
}

#[actix_web::test]
async fn a_body_that_drips_is_answered_in_time_and_its_connection_closed() {
    let served = serve();
    let stream = served.begin("POST /api/v1/me/watchlists", "application/json", 1000);
    let (took, answer) = rt::task::spawn_blocking(move || drip(stream))
        .await
        .unwrap();
    assert!(
        (Duration::from_millis(250)..Duration::from_secs(3)).contains(&took),
        "{took:?}"
    );
    assert_eq!(problem(&answer, 408)["code"], "http.timeout");
    assert!(
        answer.to_ascii_lowercase().contains("connection: close"),
        "{answer}"
    );
    served.handle.stop(true).await;
}

#[actix_web::test]
async fn a_picture_that_drips_is_given_longer_but_not_for_ever() {
    let served = serve();
    let stream = served.begin_poster(100_000);
    let (took, answer) = rt::task::spawn_blocking(move || drip(stream))
        .await
        .unwrap();
    assert!(
        (Duration::from_millis(550)..Duration::from_secs(3)).contains(&took),
        "{took:?}"
    );
    assert_eq!(problem(&answer, 408)["code"], "http.timeout");
    served.handle.stop(true).await;
}

#[actix_web::test]
async fn a_body_that_comes_in_time_in_pieces_is_read() {
    let served = serve();
    let mut stream = served.begin("POST /api/v1/me/watchlists", "application/json", 17);
    let answer = rt::task::spawn_blocking(move || {
        for piece in ["{\"titl", "e\": \"", "Mine\"}"] {
            stream.write_all(piece.as_bytes()).unwrap();
            thread::sleep(Duration::from_millis(20));
        }
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).unwrap();
        String::from_utf8(bytes[..read].to_vec()).unwrap()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    served.handle.stop(true).await;
}

#[actix_web::test]
async fn pictures_that_find_no_room_are_asked_to_come_back() {
    let served = serve();
    let mut first = served.begin_poster(200_000);
    let second = served.begin_poster(200_000);
    let answer = rt::task::spawn_blocking(move || {
        first.write_all(&vec![0; 80_000]).unwrap();
        // Until the first has been read, there is room for the second.
        thread::sleep(Duration::from_millis(150));
        let mut stream = second;
        stream.write_all(&vec![0; 80_000]).unwrap();
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).unwrap();
        String::from_utf8(bytes[..read].to_vec()).unwrap()
    });
    let answer = answer.await.unwrap();
    assert_eq!(problem(&answer, 503)["code"], "http.uploads_full");
    assert!(
        answer.to_ascii_lowercase().contains("retry-after: 5"),
        "{answer}"
    );
    served.handle.stop(true).await;
}

#[actix_web::test]
async fn room_that_was_taken_is_given_back() {
    let mut settings = settings();
    settings.limits.upload_memory = 1000;
    let world = World::new();
    let anna = world.has(a_user());
    let film = world.has(a_film().owned_by(anna.id)).id;
    let token = world.token_of(&anna);
    let api = TestApi::with(world, settings).await;
    let picture = |size: usize| {
        let head = "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nPNG";
        let kind = "multipart/form-data; boundary=edge";
        let body = format!("{head}{}\r\n--edge--\r\n", "x".repeat(size));
        let path = format!("/api/v1/films/{film}/poster");
        api.put(path).by(&token).body(kind, body)
    };
    for _ in 0..3 {
        picture(900).expect(204).await;
        let refused = picture(1100).expect(503).await;
        assert_eq!(refused.code(), "http.uploads_full");
    }
}
