//! Mails, as those get them who have an account.
use crate::app::{App, Caller, Database, Setup, eventually, until};
use serde_json::json;
use std::time::Duration;
use test_servers::{ReceivedMail, SmtpServer, SmtpTrouble};

stories![
    a_newcomer_is_greeted_and_confirms_their_address,
    a_forgotten_password_is_replaced_by_mail,
    mails_wait_for_a_server_that_is_away,
    without_a_server_the_operator_hands_the_link_over,
];

const SOON: Duration = Duration::from_secs(30);

fn with_mail(setup: Setup, server: &SmtpServer) -> Setup {
    let url = format!("smtp://127.0.0.1:{}?tls=none", server.port());
    setup
        .set("SMTP_URL", &url)
        .set("SMTP_FROM", "Filmhub <films@example.org>")
        .set("FILMHUB_PUBLIC_URL", "https://films.example")
        .set("FILMHUB_LANGUAGE", "en")
}

async fn start(database: Database, server: &SmtpServer) -> App {
    let setup = Setup::without_films(database).await;
    with_mail(setup, server).start().await
}

/// The token in the link of a mail.
fn token(mail: &ReceivedMail, page: &str) -> String {
    let start = format!("https://films.example/account/{page}?token=");
    let link = mail.link(&start);
    link.strip_prefix(&start).unwrap().to_owned()
}

async fn wait_for(server: &SmtpServer, anna: &Caller, subject: &str) -> ReceivedMail {
    eventually(subject, SOON, async || {
        let received = server.received();
        let fits =
            |mail: &&ReceivedMail| mail.to == anna.email && mail.header("Subject") == subject;
        received.iter().rev().find(fits).cloned()
    })
    .await
}

/// Nothing of these is in the log, or in what is known of jobs.
fn assert_hidden(app: &App, hidden: &[&str]) {
    let log = app.log();
    for text in hidden {
        assert!(!log.contains(text), "`{text}` is in the log:\n{log}");
    }
}

async fn a_newcomer_is_greeted_and_confirms_their_address(database: Database) {
    let server = SmtpServer::start();
    let app = start(database, &server).await;
    let anna = app.somebody().await;
    let mail = wait_for(&server, &anna, "Welcome to Filmhub").await;
    assert!(mail.part("text/plain").starts_with("Hello!"));
    assert_eq!(anna.get("/me").await.json(200)["email_verified"], false);
    let token = token(&mail, "verify-email");
    let body = json!({ "token": token });
    let anyone = app.anyone();
    anyone.post("/auth/email/verify", &body).await.expect(204);
    assert_eq!(anna.get("/me").await.json(200)["email_verified"], true);
    anyone.post("/auth/email/verify", &body).await.expect(400);
    // The way out works for whoever has the mail, as mail programs use it.
    let way_out = mail.header("List-Unsubscribe");
    let way_out = way_out.trim_matches(['<', '>']);
    let path = way_out.strip_prefix("https://films.example").unwrap();
    let one_click = [("List-Unsubscribe", "One-Click")];
    let page = anyone.get(&format!("/{path}")).await.expect(200);
    assert!(page.text().contains("<form"));
    let before = anna.get("/me/notifications").await.json(200);
    assert_eq!(before["wish_released"]["mail"], true);
    anyone
        .post_form(&format!("/{path}"), &one_click)
        .await
        .expect(200);
    let after = anna.get("/me/notifications").await.json(200);
    assert_eq!(
        after["wish_released"],
        json!({"mail": false, "telegram": true})
    );
    assert_eq!(after["security"]["mail"], true);
    assert_hidden(&app, &[&anna.email, &token, way_out, "Anna"]);
}

async fn a_forgotten_password_is_replaced_by_mail(database: Database) {
    let server = SmtpServer::start();
    let app = start(database, &server).await;
    let anna = app.somebody().await;
    let elsewhere = anna.signed_in().await;
    let anyone = app.anyone();
    let ask = async |address: &str| {
        let body = json!({ "email": address });
        let answer = anyone.post("/auth/password/forgot", &body).await;
        answer.expect(202).text()
    };
    assert_eq!(ask(&anna.email).await, ask("nobody@example.org").await);
    let mail = wait_for(&server, &anna, "A new password for Filmhub").await;
    let token = token(&mail, "reset-password");
    let body = json!({"token": token, "new_password": "battery horse"});
    anyone.post("/auth/password/reset", &body).await.expect(204);
    for session in [&anna, &elsewhere] {
        session.get("/me").await.expect(401);
    }
    let old = anyone.post("/auth/login", &anna.credentials()).await;
    old.expect(401);
    let anna = anna
        .with_credentials(&anna.email, "battery horse")
        .signed_in()
        .await;
    assert_eq!(anna.get("/me").await.json(200)["email_verified"], true);
    let again = anyone.post("/auth/password/reset", &body).await;
    again.problem(400, "identity.invalid_mail_token");
    wait_for(&server, &anna, "Your password was changed").await;
    let to_others = server
        .received()
        .iter()
        .filter(|mail| mail.to != anna.email)
        .count();
    assert_eq!(to_others, 0);
    assert_hidden(&app, &[&anna.email, &token, "nobody@example.org"]);
}

async fn mails_wait_for_a_server_that_is_away(database: Database) {
    let server = SmtpServer::start();
    server.has([
        SmtpTrouble::Answers("451 not now"),
        SmtpTrouble::Answers("550 never"),
    ]);
    let app = start(database, &server).await;
    let anna = app.somebody().await;
    until("it was tried twice", SOON, || {
        server.connections() > 0 && {
            let log = app.log();
            log.contains("it will be tried again") && log.contains("failed for good")
        }
    });
    let log = app.log();
    assert!(log.contains("the server answers 451"), "{log}");
    assert!(log.contains("the server answers 550"), "{log}");
    assert!(server.received().is_empty());
    assert_hidden(&app, &[&anna.email]);
}

async fn without_a_server_the_operator_hands_the_link_over(database: Database) {
    let setup = Setup::without_films(database).await;
    let setup = setup.set("FILMHUB_PUBLIC_URL", "https://films.example");
    let app = setup.start().await;
    let anna = app.somebody().await;
    let anyone = app.anyone();
    let body = json!({ "email": anna.email });
    anyone
        .post("/auth/password/forgot", &body)
        .await
        .expect(202);
    until("the log tells of it", SOON, || {
        let log = app.log();
        log.contains("would have been sent") && log.contains("reset_password")
    });
    assert_hidden(&app, &[&anna.email, "token="]);
    let link = app.setup.run(&["admin", "reset-password", &anna.email]);
    let link = link.succeeded();
    let start = "https://films.example/account/reset-password?token=";
    let token = link.trim().strip_prefix(start).unwrap();
    let body = json!({"token": token, "new_password": "battery horse"});
    anyone.post("/auth/password/reset", &body).await.expect(204);
    anna.with_credentials(&anna.email, "battery horse")
        .signed_in()
        .await;
    assert_hidden(&app, &[token]);
    let unknown = app
        .setup
        .run(&["admin", "reset-password", "nobody@example.org"]);
    assert!(unknown.failed().contains("User not found"));
}
