//! Conversations in memory.
use super::{
    state::{Database, Stored, dangling, duplicate},
    store::FakeUnitOfWork,
};
use crate::{
    assistant::ports::{ConversationKey, ConversationQueries, ConversationRepository},
    shared::{
        page::{Page, PageRequest},
        store::StoreError,
    },
};
use async_trait::async_trait;
use domain::{
    assistant::{Conversation, ConversationId, Message},
    identity::UserId,
};
use std::{cmp::Reverse, collections::btree_map};

impl Stored {
    pub(super) fn insert_conversation(
        &mut self,
        conversation: &Conversation,
    ) -> Result<(), StoreError> {
        if !self.users.contains_key(&conversation.owner) {
            return Err(dangling("the conversation of no user"));
        }
        match self.conversations.entry(conversation.id) {
            btree_map::Entry::Occupied(_) => Err(duplicate("conversation")),
            btree_map::Entry::Vacant(place) => {
                place.insert((conversation.clone(), Vec::new()));
                Ok(())
            }
        }
    }

    pub(super) fn add_message(
        &mut self,
        conversation: &Conversation,
        message: &Message,
    ) -> Result<(), StoreError> {
        let mut message = message.clone();
        message.films.retain(|film| self.films.contains_key(film));
        let Some((stored, messages)) = self.conversations.get_mut(&message.conversation) else {
            return Err(dangling("the message of no conversation"));
        };
        if messages
            .iter()
            .any(|known| known.position == message.position)
        {
            return Err(duplicate("message"));
        }
        conversation.clone_into(stored);
        messages.push(message);
        Ok(())
    }

    /// Removes what belongs to a user who is gone.
    pub(super) fn remove_conversations(&mut self, owner: UserId) {
        self.conversations
            .retain(|_, (conversation, _)| conversation.owner != owner);
    }

    /// The conversations of a user, the newest first.
    #[must_use]
    pub fn conversations_of(&self, owner: UserId) -> Vec<&Conversation> {
        let all = self
            .conversations
            .values()
            .map(|(conversation, _)| conversation);
        let mut own: Vec<&Conversation> = all
            .filter(|conversation| conversation.owner == owner)
            .collect();
        own.sort_by_key(|conversation| Reverse((conversation.created_at, conversation.id)));
        own
    }

    /// What was said in a conversation.
    #[must_use]
    pub fn messages_of(&self, id: ConversationId) -> Vec<Message> {
        let messages = self.conversations.get(&id).map(|(_, messages)| messages);
        let mut messages = messages.cloned().unwrap_or_default();
        for message in &mut messages {
            // Films go without their messages.
            message.films.retain(|film| self.films.contains_key(film));
        }
        messages
    }
}

#[async_trait]
impl ConversationRepository for FakeUnitOfWork {
    async fn find(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.with(|stored| Some(stored.conversations.get(&id)?.0.clone()))
    }

    async fn insert(&self, conversation: &Conversation) -> Result<(), StoreError> {
        self.with(|stored| stored.insert_conversation(conversation))?
    }

    async fn add(&self, conversation: &Conversation, message: &Message) -> Result<(), StoreError> {
        self.with(|stored| stored.add_message(conversation, message))?
    }

    async fn remove(&self, id: ConversationId) -> Result<(), StoreError> {
        self.with(|stored| {
            stored.conversations.remove(&id);
        })
    }

    async fn remove_all(&self, owner: UserId) -> Result<(), StoreError> {
        self.with(|stored| stored.remove_conversations(owner))
    }
}

/// Reads of conversations.
#[derive(Clone, Debug, Default)]
pub struct FakeConversationQueries {
    pub(super) database: Database,
}

fn key(conversation: &Conversation) -> ConversationKey {
    ConversationKey {
        created_at: conversation.created_at,
        conversation: conversation.id,
    }
}

#[async_trait]
impl ConversationQueries for FakeConversationQueries {
    async fn list(
        &self,
        owner: UserId,
        page: PageRequest<ConversationKey>,
    ) -> Result<Page<Conversation, ConversationKey>, StoreError> {
        let is_after = |conversation: &&Conversation| {
            page.after.is_none_or(|after| {
                (conversation.created_at, conversation.id) < (after.created_at, after.conversation)
            })
        };
        let found: Vec<Conversation> = self.database.read(|stored| {
            let own = stored.conversations_of(owner).into_iter();
            own.filter(is_after).cloned().collect()
        })?;
        Ok(Page::from_overfetched(found, page.size, key))
    }

    async fn show(&self, id: ConversationId) -> Result<Option<Conversation>, StoreError> {
        self.database
            .read(|stored| Some(stored.conversations.get(&id)?.0.clone()))
    }

    async fn list_messages(
        &self,
        id: ConversationId,
        most: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let mut messages = self.database.read(|stored| stored.messages_of(id))?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        messages.drain(..messages.len().saturating_sub(most));
        Ok(messages)
    }
}
