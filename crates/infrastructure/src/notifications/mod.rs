//! Mails by SMTP, and what users want to hear of.
mod configured_mailer;
mod letter;
mod logged_mailer;
mod preferences;
mod smtp_mailer;

pub use configured_mailer::{ConfiguredMailer, ConfiguredMailerParameters};
pub use letter::MailLinks;
pub use lettre::message::Mailbox;
pub use logged_mailer::LoggedMailer;
pub use preferences::SqlNotificationQueries;
pub use smtp_mailer::{Credentials, SmtpConfig, SmtpMailer, SmtpSecurity, UnusableSmtp};
