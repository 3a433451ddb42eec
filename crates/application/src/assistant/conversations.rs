//! A user sees and deletes what they talked about.
use super::ports::{ConversationKey, ConversationQueries};
use crate::{
    catalogue::{ports::FilmQueries, views::FlaggedFilm},
    shared::{
        actor::{AccessDenied, Actor},
        failure::failure,
        page::{Page, PageRequest},
        store::{Store, StoreError},
        use_case::{UseCase, request},
    },
};
use async_trait::async_trait;
use domain::assistant::{Conversation, ConversationFull, ConversationId, Message};
use shaku::Component;
use std::sync::Arc;
use tracing::instrument;

/// Lists the user's conversations, the newest first.
#[derive(Debug)]
pub struct ListConversations {
    /// Which of them.
    pub page: PageRequest<ConversationKey>,
}

/// Shows one with everything that was said.
#[derive(Debug)]
pub struct ShowConversation {
    /// Which one.
    pub conversation: ConversationId,
}

/// Deletes one.
#[derive(Debug)]
pub struct DeleteConversation {
    /// Which one.
    pub conversation: ConversationId,
}

/// Deletes all.
#[derive(Debug)]
pub struct DeleteConversations;

/// A message with the films that were shown with it.
#[derive(Clone, Debug)]
pub struct ShownMessage {
    /// The message.
    pub message: Message,
    /// The films that are still there, with the user's flags as they are now.
    pub films: Vec<FlaggedFilm>,
}

/// A conversation with its messages.
#[derive(Clone, Debug)]
pub struct ShownConversation {
    /// The conversation.
    pub conversation: Conversation,
    /// What was said, in that order.
    pub messages: Vec<ShownMessage>,
}

/// Why a conversation was not shown, continued or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ConversationError {
    /// The actor may not.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// The user has no such conversation.
    #[error("Conversation not found")]
    NotFound,
    /// It holds as many messages as it may.
    #[error(transparent)]
    Full(#[from] ConversationFull),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

failure!(ConversationError {
    NotFound => NotFound "assistant.conversation_not_found",
    Full => Conflict "assistant.conversation_full",
} via Access, Store);
request!(ListConversations => Page<Conversation, ConversationKey>, ConversationError);
request!(ShowConversation => ShownConversation, ConversationError);
request!(DeleteConversation => (), ConversationError);
request!(DeleteConversations => (), ConversationError);

#[derive(Component)]
#[shaku(interface = UseCase<ListConversations>)]
pub(crate) struct ListConversationsUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ConversationQueries>,
}

#[async_trait]
impl UseCase<ListConversations> for ListConversationsUseCase {
    #[instrument(name = "assistant.list_conversations", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ListConversations,
    ) -> Result<Page<Conversation, ConversationKey>, ConversationError> {
        Ok(self.queries.list(actor.user()?.id, request.page).await?)
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<ShowConversation>)]
pub(crate) struct ShowConversationUseCase {
    #[shaku(inject)]
    queries: Arc<dyn ConversationQueries>,
    #[shaku(inject)]
    films: Arc<dyn FilmQueries>,
}

#[async_trait]
impl UseCase<ShowConversation> for ShowConversationUseCase {
    #[instrument(name = "assistant.show_conversation", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: ShowConversation,
    ) -> Result<ShownConversation, ConversationError> {
        let user = actor.user()?.id;
        let found = self.queries.show(request.conversation).await?;
        let found = found.filter(|conversation| conversation.owner == user);
        let conversation = found.ok_or(ConversationError::NotFound)?;
        let most = Conversation::MOST_MESSAGES;
        let messages = self.queries.list_messages(conversation.id, most).await?;
        let mut ids: Vec<_> = messages
            .iter()
            .flat_map(|message| message.films.clone())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let films = self.films.show_many(&ids, Some(user)).await?;
        let shown = messages.into_iter().map(|message| show(message, &films));
        Ok(ShownConversation {
            messages: shown.collect(),
            conversation,
        })
    }
}

fn show(message: Message, films: &[FlaggedFilm]) -> ShownMessage {
    let shown = message.films.iter();
    let shown = shown.filter_map(|id| films.iter().find(|film| film.card.id == *id));
    ShownMessage {
        films: shown.cloned().collect(),
        message,
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteConversation>)]
pub(crate) struct DeleteConversationUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeleteConversation> for DeleteConversationUseCase {
    #[instrument(name = "assistant.delete_conversation", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        request: DeleteConversation,
    ) -> Result<(), ConversationError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        let found = uow.conversations().find(request.conversation).await?;
        let found = found.filter(|conversation| conversation.owner == user);
        let conversation = found.ok_or(ConversationError::NotFound)?;
        uow.conversations().remove(conversation.id).await?;
        uow.commit().await?;
        Ok(())
    }
}

#[derive(Component)]
#[shaku(interface = UseCase<DeleteConversations>)]
pub(crate) struct DeleteConversationsUseCase {
    #[shaku(inject)]
    store: Arc<dyn Store>,
}

#[async_trait]
impl UseCase<DeleteConversations> for DeleteConversationsUseCase {
    #[instrument(name = "assistant.delete_conversations", skip_all)]
    async fn execute(
        &self,
        actor: &Actor,
        _: DeleteConversations,
    ) -> Result<(), ConversationError> {
        let user = actor.user()?.id;
        let uow = self.store.begin().await?;
        uow.conversations().remove_all(user).await?;
        uow.commit().await?;
        Ok(())
    }
}
