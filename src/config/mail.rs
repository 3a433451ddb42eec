//! Sending mails.
use super::{
    reader::Reader,
    values::{BaseUrl, SmtpServer, SmtpTls},
};
use infrastructure::notifications::{Credentials, MailLinks, Mailbox, SmtpConfig, SmtpSecurity};
use secrecy::{ExposeSecret, SecretString};
use std::{fs, path::PathBuf, time::Duration};

/// How mails are sent.
#[derive(Clone, Debug)]
pub struct MailConfig {
    /// By which server; without one what would be sent is only noted in the log.
    pub smtp: Option<SmtpConfig>,
    /// Where their links lead.
    pub links: MailLinks,
    /// Whether somebody said by which address people reach the service.
    pub leads_to_public: bool,
}

/// Reads the settings of mails; they are sent where a server is named.
pub(super) fn read(reader: &mut Reader, public_url: Option<&BaseUrl>, port: u16) -> MailConfig {
    let base = public_url.map_or_else(|| BaseUrl::local(port).to_string(), BaseUrl::to_string);
    let link = |path: &str| format!("{base}{path}?token=");
    MailConfig {
        smtp: read_smtp(reader),
        links: MailLinks {
            verify_email: link(presentation::VERIFY_EMAIL_PATH),
            reset_password: link(presentation::RESET_PASSWORD_PATH),
            unsubscribe: link(presentation::UNSUBSCRIBE_PATH),
        },
        leads_to_public: public_url.is_some(),
    }
}

fn read_smtp(reader: &mut Reader) -> Option<SmtpConfig> {
    let server = read_server(reader);
    let tls: Option<SmtpTls> = reader.optional("SMTP_TLS");
    let from: Option<Mailbox> = reader.optional("SMTP_FROM");
    let authority = read_authority(reader);
    let patience = reader.within("SMTP_TIMEOUT_SECONDS", 1..=60, 30);
    let server = server?;
    let security = security(tls.or(server.tls), server.port);
    if from.is_none() {
        reader.refuse("SMTP_FROM", "must say in whose name mails are sent");
    }
    let credentials = server.user.zip(server.password);
    let credentials = credentials.map(|(user, password)| Credentials { user, password });
    if credentials.is_some() && security == SmtpSecurity::None && !is_here(&server.host) {
        reader.refuse("SMTP_TLS", "would send the password for everybody to read");
    }
    Some(SmtpConfig {
        port: server.port.unwrap_or_else(|| usual_port(security)),
        host: server.host,
        security,
        credentials,
        from: from?,
        authority,
        patience: Duration::from_secs(patience.into()),
    })
}

/// The server, by one address or by several settings.
fn read_server(reader: &mut Reader) -> Option<SmtpServer> {
    let url = reader.secret("SMTP_URL");
    let host: Option<String> = reader.optional("SMTP_HOST");
    let port: Option<u16> = reader.optional("SMTP_PORT");
    let user: Option<String> = reader.optional("SMTP_USERNAME");
    let password = reader.secret("SMTP_PASSWORD");
    if let Some(url) = url {
        return of_url(
            reader,
            &url,
            host.is_some() || port.is_some() || user.is_some(),
        );
    }
    if user.is_some() != password.is_some() {
        reader.refuse("SMTP_USERNAME", "and SMTP_PASSWORD go together");
    }
    Some(SmtpServer {
        host: host?,
        port,
        user,
        password,
        tls: None,
    })
}

fn of_url(reader: &mut Reader, url: &SecretString, is_said_twice: bool) -> Option<SmtpServer> {
    if is_said_twice {
        let why = "says all that SMTP_HOST, SMTP_PORT and SMTP_USERNAME say; set one or the others";
        reader.refuse("SMTP_URL", why);
    }
    match url.expose_secret().trim().parse() {
        Ok(server) => Some(server),
        Err(failure) => {
            let failure: &str = failure;
            reader.refuse("SMTP_URL", failure);
            None
        }
    }
}

/// The file that the server's certificate is signed by.
fn read_authority(reader: &mut Reader) -> Option<Vec<u8>> {
    const NAME: &str = "SMTP_CA";
    let path: Option<String> = reader.optional(NAME);
    match fs::read(PathBuf::from(path?)) {
        Ok(pem) => Some(pem),
        Err(failure) => {
            reader.refuse(NAME, format!("names a file that cannot be read: {failure}"));
            None
        }
    }
}

