//! Mails by SMTP.
use super::letter::{Letter, MailLinks};
use application::{
    notifications::ports::{Mail, MailError, Mailer},
    shared::store::Cause,
};
use async_trait::async_trait;
use domain::shared::Language;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        self, PoolConfig,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, time::Duration};
use tokio::time::timeout;

/// How a server of mails is reached.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Where it is.
    pub host: String,
    /// At which port.
    pub port: u16,
    /// How the way there is secured.
    pub security: SmtpSecurity,
    /// As whom it is asked, where it wants to know.
    pub credentials: Option<Credentials>,
    /// In whose name mails are sent.
    pub from: Mailbox,
    /// The certificate that its own is signed by, in PEM, where no system knows it.
    pub authority: Option<Vec<u8>>,
    /// How long sending one mail may take.
    pub patience: Duration,
}

/// How the way to a server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Not at all; for a server on the same machine.
    None,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// By TLS from the first byte.
    Tls,
}

/// A name and its password.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// The settings do not fit together.
#[derive(Debug, thiserror::Error)]
#[error("the connection to the server of mails cannot be secured")]
pub struct UnusableSmtp(#[source] smtp::Error);

/// Sends mails by SMTP.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    patience: Duration,
    links: MailLinks,
    language: Language,
}

impl SmtpMailer {
    /// Makes a mailer; nothing is asked yet. Readers of whom no language is known are written to in this
    /// one.
    ///
    /// # Errors
    /// [`UnusableSmtp`] when the certificate of the authority is none.
    pub fn new(
        config: &SmtpConfig,
        links: MailLinks,
        language: Language,
    ) -> Result<Self, UnusableSmtp> {
        /// Mails come one by one; more connections than jobs of the kind are of no use.
        const CONNECTIONS: u32 = 4;
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls(config).map_err(UnusableSmtp)?)
            .timeout(Some(config.patience))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some(Credentials { user, password }) = &config.credentials {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials((user.clone(), password).into());
        }
        Ok(Self {
            transport: transport.build(),
            from: config.from.clone(),
            patience: config.patience,
            links,
            language,
        })
    }

    /// Greets the server, secures the way and says who asks, but sends nothing.
    ///
    /// # Errors
    /// [`MailError`] as [`send`](Mailer::send).
    pub async fn check(&self) -> Result<(), MailError> {
        let asking = self.in_time(self.transport.test_connection());
        if asking.await? {
            Ok(())
        } else {
            Err(MailError::Unavailable("the server is not ready".into()))
        }
    }

    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, smtp::Error>>,
    ) -> Result<T, MailError> {
        match timeout(self.patience, work).await {
            Ok(done) => done.map_err(|failure| meant(&failure)),
            Err(_elapsed) => {
                let told = format!("no answer within {} s", self.patience.as_secs());
                Err(MailError::Unavailable(told.into()))
            }
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, Cause> {
        const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");
        const UNSUBSCRIBE: HeaderName = HeaderName::new_from_ascii_str("List-Unsubscribe");
        const UNSUBSCRIBE_POST: HeaderName =
            HeaderName::new_from_ascii_str("List-Unsubscribe-Post");
        let letter = Letter::write(mail, &self.links, self.language)?;
        let to: Address = mail
            .to
            .as_str()
            .parse()
            .map_err(|_names_it| "the address is not one that a mail can be sent to")?;
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .date(mail.at.into())
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            // Nobody's "I am on holiday" is to answer (RFC 3834).
            .raw_header(HeaderValue::new(
                AUTO_SUBMITTED,
                "auto-generated".to_owned(),
            ));
        if let Some(way_out) = self.links.unsubscribe(mail) {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            message = message
                .raw_header(HeaderValue::new(UNSUBSCRIBE, format!("<{way_out}>")))
                .raw_header(HeaderValue::new(UNSUBSCRIBE_POST, one_click));
        }
        let body = MultiPart::alternative_plain_html(letter.plain, letter.html);
        Ok(message.multipart(body)?)
    }
}

fn tls(config: &SmtpConfig) -> Result<Tls, smtp::Error> {
    let parameters = || {
        let mut parameters = TlsParameters::builder(config.host.clone());
        if let Some(pem) = &config.authority {
            parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
        }
        parameters.build()
    };
    Ok(match config.security {
        SmtpSecurity::None => Tls::None,
        SmtpSecurity::StartTls => Tls::Required(parameters()?),
        SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
    })
}

/// What a failure means. What a server says of it may repeat the address, so only its number is kept.
fn meant(failure: &smtp::Error) -> MailError {
    /// The server does not let us in (RFC 4954, section 6): the settings are to be corrected, and then
    /// the mail can be sent.
    const NOT_LET_IN: [u16; 4] = [530, 534, 535, 538];
    let Some(code) = failure.status() else {
        return if failure.is_response() {
            MailError::Unavailable("the server does not speak SMTP".into())
        } else {
            // Nobody there, not to be trusted, or without something that is needed.
            MailError::Unavailable(failure.to_string().into())
        };
    };
    let code = u16::from(code);
    let told = format!("the server answers {code}").into();
    if failure.is_permanent() && !NOT_LET_IN.contains(&code) {
        MailError::Refused(told)
    } else {
        MailError::Unavailable(told)
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail).map_err(MailError::Refused)?;
        self.in_time(self.transport.send(message)).await?;
        Ok(())
    }
}
