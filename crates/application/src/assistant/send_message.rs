//! A user says something to the assistant.
use super::{
    conversations::ConversationError,
    ports::ConversationQueries,
    reply::{Asked, Concierge, Reply},
};
use crate::shared::{
    actor::Actor,
    clock::{Clock, IdGenerator},
    store::{Store, UnitOfWork},
    use_case::{UseCase, request},
};
use async_trait::async_trait;
use domain::{
    assistant::{Author, Conversation, ConversationId, MOST_RECENT, MessageText, Question},
    identity::UserId,
    shared::Language,
};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Says something, in a conversation or in a new one. The question is kept at once; what comes back is
/// the answer, still to be given.
#[derive(Debug)]
pub struct SendMessage {
    /// In which conversation; without it, a new one begins.
    pub conversation: Option<ConversationId>,
    /// What is said.
    pub question: Question,
    /// The language of the interface.
    pub language: Language,
}

request!(SendMessage => Reply, ConversationError);

#[derive(Component)]
#[shaku(interface = UseCase<SendMessage>)]
pub(crate) struct SendMessageUseCase {
    #[shaku(inject)]
    clock: Arc<dyn Clock>,
    #[shaku(inject)]
    ids: Arc<dyn IdGenerator>,
    #[shaku(inject)]
    store: Arc<dyn Store>,
    #[shaku(inject)]
    queries: Arc<dyn ConversationQueries>,
    #[shaku(inject)]
    concierge: Arc<dyn Concierge>,
}

#[async_trait]
impl UseCase<SendMessage> for SendMessageUseCase {
    #[instrument(name = "assistant.send_message", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: SendMessage,
    ) -> Result<Reply, ConversationError> {
        let user = actor.user()?.id;
        let language = request.language;
        let question = request.question.as_str().to_owned();
        let conversation = self.ask(user, request).await?;
        let messages = self
            .queries
            .list_messages(conversation, MOST_RECENT)
            .await?;
        Ok(Reply {
            concierge: Arc::clone(&self.concierge),
            asked: Asked {
                user,
                language,
                conversation,
                question,
                messages,
            },
        })
    }
}

impl SendMessageUseCase {
    /// Keeps the question.
    async fn ask(
        &self,
        user: UserId,
        request: SendMessage,
    ) -> Result<ConversationId, ConversationError> {
        let now = self.clock.now();
        let uow = self.store.begin().await?;
        let mut conversation = match request.conversation {
            Some(id) => find(&*uow, id, user).await?,
            None => Conversation::begin(self.ids.next(), user, &request.question, now),
        };
        if request.conversation.is_none() {
            uow.conversations().insert(&conversation).await?;
        }
        let text = MessageText::nearest(request.question.as_str());
        let message = conversation.say(self.ids.next(), Author::User, text, now)?;
        uow.conversations().add(&conversation, &message).await?;
        uow.commit().await?;
        Ok(conversation.id)
    }
}

async fn find(
    uow: &dyn UnitOfWork,
    id: ConversationId,
    user: UserId,
) -> Result<Conversation, ConversationError> {
    let found = uow.conversations().find(id).await?;
    let found = found.filter(|conversation| conversation.owner == user);
    found.ok_or(ConversationError::NotFound)
}
