//! An HTTP server that answers what a test tells it to, right or wrong, byte by byte.
use crate::serving::Serving;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What is answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A JSON document, with status 200.
    Json(String),
    /// A status with headers and a body.
    Status(u16, Vec<(&'static str, String)>, String),
    /// A document of this type, with status 200.
    Document(&'static str, Vec<u8>),
    /// Nothing, for ever.
    Hang,
    /// A JSON document after a while.
    After(Duration, String),
    /// The first half of what was promised, and then the connection is closed.
    Half(String),
    /// A JSON text that is so many bytes long, sent in pieces.
    Endless(usize),
    /// The connection is closed at once.
    Closed,
}

impl Reply {
    /// A status with a body and no more.
    #[must_use]
    pub fn status(status: u16, body: &str) -> Self {
        Self::Status(status, Vec::new(), body.to_owned())
    }
}

#[derive(Debug, Default)]
struct Script {
    /// The start of a path with its query, and what is answered to it; the newest counts.
    replies: Vec<(String, Reply)>,
    requests: Vec<String>,
}

/// An HTTP server that answers as it is told, and remembers what it was asked. It also serves as an
/// HTTP or SOCKS5 proxy that answers by itself whatever it is asked for.
#[derive(Debug)]
pub struct ScriptedServer {
    serving: Serving,
    script: Arc<Mutex<Script>>,
}

impl ScriptedServer {
    /// Starts a server that knows nothing: whatever it is asked, it answers 404.
    #[must_use]
    pub fn start() -> Self {
        let script: Arc<Mutex<Script>> = Arc::default();
        let shared = Arc::clone(&script);
        let serving = Serving::start(|listener| async move {
            loop {
                let (connection, _) = listener.accept().await?;
                let script = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes away in the middle is part of the play.
                    let _ = serve(connection, &script).await;
                });
            }
        });
        Self { serving, script }
    }

    /// Says what is answered from now on to requests whose path and query start so.
    pub fn answers(&self, start: &str, reply: Reply) {
        locked(&self.script).replies.push((start.to_owned(), reply));
    }

    /// The heads of all requests so far, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        locked(&self.script).requests.clone()
    }

    /// How many requests came.
    #[must_use]
    pub fn count(&self) -> usize {
        locked(&self.script).requests.len()
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.serving.endpoint()
    }

    /// Stops listening and closes every connection.
    pub fn stop(&mut self) {
        self.serving.stop();
    }
}

fn locked(script: &Mutex<Script>) -> MutexGuard<'_, Script> {
    script.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut connection: TcpStream, script: &Mutex<Script>) -> io::Result<()> {
    shake_hands(&mut connection).await?;
    let head = read_head(&mut connection).await?;
    let reply = {
        let mut script = locked(script);
        let path = path_of(&head).to_owned();
        script.requests.push(head);
        let told = script.replies.iter().rev();
        let mut told = told.filter(|(start, _)| path.starts_with(start));
        told.next().map(|(_, reply)| reply.clone())
    };
    send(
        &mut connection,
        reply.unwrap_or_else(|| Reply::status(404, "{}")),
    )
    .await
}

/// Speaks SOCKS5 with a client that begins so, and promises it any connection it asks for.
async fn shake_hands(connection: &mut TcpStream) -> io::Result<()> {
    const VERSION: u8 = 5;
    let mut first = [0];
    connection.peek(&mut first).await?;
    if first != [VERSION] {
        return Ok(());
    }
    let mut greeting = [0; 2];
    connection.read_exact(&mut greeting).await?;
    let [_, methods] = greeting;
    let mut methods = vec![0; usize::from(methods)];
    connection.read_exact(&mut methods).await?;
    connection.write_all(&[VERSION, 0]).await?;
    let mut request = [0; 4];
    connection.read_exact(&mut request).await?;
    let [.., kind] = request;
    let address = match kind {
        1 => 4,
        4 => 16,
        _ => usize::from(connection.read_u8().await?),
    };
    let mut address_and_port = vec![0; address + 2];
    connection.read_exact(&mut address_and_port).await?;
    connection
        .write_all(&[VERSION, 0, 0, 1, 0, 0, 0, 0, 0, 0])
        .await
}

