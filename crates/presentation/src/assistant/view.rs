//! What is told of conversations.
use crate::{ApiSettings, catalogue::film_view::FilmView, http::words::AuthorName};
use application::assistant::conversations::{ShownConversation, ShownMessage};
use chrono::{DateTime, Utc};
use domain::assistant::Conversation;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A conversation, without what was said.
#[derive(Serialize, ToSchema)]
#[schema(as = Conversation)]
pub struct ConversationView<'a> {
    id: Uuid,
    /// The start of what was said first.
    #[schema(example = "Something funny for a rainy evening")]
    title: &'a str,
    created_at: DateTime<Utc>,
    /// When something was said last.
    updated_at: DateTime<Utc>,
}

impl<'a> From<&'a Conversation> for ConversationView<'a> {
    fn from(conversation: &'a Conversation) -> Self {
        Self {
            id: conversation.id.as_uuid(),
            title: &conversation.title,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
        }
    }
}

/// A page of conversations.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationPage)]
pub struct ConversationPageView<'a> {
    pub items: Vec<ConversationView<'a>>,
    /// The `cursor` of the next page; null when this is the last one.
    #[schema(required)]
    pub next: Option<String>,
}

/// Something that was said, with the films that were shown beside it.
#[derive(Serialize, ToSchema)]
#[schema(as = Message)]
pub struct MessageView<'a> {
    id: Uuid,
    #[schema(inline, value_type = AuthorName)]
    author: &'static str,
    /// Empty where only films were shown.
    text: &'a str,
    films: Vec<FilmView<'a>>,
    created_at: DateTime<Utc>,
}

impl<'a> MessageView<'a> {
    fn new(shown: &'a ShownMessage, settings: &'a ApiSettings) -> Self {
        let message = &shown.message;
        Self {
            id: message.id.as_uuid(),
            author: message.author.name(),
            text: message.text.as_str(),
            films: FilmView::all(&shown.films, settings),
            created_at: message.said_at,
        }
    }
}

/// A conversation with everything that was said.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationWithMessages)]
pub struct ShownConversationView<'a> {
    #[serde(flatten)]
    conversation: ConversationView<'a>,
    messages: Vec<MessageView<'a>>,
}

impl<'a> ShownConversationView<'a> {
    /// Tells of a conversation.
    pub fn new(shown: &'a ShownConversation, settings: &'a ApiSettings) -> Self {
        let messages = shown.messages.iter();
        Self {
            conversation: (&shown.conversation).into(),
            messages: messages
                .map(|message| MessageView::new(message, settings))
                .collect(),
        }
    }
}
