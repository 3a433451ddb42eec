//! A newcomer is greeted by mail.
use crate::{
    events::{
        EventEnvelope,
        ports::{ConsumeError, EventConsumer},
    },
    jobs::{Task, ports::NewJob},
    shared::{
        clock::{Clock, IdGenerator},
        store::UnitOfWork,
    },
};
use async_trait::async_trait;
use domain::{events::DomainEvent, notifications::LetterKind};
use shaku::Component;
use std::sync::Arc;

/// Enqueues a greeting for everybody who has registered; the job knows whether there is an address.
#[derive(Component)]
#[shaku(interface = EventConsumer)]
pub(crate) struct WelcomeMail {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl EventConsumer for WelcomeMail {
    fn name(&self) -> &'static str {
        "welcome_mail"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == "filmhub.user.registered.v1"
    }

    async fn handle(
        &self,
        event: &EventEnvelope,
        uow: &dyn UnitOfWork,
    ) -> Result<(), ConsumeError> {
        let Some(DomainEvent::UserRegistered { user, language }) = event.event() else {
            return Err(ConsumeError::Refuse(
                "a part of the event is missing".into(),
            ));
        };
        let task = Task::SendLetter {
            letter: LetterKind::Welcome,
            user,
            language: Some(language),
        };
        let job = NewJob::new(self.ids.next(), task, self.clock.now());
        uow.jobs().enqueue(&job).await?;
        Ok(())
    }
}
