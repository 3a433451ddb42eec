//! The server of mails.
use super::finding::{Finding, tried};
use crate::config::Config;
use infrastructure::notifications::{SmtpConfig, SmtpMailer, SmtpSecurity};

const MAIL: &str = "mail";

/// The server of mails, where one is configured: it is greeted, the way is secured and the password
/// shown, but nothing is sent.
pub async fn server(config: &Config) -> Vec<Finding> {
    let Some(smtp) = &config.mail.smtp else {
        return Vec::new();
    };
    let asking = async {
        let mailer = SmtpMailer::new(smtp, config.mail.links.clone(), config.language)?;
        Ok(mailer.check().await?)
    };
    vec![match tried(Box::pin(asking)).await {
        Ok(_) if !config.mail.leads_to_public => {
            Finding::warning(MAIL, "its server answers, but links of mails lead to localhost")
                .with_advice("set FILMHUB_PUBLIC_URL to the address by which people reach the service")
        }
        Ok(done) => Finding::ok(MAIL, format!("answers in {} ms, {}", done.took_ms, how(smtp))),
        Err(why) => Finding::failed(MAIL, why).with_advice(
            "see that SMTP_HOST, SMTP_PORT and SMTP_TLS are those of the server, and SMTP_USERNAME and SMTP_PASSWORD valid there; mails wait in the queue for about a day",
        ),
    }]
}

fn how(smtp: &SmtpConfig) -> &'static str {
    match (smtp.security, smtp.credentials.is_some()) {
        (SmtpSecurity::None, _) => "not secured",
        (SmtpSecurity::StartTls | SmtpSecurity::Tls, true) => "secured, and lets us in",
        (SmtpSecurity::StartTls | SmtpSecurity::Tls, false) => "secured",
    }
}