async fn read_head(connection: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// The path and query, also where a proxy is asked for a whole address.
fn path_of(head: &str) -> &str {
    let target = head.split(' ').nth(1).unwrap_or_default();
    match target.split_once("://") {
        Some((_, rest)) => rest
            .split_once('/')
            .map_or("/", |(host, _)| rest.trim_start_matches(host)),
        None => target,
    }
}

async fn send(connection: &mut TcpStream, reply: Reply) -> io::Result<()> {
    match reply {
        Reply::Json(body) => send_whole(connection, 200, &[], &body).await,
        Reply::Document(kind, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 Said\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n"
            );
            connection.write_all(head.as_bytes()).await?;
            connection.write_all(&body).await?;
            connection.shutdown().await
        }
        Reply::Status(status, headers, body) => {
            send_whole(connection, status, &headers, &body).await
        }
        Reply::After(pause, body) => {
            tokio::time::sleep(pause).await;
            send_whole(connection, 200, &[], &body).await
        }
        Reply::Half(body) => {
            let head = head(200, &[], body.len());
            connection.write_all(head.as_bytes()).await?;
            let (half, _) = body.as_bytes().split_at(body.len() / 2);
            connection.write_all(half).await?;
            connection.shutdown().await
        }
        Reply::Endless(length) => send_endless(connection, length).await,
        Reply::Hang => {
            std::future::pending::<()>().await;
            Ok(())
        }
        Reply::Closed => Ok(()),
    }
}

async fn send_endless(connection: &mut TcpStream, length: usize) -> io::Result<()> {
    let piece = vec![b' '; 64 * 1024];
    let head = head(200, &[], length);
    connection.write_all(head.as_bytes()).await?;
    let mut left = length;
    while left > 0 {
        let (now, _) = piece.split_at(left.min(piece.len()));
        connection.write_all(now).await?;
        left -= now.len();
    }
    Ok(())
}

async fn send_whole(
    connection: &mut TcpStream,
    status: u16,
    headers: &[(&'static str, String)],
    body: &str,
) -> io::Result<()> {
    let head = head(status, headers, body.len());
    connection.write_all(head.as_bytes()).await?;
    connection.write_all(body.as_bytes()).await?;
    connection.shutdown().await
}

fn head(status: u16, headers: &[(&'static str, String)], length: usize) -> String {
    let headers = headers.iter().fold(String::new(), |lines, (name, value)| {
        lines + name + ": " + value + "\r\n"
    });
    format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\n{headers}\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net,
    };

    fn ask(server: &ScriptedServer, path: &str) -> String {
        let address = server.endpoint().replace("http://", "");
        let mut connection = net::TcpStream::connect(address).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn it_answers_as_it_is_told_and_the_newest_word_counts() {
        let server = ScriptedServer::start();
        assert!(ask(&server, "/films").starts_with("HTTP/1.1 404"));
        server.answers("/films", Reply::Json("[]".into()));
        assert!(ask(&server, "/films?page=1").ends_with("\r\n\r\n[]"));
        server.answers("/films", Reply::status(500, "oops"));
        assert!(ask(&server, "/films").starts_with("HTTP/1.1 500"));
        assert_eq!(server.count(), 3);
        assert!(server.requests()[1].starts_with("GET /films?page=1 "));
    }

    #[test]
    fn a_half_answer_promises_more_than_it_gives() {
        let server = ScriptedServer::start();
        server.answers("/", Reply::Half("[1, 2, 3]".into()));
        let answer = ask(&server, "/");
        assert!(answer.contains("content-length: 9") && answer.ends_with("\r\n\r\n[1, "));
    }

    #[test]
    fn a_proxy_is_asked_for_whole_addresses() {
        assert_eq!(path_of("GET http://a.example/3/x?y HTTP/1.1"), "/3/x?y");
        assert_eq!(path_of("GET /3/x HTTP/1.1"), "/3/x");
    }
}