/// The port of submissions is secured by STARTTLS, port 465 from the first byte (RFC 8314).
fn security(said: Option<SmtpTls>, port: Option<u16>) -> SmtpSecurity {
    match (said, port) {
        (Some(SmtpTls::None), _) => SmtpSecurity::None,
        (Some(SmtpTls::Tls), _) | (None, Some(465)) => SmtpSecurity::Tls,
        (Some(SmtpTls::StartTls) | None, _) => SmtpSecurity::StartTls,
    }
}

const fn usual_port(security: SmtpSecurity) -> u16 {
    match security {
        SmtpSecurity::None => 25,
        SmtpSecurity::StartTls => 587,
        SmtpSecurity::Tls => 465,
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    const FROM: (&str, &str) = ("SMTP_FROM", "Filmhub <films@example.org>");

    fn read_from(values: &[(&str, &str)]) -> (MailConfig, Vec<String>) {
        let mut reader = Reader::new(Sources::of(values), Vec::new());
        let config = read(&mut reader, None, 8080);
        (config, reader.finish().1)
    }

    #[track_caller]
    fn smtp(values: &[(&str, &str)]) -> SmtpConfig {
        let (config, errors) = read_from(&[values, &[FROM]].concat());
        assert_eq!(errors, [""; 0]);
        config.smtp.unwrap()
    }

    #[test]
    fn mails_are_sent_where_a_server_is_named() {
        let (config, errors) = read_from(&[FROM]);
        assert!(config.smtp.is_none() && errors.is_empty());
        assert_eq!(
            config.links.reset_password,
            "http://localhost:8080/account/reset-password?token="
        );
        let smtp = smtp(&[("SMTP_HOST", "mail.example.org")]);
        assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example.org", 587));
        assert_eq!(smtp.security, SmtpSecurity::StartTls);
        assert_eq!(smtp.from.email.to_string(), "films@example.org");
        assert!(smtp.credentials.is_none());
    }

    #[test]
    fn links_lead_to_the_public_address() {
        let mut reader = Reader::new(Sources::of(&[]), Vec::new());
        let public: BaseUrl = "https://films.example/".parse().unwrap();
        let links = read(&mut reader, Some(&public), 8080).links;
        let expected = "https://films.example/account/unsubscribe?token=";
        assert_eq!(links.unsubscribe, expected);
    }

    #[test]
    fn one_address_says_it_all() {
        let url = "smtps://anna%40example.org:p%3Ass@mail.example.org";
        let config = smtp(&[("SMTP_URL", url)]);
        assert_eq!(
            (config.host.as_str(), config.port),
            ("mail.example.org", 465)
        );
        assert_eq!(config.security, SmtpSecurity::Tls);
        let credentials = config.credentials.unwrap();
        assert_eq!(credentials.user, "anna@example.org");
        assert_eq!(credentials.password.expose_secret(), "p:ss");
        let plain = smtp(&[("SMTP_URL", "smtp://localhost:2525?tls=none")]);
        assert_eq!((plain.port, plain.security), (2525, SmtpSecurity::None));
    }

    #[test]
    fn the_port_says_how_the_way_is_secured_unless_somebody_else_does() {
        let host = ("SMTP_HOST", "mail.example.org");
        let of = |more: &[(&str, &str)]| {
            let config = smtp(&[&[host], more].concat());
            (config.port, config.security)
        };
        assert_eq!(of(&[("SMTP_PORT", "465")]), (465, SmtpSecurity::Tls));
        assert_eq!(of(&[("SMTP_PORT", "25")]), (25, SmtpSecurity::StartTls));
        assert_eq!(of(&[("SMTP_TLS", "tls")]), (465, SmtpSecurity::Tls));
        assert_eq!(of(&[("SMTP_TLS", "none")]), (25, SmtpSecurity::None));
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        let host = ("SMTP_HOST", "mail.example.org");
        let bad: [&[(&str, &str)]; 7] = [
            &[host],
            &[host, FROM, ("SMTP_USERNAME", "anna")],
            &[host, FROM, ("SMTP_URL", "smtp://mail.example.org")],
            &[FROM, ("SMTP_URL", "https://mail.example.org")],
            &[host, FROM, ("SMTP_CA", "/nowhere/ca.pem")],
            &[host, ("SMTP_FROM", "nobody")],
            &[
                FROM,
                ("SMTP_URL", "smtp://anna:secret@mail.example.org?tls=none"),
            ],
        ];
        for values in bad {
            let errors = read_from(values).1;
            assert!(!errors.is_empty(), "{values:?}");
            assert!(errors.iter().all(|error| error.starts_with("SMTP_")));
            assert!(errors.iter().all(|error| !error.contains("secret")));
        }
        let here = smtp(&[("SMTP_URL", "smtp://anna:secret@127.0.0.1?tls=none")]);
        assert!(here.credentials.is_some());
    }
}
