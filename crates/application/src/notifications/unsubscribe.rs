//! Somebody wants no more mails, and says so by a link of one of them, without signing in (RFC 8058).
use super::ports::{MailSecret, Seals};
use crate::shared::{
    actor::Actor,
    failure::failure,
    retry::retryable,
    store::{Store, StoreError},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    identity::UserId,
    notifications::{NoticeKind, Preferences},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Wants no more mails of one kind, or of any that can be done without.
#[derive(Clone, Debug)]
pub struct Unsubscribe {
    /// What the link shows.
    pub token: MailSecret,
}

/// Why somebody gets mails as before.
#[derive(Debug, thiserror::Error)]
pub enum UnsubscribeError {
    /// The link is not one of ours.
    #[error("the link is not valid")]
    NotValid,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(UnsubscribeError { NotValid => Invalid "notifications.invalid_link" } via Store);
request!(Unsubscribe => (), UnsubscribeError);
retryable!(Unsubscribe);

/// Who wants no more mails, and of which kind; of any where none is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unwanted {
    /// Who.
    pub user: UserId,
    /// Which kind.
    pub kind: Option<NoticeKind>,
}

/// What seals of links are for; those of other things are worth nothing here.
const PURPOSE: &str = "unsubscribe";
/// Stands for every kind.
const ANY: &str = "any";

impl Unwanted {
    /// What a link shows. It is good for ever: a mail may be read years later.
    #[must_use]
    pub fn to_token(self, seals: &dyn Seals) -> MailSecret {
        let kind = self.kind.map_or(ANY, NoticeKind::name);
        let text = format!("{}.{kind}", self.user);
        let seal = seals.seal(PURPOSE, &text);
        MailSecret(format!("{text}.{seal}"))
    }

    /// Reads it back; `None` for what we did not seal.
    #[must_use]
    pub fn of_token(token: &MailSecret, seals: &dyn Seals) -> Option<Self> {
        let (text, seal) = token.0.rsplit_once('.')?;
        if !seals.is_sealed(PURPOSE, text, seal) {
            return None;
        }
        let (user, kind) = text.split_once('.')?;
        let kind = match kind {
            ANY => None,
            name => Some(name.parse().ok()?),
        };
        let user = user.parse().ok()?;
        Some(Self { user, kind })
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<Unsubscribe>)]
pub(crate) struct UnsubscribeUseCase {
    #[shaku(inject)]
    seals: Arc<dyn Seals>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<Unsubscribe> for UnsubscribeUseCase {
    #[instrument(name = "notifications.unsubscribe", skip_all)]
    async fn execute(&self, _actor: &Actor, request: Unsubscribe) -> Result<(), UnsubscribeError> {
        let unwanted = Unwanted::of_token(&request.token, &*self.seals);
        let Unwanted { user, kind } = unwanted.ok_or(UnsubscribeError::NotValid)?;
        let uow = self.store.begin().await?;
        match uow
            .preferences()
            .save(user, &Preferences::no_mail(kind))
            .await
        {
            Ok(()) => Ok(uow.commit().await?),
            // Who is gone gets no mails either.
            Err(StoreError::Dangling(_)) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }
}
