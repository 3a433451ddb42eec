//! Who somebody is whom the bot talks with, and how they get an account.
use super::TelegramSignInError;
use crate::{
    identity::{account::open_account, ports::IdentityQueries},
    shared::{
        actor::{Actor, SignedInUser},
        clock::{Clock, IdGenerator},
        retry::retryable,
        store::Store,
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::{
    identity::{Role, TelegramId, User, Username},
    shared::{Id, Language},
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Tells in whose name somebody acts whom Telegram vouches for.
#[derive(Clone, Debug)]
pub struct RecogniseTelegram {
    /// Their Telegram account.
    pub telegram: TelegramId,
}

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A user, who acts in their own name.
    User(Actor),
    /// Nobody of ours.
    Stranger,
    /// A user who was shut out.
    ShutOut,
}

/// Opens an account for a Telegram account, unless there is one.
#[derive(Clone, Debug)]
pub struct JoinByTelegram {
    /// Their Telegram account.
    pub telegram: TelegramId,
    /// How a newcomer will be seen.
    pub username: Username,
    /// The language in which a newcomer's lists are named.
    pub language: Language,
}

request!(RecogniseTelegram => Recognised, TelegramSignInError);
request!(JoinByTelegram => User, TelegramSignInError);
retryable!(JoinByTelegram);

/// Who acts by the bot has no session that could be ended: each message is looked at anew. They act as a
/// user whatever their role, because nothing in the bot needs more.
fn in_their_name(user: &User) -> Actor {
    Actor::User(SignedInUser {
        id: user.id,
        language: user.language,
        role: Role::User,
        session: Id::named(user.id.as_uuid(), "telegram"),
    })
}

#[derive(Component)]
#[shaku(interface = UseCase<RecogniseTelegram>)]
pub(crate) struct RecogniseTelegramUseCase {
    #[shaku(inject)]
    queries: Arc<dyn IdentityQueries>,
}

#[async_trait]
impl UseCase<RecogniseTelegram> for RecogniseTelegramUseCase {
    #[instrument(name = "identity.recognise_telegram", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: RecogniseTelegram,
    ) -> Result<Recognised, TelegramSignInError> {
        actor.ensure_operator()?;
        let user = self.queries.show_user_by_telegram(request.telegram).await?;
        Ok(match user {
            Some(user) if user.is_active() => Recognised::User(in_their_name(&user)),
            Some(_) => Recognised::ShutOut,
            None => Recognised::Stranger,
        })
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<JoinByTelegram>)]
pub(crate) struct JoinByTelegramUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<JoinByTelegram> for JoinByTelegramUseCase {
    #[instrument(name = "identity.join_by_telegram", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: JoinByTelegram,
    ) -> Result<User, TelegramSignInError> {
        actor.ensure_operator()?;
        let uow = self.store.begin().await?;
        if let Some(user) = uow.users().find_by_telegram(request.telegram).await? {
            return Ok(user);
        }
        let (id, now) = (self.ids.next(), self.clock.now());
        let user = User::from_telegram(id, request.telegram, request.username, now);
        open_account(&*uow, &user, request.language).await?;
        uow.commit().await?;
        Ok(user)
    }
}
