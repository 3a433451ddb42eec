//! The mailer that the configuration has chosen.
use application::notifications::ports::{Mail, MailError, Mailer};
use async_trait::async_trait;
use shaku::Component;
use std::sync::Arc;

/// Passes everything on to what was put together when the program started.
#[derive(Component)]
#[shaku(interface = Mailer)]
pub struct ConfiguredMailer {
    /// The mailer that was chosen.
    mailer: Arc<dyn Mailer>,
}

#[async_trait]
impl Mailer for ConfiguredMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        self.mailer.send(mail).await
    }
}
