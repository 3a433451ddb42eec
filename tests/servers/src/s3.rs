//! An S3 server in this process, and one that never answers.
use crate::serving::Serving;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use std::{fs, io, path::PathBuf};
use tempfile::TempDir;

const BUCKET: &str = "filmhub-posters";
const ACCESS_KEY: &str = "test-access-key";
const SECRET_KEY: &str = "test-secret-key";

/// An S3 server with one bucket that takes signed requests only. It does not depend on the runtime
/// of a test, so that tests may share it.
#[derive(Debug)]
pub struct S3Server {
    serving: Serving,
    folder: TempDir,
}

impl S3Server {
    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("no temporary folder could be made");
        fs::create_dir(folder.path().join(BUCKET)).expect("the bucket could not be made");
        let mut builder =
            S3ServiceBuilder::new(FileSystem::new(folder.path()).expect("the folder is there"));
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        Self {
            serving: Serving::start(|listener| serve(listener, service)),
            folder,
        }
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.serving.endpoint()
    }

    /// The bucket that is there.
    #[must_use]
    pub fn bucket(&self) -> &str {
        BUCKET
    }

    /// The key that requests are to be signed with.
    #[must_use]
    pub fn access_key(&self) -> &str {
        ACCESS_KEY
    }

    /// The secret of that key.
    #[must_use]
    pub fn secret_key(&self) -> &str {
        SECRET_KEY
    }

    /// The folder whose files are the objects of the bucket.
    #[must_use]
    pub fn bucket_folder(&self) -> PathBuf {
        self.folder.path().join(BUCKET)
    }

    /// Stops listening and closes every connection; requests find nobody from now on.
    pub fn stop(&mut self) {
        self.serving.stop();
    }
}

async fn serve(listener: tokio::net::TcpListener, service: S3Service) -> io::Result<()> {
    loop {
        let (socket, _) = listener.accept().await?;
        let service = service.clone();
        tokio::spawn(async move {
            let server = Builder::new(TokioExecutor::new());
            // The client's side of a broken connection is what a test looks at.
            let _ = server.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

/// A server that accepts connections, reads nothing and never answers.
#[derive(Debug)]
pub struct MuteServer(Serving);

impl MuteServer {
    /// Starts a server.
    #[must_use]
    pub fn start() -> Self {
        Self(Serving::start(|listener| async move {
            let mut held = Vec::new();
            loop {
                held.push(listener.accept().await?);
            }
        }))
    }

    /// Its URL.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.0.endpoint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net::TcpStream,
        time::Duration,
    };

    fn connect(endpoint: &str) -> io::Result<TcpStream> {
        let connection = TcpStream::connect(endpoint.strip_prefix("http://").unwrap())?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(connection)
    }

    #[test]
    fn requests_without_a_signature_are_refused() {
        let server = S3Server::start();
        let mut connection = connect(&server.endpoint()).unwrap();
        let request = format!(
            "PUT /{}/a HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\nconnection: close\r\n\r\na",
            server.bucket()
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(!server.bucket_folder().join("a").exists());
    }

    #[test]
    fn a_stopped_server_refuses_connections_and_has_closed_those_it_had() {
        let mut server = S3Server::start();
        let mut connection = connect(&server.endpoint()).unwrap();
        server.stop();
        assert!(connect(&server.endpoint()).is_err());
        // Closed shows as an end or as a reset, never as silence.
        let read = connection.read(&mut [0; 16]);
        assert!(
            !matches!(&read, Err(e) if e.kind() == io::ErrorKind::WouldBlock),
            "{read:?}"
        );
    }

    #[test]
    fn a_mute_server_accepts_and_says_nothing() {
        let server = MuteServer::start();
        let mut connection = connect(&server.endpoint()).unwrap();
        connection
            .set_read_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        connection
            .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            .unwrap();
        let silence = connection.read(&mut [0; 16]).unwrap_err();
        assert_eq!(silence.kind(), io::ErrorKind::WouldBlock);
    }
}
