//! Mails, handed to a real server over TCP.
use application::notifications::ports::{Mail, MailError, MailSecret, Mailer};
use chrono::DateTime;
use domain::{
    identity::{EmailAddress, Username},
    notifications::LetterKind,
    shared::{Id, Language},
};
use infrastructure::notifications::{
    Credentials, LoggedMailer, MailLinks, SmtpConfig, SmtpMailer, SmtpSecurity,
};
use proptest::prelude::*;
use std::{
    error::Error,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use test_servers::{SmtpServer, SmtpTrouble};
use uuid::Uuid;

const ADDRESS: &str = "anna@example.org";

fn config(server: &SmtpServer) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        security: SmtpSecurity::None,
        credentials: None,
        from: "Filmhub <films@example.org>".parse().unwrap(),
        authority: None,
        patience: Duration::from_secs(30),
    }
}

/// With what a server wants that was started secured.
fn secured(server: &SmtpServer, password: &str) -> SmtpConfig {
    SmtpConfig {
        security: SmtpSecurity::StartTls,
        credentials: Some(Credentials {
            user: "films".to_owned(),
            password: password.to_owned().into(),
        }),
        authority: Some(server.authority().as_bytes().to_vec()),
        ..config(server)
    }
}

fn mailer(config: &SmtpConfig) -> SmtpMailer {
    let links = MailLinks {
        verify_email: "https://films.example/verify?token=".to_owned(),
        reset_password: "https://films.example/reset?token=".to_owned(),
        unsubscribe: "https://films.example/stop?token=".to_owned(),
    };
    SmtpMailer::new(config, links, Language::English).unwrap()
}

fn mail(letter: LetterKind, to: &str) -> Mail {
    Mail {
        id: Uuid::from_u128(7),
        user: Id::from_uuid(Uuid::from_u128(8)),
        to: EmailAddress::parse(to).unwrap(),
        name: Some(Username::parse("Анна").unwrap()),
        language: None,
        letter,
        token: letter.token().map(|_| MailSecret("s3cret".to_owned())),
        unsubscribe: None,
        at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
    }
}

/// All that is said of a failure, as it is kept and logged.
fn told(failure: &MailError) -> String {
    let cause = failure.source().map(ToString::to_string);
    format!("{failure} {failure:?} {}", cause.unwrap_or_default())
}

#[tokio::test]
async fn a_mail_arrives_in_both_forms() {
    let server = SmtpServer::start();
    let mailer = mailer(&config(&server));
    let reset = mail(LetterKind::ResetPassword, ADDRESS);
    mailer.send(&reset).await.unwrap();
    let russian = Mail {
        language: Some(Language::Russian),
        ..reset
    };
    mailer.send(&russian).await.unwrap();
    let received = server.received();
    let english = &received[0];
    assert_eq!(
        (english.from.as_str(), english.to.as_str()),
        ("films@example.org", ADDRESS)
    );
    assert_eq!(english.header("From"), "Filmhub <films@example.org>");
    assert_eq!(english.header("To"), ADDRESS);
    assert_eq!(english.header("Subject"), "A new password for Filmhub");
    assert_eq!(english.header("Date"), "Fri, 15 Jan 2027 08:00:00 +0000");
    assert_eq!(
        english.header("Message-ID"),
        "<00000000-0000-0000-0000-000000000007@example.org>"
    );
    assert_eq!(english.header("Auto-Submitted"), "auto-generated");
    assert_eq!(english.header("List-Unsubscribe"), "");
    let link = "https://films.example/reset?token=s3cret";
    assert_eq!(english.link("https://films.example/reset"), link);
    assert!(
        english
            .part("text/html")
            .contains(&format!("href=\"{link}\""))
    );
    assert!(english.part("text/plain").starts_with("Hello, Анна!"));
    assert_eq!(received[1].header("Subject"), "Новый пароль для Filmhub");
    assert!(
        received[1]
            .part("text/plain")
            .starts_with("Здравствуйте, Анна!")
    );
}

#[tokio::test]
async fn a_mail_that_can_be_done_without_says_how_to_stop_it() {
    let server = SmtpServer::start();
    let seal = "x".repeat(43);
    let greeting = Mail {
        unsubscribe: Some(MailSecret(format!("{}.any.{seal}", Uuid::from_u128(8)))),
        ..mail(LetterKind::Welcome, ADDRESS)
    };
    mailer(&config(&server)).send(&greeting).await.unwrap();
    let received = server.received().remove(0);
    let way_out = received.link("https://films.example/stop");
    assert_eq!(received.header("List-Unsubscribe"), format!("<{way_out}>"));
    let one_click = received.header("List-Unsubscribe-Post");
    assert_eq!(one_click, "List-Unsubscribe=One-Click");
}

