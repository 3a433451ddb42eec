//! What a server of mails and its client say to each other (RFC 5321, 3207, 4954).
use super::{ReceivedMail, SmtpTrouble, State, locked};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{
    io::{self, ErrorKind},
    sync::Mutex,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
};

/// Talks as something else than a server of mails.
pub(super) async fn babble(mut connection: TcpStream) -> io::Result<()> {
    connection
        .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await?;
    connection.shutdown().await
}

/// Talks until the way is to be secured; nothing of mails is listened to before.
pub(super) async fn until_secured(connection: TcpStream) -> io::Result<TcpStream> {
    let mut talk = Talk::with(connection);
    talk.say("220 test ESMTP").await?;
    loop {
        match talk.hear().await?.to_ascii_uppercase().as_str() {
            line if line.starts_with("EHLO") => talk.say("250-test\r\n250 STARTTLS").await?,
            "STARTTLS" => {
                talk.say("220 go ahead").await?;
                return Ok(talk.stream.into_inner());
            }
            "QUIT" => return Err(ErrorKind::ConnectionAborted.into()),
            _ => talk.say("530 STARTTLS first").await?,
        }
    }
}

/// Talks about mails until the client says goodbye.
pub(super) async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    connection: S,
    state: &Mutex<State>,
) -> io::Result<()> {
    let credentials = locked(state).credentials.clone();
    let is_secured = locked(state).tls.is_some();
    let mut talk = Talk::with(connection);
    if !is_secured {
        talk.say("220 test ESMTP").await?;
    }
    let mut is_let_in = credentials.is_none();
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let line = talk.hear().await?;
        match line.to_ascii_uppercase().as_str() {
            said if said.starts_with("EHLO") => {
                talk.say("250-test\r\n250-SMTPUTF8\r\n250-8BITMIME\r\n250 AUTH PLAIN")
                    .await?;
            }
            said if said.starts_with("AUTH PLAIN ") => {
                is_let_in = is_let_in || shown(&line) == credentials;
                let answer = if is_let_in {
                    "235 welcome"
                } else {
                    "535 not you"
                };
                talk.say(answer).await?;
            }
            "NOOP" | "RSET" => talk.say("250 as you like").await?,
            "QUIT" => return talk.say("221 goodbye").await,
            _ if !is_let_in => talk.say("530 who are you?").await?,
            said if said.starts_with("MAIL FROM:") => {
                from = address(&line);
                talk.say("250 from there").await?;
            }
            said if said.starts_with("RCPT TO:") => {
                to = address(&line);
                let trouble = locked(state).troubles.pop_front();
                match trouble {
                    None => talk.say("250 to there").await?,
                    Some(SmtpTrouble::Answers(answer)) => {
                        // As servers do: the address is repeated.
                        talk.say(&format!("{answer} <{to}>")).await?;
                    }
                    Some(_) => return Ok(()),
                }
            }
            "DATA" => {
                talk.say("354 end with a dot").await?;
                let data = talk.hear_mail().await?;
                let mail = ReceivedMail::new(from.clone(), to.clone(), data);
                locked(state).received.push(mail);
                talk.say("250 taken").await?;
            }
            _ => talk.say("502 what?").await?,
        }
    }
}

/// Name and password of `AUTH PLAIN`.
fn shown(line: &str) -> Option<(String, String)> {
    let (_, coded) = line.rsplit_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
    let mut parts = decoded.split('\0').skip(1);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or("", |(address, _)| address).to_owned()
}

struct Talk<S> {
    stream: BufReader<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    fn with(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.stream
            .write_all(format!("{line}\r\n").as_bytes())
            .await?;
        self.stream.flush().await
    }

    async fn hear(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }

    /// Everything up to the line with nothing but a dot.
    async fn hear_mail(&mut self) -> io::Result<String> {
        let mut mail = String::new();
        loop {
            let line = self.hear().await?;
            if line == "." {
                return Ok(mail);
            }
            mail.push_str(line.strip_prefix('.').unwrap_or(&line));
            mail.push_str("\r\n");
        }
    }
}
