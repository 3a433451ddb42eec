//! Conversations about films with the assistant.
//!
//! A conversation belongs to one user and is nobody else's business. It holds a bounded number of
//! messages, and the assistant is told a bounded part of it.
mod conversation;
mod mention;

pub use conversation::{
    Author, Conversation, ConversationFull, ConversationId, MOST_RECENT, Message, MessageId,
    MessageText, Question, UnknownAuthor, recent,
};
pub use mention::mentions;