#[tokio::test]
async fn the_way_is_secured_before_the_password_is_shown() {
    let server = SmtpServer::secured("films", "sesame");
    let right = mailer(&secured(&server, "sesame"));
    right.check().await.unwrap();
    assert!(server.received().is_empty(), "looking sends nothing");
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    right.send(&welcome).await.unwrap();
    assert_eq!(server.received().len(), 1);
    // A server that nobody vouches for gets neither password nor mail.
    let unknown = SmtpConfig {
        authority: None,
        ..secured(&server, "sesame")
    };
    let refused = mailer(&unknown).send(&welcome).await.unwrap_err();
    assert!(matches!(refused, MailError::Unavailable(_)), "{refused:?}");
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_in_clear_where_security_is_asked_for() {
    let server = SmtpServer::start();
    let cautious = SmtpConfig {
        security: SmtpSecurity::StartTls,
        ..config(&server)
    };
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    let refused = mailer(&cautious).send(&welcome).await.unwrap_err();
    assert!(matches!(refused, MailError::Unavailable(_)), "{refused:?}");
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_a_matter_of_the_settings_and_not_of_the_mail() {
    let server = SmtpServer::secured("films", "sesame");
    let wrong = mailer(&secured(&server, "abracadabra"));
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    for failure in [
        wrong.check().await.unwrap_err(),
        wrong.send(&welcome).await.unwrap_err(),
    ] {
        assert!(matches!(failure, MailError::Unavailable(_)), "{failure:?}");
        assert!(told(&failure).contains("535"), "{failure:?}");
        assert!(!told(&failure).contains("abracadabra"));
    }
}

#[tokio::test]
async fn what_a_server_says_later_is_tried_later_and_what_it_refuses_never() {
    let server = SmtpServer::start();
    let mailer = mailer(&config(&server));
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    for (answer, is_for_good) in [
        ("421 busy", false),
        ("450 greylisted, come back", false),
        ("452 full", false),
        ("550 no such mailbox", true),
        ("553 not a name", true),
        ("554 we do not like you", true),
    ] {
        server.has([SmtpTrouble::Answers(answer)]);
        let failure = mailer.send(&welcome).await.unwrap_err();
        let is_refused = matches!(failure, MailError::Refused(_));
        assert_eq!(is_refused, is_for_good, "{answer}: {failure:?}");
        // The server repeats the address; we do not.
        let told = told(&failure);
        assert!(told.contains(&answer[..3]) && !told.contains('@'), "{told}");
    }
    mailer.send(&welcome).await.unwrap();
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn a_server_that_hangs_vanishes_or_babbles_costs_a_bounded_time() {
    let server = SmtpServer::start();
    let hasty = SmtpConfig {
        patience: Duration::from_millis(300),
        ..config(&server)
    };
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    for trouble in [
        SmtpTrouble::Hangs,
        SmtpTrouble::Vanishes,
        SmtpTrouble::Babbles,
    ] {
        server.has([trouble]);
        let mailer = mailer(&hasty);
        let sending = tokio::time::timeout(Duration::from_secs(20), mailer.send(&welcome));
        let failure = sending.await.expect("it ends by itself").unwrap_err();
        assert!(matches!(failure, MailError::Unavailable(_)), "{failure:?}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_connection_that_the_server_has_closed_meanwhile_is_opened_again() {
    let server = SmtpServer::start();
    let mailer = mailer(&config(&server));
    let welcome = mail(LetterKind::Welcome, ADDRESS);
    mailer.send(&welcome).await.unwrap();
    server.has([SmtpTrouble::Vanishes]);
    mailer.send(&welcome).await.unwrap_err();
    mailer.send(&welcome).await.unwrap();
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn nobody_there_is_a_matter_of_time() {
    let nowhere = {
        let server = SmtpServer::start();
        config(&server)
    };
    let failure = mailer(&nowhere).check().await.unwrap_err();
    assert!(matches!(failure, MailError::Unavailable(_)), "{failure:?}");
}

#[tokio::test]
async fn addresses_in_every_script_are_written_to() {
    let server = SmtpServer::start();
    let welcome = mail(LetterKind::Welcome, "анна@почта.рф");
    mailer(&config(&server)).send(&welcome).await.unwrap();
    assert_eq!(server.received()[0].to, "анна@почта.рф");
}

/// Collects log lines.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What sending a mail writes into the log, at every level, where no server is set up.
fn logged(mail: &Mail) -> String {
    let lines = Lines::default();
    let written = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || written.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    tracing::subscriber::with_default(subscriber, || {
        runtime.block_on(LoggedMailer.send(mail)).unwrap();
    });
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn without_a_server_the_log_tells_which_mail_but_neither_address_nor_name_nor_secret(
        letter in prop::sample::select(LetterKind::ALL.as_slice()),
        local in "[a-z]{8,20}",
        name in "[A-Z]{8,20}",
        secret in "[A-Za-z0-9_-]{43}",
    ) {
        let mail = Mail {
            name: Some(Username::parse(&name).unwrap()),
            token: Some(MailSecret(secret.clone())),
            unsubscribe: Some(MailSecret(secret.clone())),
            ..mail(letter, &format!("{local}@example.org"))
        };
        let log = logged(&mail);
        prop_assert!(log.contains(letter.name()), "{log}");
        prop_assert!(log.contains(&mail.user.to_string()), "{log}");
        for hidden in [local, name, secret, "example.org".to_owned()] {
            prop_assert!(!log.contains(&hidden), "{log}");
        }
    }
}
