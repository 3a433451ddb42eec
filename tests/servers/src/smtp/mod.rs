//! A server of mails that takes what it is sent, unless a test says otherwise.
mod mail;
mod talk;

use crate::serving::Serving;
pub use mail::ReceivedMail;
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, rustls};

/// What goes wrong with the next mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTrouble {
    /// Its reader is answered with this, such as `550 no such mailbox`; the address is added.
    Answers(&'static str),
    /// Nothing is said any more, as soon as the connection is there.
    Hangs,
    /// The connection is closed in the middle of the mail.
    Vanishes,
    /// Something else than a server of mails answers.
    Babbles,
}

/// What it is and what it was told.
#[derive(Default)]
struct State {
    credentials: Option<(String, String)>,
    tls: Option<TlsAcceptor>,
    troubles: VecDeque<SmtpTrouble>,
    received: Vec<ReceivedMail>,
    connections: usize,
}

/// A server of mails.
pub struct SmtpServer {
    serving: Serving,
    state: Arc<Mutex<State>>,
    authority: Option<String>,
}

impl SmtpServer {
    /// Starts a server that offers no security and lets everybody in.
    #[must_use]
    pub fn start() -> Self {
        Self::of(State::default(), None)
    }

    /// Starts a server that talks of mails only once the way is secured by STARTTLS, and only with
    /// whoever shows this name and password.
    #[must_use]
    pub fn secured(user: &str, password: &str) -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
        let made = made.expect("a certificate can be made");
        let key = made.signing_key.serialize_der();
        let key =
            rustls::pki_types::PrivateKeyDer::try_from(key).expect("a key that was just made");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("the provider knows the usual versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a certificate goes with its key");
        let state = State {
            credentials: Some((user.to_owned(), password.to_owned())),
            tls: Some(TlsAcceptor::from(Arc::new(tls))),
            ..State::default()
        };
        Self::of(state, Some(made.cert.pem()))
    }

    fn of(state: State, authority: Option<String>) -> Self {
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let serving = Serving::start(|listener| async move {
            loop {
                let (connection, _) = listener.accept().await?;
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes away in the middle is part of the play.
                    let _ = serve(connection, &state).await;
                });
            }
        });
        Self {
            serving,
            state,
            authority,
        }
    }

    /// The port that it listens at, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.serving.port()
    }

    /// The certificate by which it is known, in PEM.
    ///
    /// # Panics
    /// When it has none.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.authority.as_deref().expect("it was started secured")
    }

    /// Says what goes wrong with the next mails, one after the other.
    pub fn has(&self, troubles: impl IntoIterator<Item = SmtpTrouble>) {
        locked(&self.state).troubles.extend(troubles);
    }

    /// The mails it has taken, the oldest first.
    #[must_use]
    pub fn received(&self) -> Vec<ReceivedMail> {
        locked(&self.state).received.clone()
    }

    /// How many connections there were.
    #[must_use]
    pub fn connections(&self) -> usize {
        locked(&self.state).connections
    }

    /// Waits for a mail to somebody, the newest of this subject.
    ///
    /// # Panics
    /// When none comes within half a minute.
    #[must_use]
    pub fn wait_for(&self, to: &str, subject: &str) -> ReceivedMail {
        const MOST: Duration = Duration::from_secs(30);
        let start = Instant::now();
        loop {
            let received = self.received();
            let mut fitting = received.iter().rev();
            let fits = |mail: &&ReceivedMail| mail.to == to && mail.header("Subject") == subject;
            if let Some(mail) = fitting.find(fits) {
                return mail.clone();
            }
            let seen: Vec<String> = received.iter().map(|mail| mail.header("Subject")).collect();
            assert!(
                start.elapsed() < MOST,
                "no mail of `{subject}` came, but {seen:?}"
            );
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(connection: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let (tls, is_mute, babbles) = {
        let mut state = locked(state);
        state.connections += 1;
        let is_mute = state.troubles.front() == Some(&SmtpTrouble::Hangs);
        let babbles = state.troubles.front() == Some(&SmtpTrouble::Babbles);
        if is_mute || babbles {
            state.troubles.pop_front();
        }
        (state.tls.clone(), is_mute, babbles)
    };
    if is_mute {
        return std::future::pending().await;
    }
    if babbles {
        return talk::babble(connection).await;
    }
    let Some(tls) = tls else {
        return talk::talk(connection, state).await;
    };
    let secured = tls.accept(talk::until_secured(connection).await?).await?;
    talk::talk(secured, state).await
}
