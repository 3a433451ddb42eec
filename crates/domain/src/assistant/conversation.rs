//! What was said between a user and the assistant.
use crate::{
    catalogue::FilmId,
    identity::UserId,
    shared::{Id, normalise_text, text_value},
};
use chrono::{DateTime, Utc};
use std::str::FromStr;

/// Identifies a conversation.
pub type ConversationId = Id<Conversation>;
/// Identifies a message.
pub type MessageId = Id<Message>;

text_value!(
    /// What a user says to the assistant.
    Question, max 2000, by normalise_text
);

/// What was said, by either side; empty where only films were shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    /// The most characters that are kept.
    pub const MAX: usize = 8000;

    /// Takes over as much of a text as may be kept.
    #[must_use]
    pub fn nearest(text: &str) -> Self {
        let is_kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
        let short: String = text
            .trim()
            .chars()
            .filter(is_kept)
            .take(Self::MAX)
            .collect();
        Self(short.trim_end().to_owned())
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The user.
    User,
    /// The assistant.
    Assistant,
}

/// There is no author of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown author `{0}`")]
pub struct UnknownAuthor(pub String);

impl Author {
    /// The name in storage and on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl FromStr for Author {
    type Err = UnknownAuthor;
    fn from_str(name: &str) -> Result<Self, UnknownAuthor> {
        match name {
            "user" => Ok(Self::User),
            "assistant" => Ok(Self::Assistant),
            other => Err(UnknownAuthor(other.to_owned())),
        }
    }
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which message.
    pub id: MessageId,
    /// In which conversation.
    pub conversation: ConversationId,
    /// Where in it, from 0.
    pub position: u32,
    /// Who said it.
    pub author: Author,
    /// What was said.
    pub text: MessageText,
    /// The films that were shown with it, in that order.
    pub films: Vec<FilmId>,
    /// When.
    pub said_at: DateTime<Utc>,
}

/// A conversation holds as many messages as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the conversation is full, begin another one")]
pub struct ConversationFull;

/// A conversation, without its messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Which conversation.
    pub id: ConversationId,
    /// Whose it is.
    pub owner: UserId,
    /// How it is told from others: the start of what was said first.
    pub title: String,
    /// How many messages it holds.
    pub length: u32,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When something was said last.
    pub updated_at: DateTime<Utc>,
}

impl Conversation {
    /// The most messages of one conversation.
    pub const MOST_MESSAGES: u32 = 200;
    /// The most characters of a title.
    pub const MOST_OF_TITLE: usize = 80;

    /// Begins one with what is about to be asked.
    #[must_use]
    pub fn begin(
        id: ConversationId,
        owner: UserId,
        question: &Question,
        now: DateTime<Utc>,
    ) -> Self {
        let line = question.as_str().lines().next().unwrap_or_default();
        Self {
            id,
            owner,
            title: line.chars().take(Self::MOST_OF_TITLE).collect(),
            length: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// Notes that something is said.
    ///
    /// # Errors
    /// [`ConversationFull`] when a user may not go on. What the assistant answers to the last question
    /// still has room.
    pub fn say(
        &mut self,
        id: MessageId,
        author: Author,
        text: MessageText,
        now: DateTime<Utc>,
    ) -> Result<Message, ConversationFull> {
        let most = match author {
            Author::User => Self::MOST_MESSAGES - 1,
            Author::Assistant => Self::MOST_MESSAGES,
        };
        if self.length >= most {
            return Err(ConversationFull);
        }
        let position = self.length;
        self.length += 1;
        self.updated_at = now;
        Ok(Message {
            id,
            conversation: self.id,
            position,
            author,
            text,
            films: Vec::new(),
            said_at: now,
        })
    }
}

/// The most messages of a conversation that the assistant is told again.
pub const MOST_RECENT: u32 = 20;

/// The last part of a conversation that the assistant is told again: so many messages and characters
/// at the most, but the very last message in any case.
#[must_use]
pub fn recent(messages: &[Message]) -> &[Message] {
    const MOST_LETTERS: usize = 12_000;
    let most = usize::try_from(MOST_RECENT).unwrap_or(usize::MAX);
    let mut letters = 0;
    let told = messages.iter().rev().take(most).take_while(|message| {
        let is_last = letters == 0;
        letters += message.text.as_str().chars().count().max(1);
        is_last || letters <= MOST_LETTERS
    });
    let first = messages.len() - told.count();
    messages.get(first..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn begun(question: &str) -> Conversation {
        let (id, owner) = (
            Id::from_uuid(Uuid::from_u128(1)),
            Id::from_uuid(Uuid::from_u128(2)),
        );
        Conversation::begin(id, owner, &Question::parse(question).unwrap(), noon())
    }

    fn say(conversation: &mut Conversation, text: &str) -> Message {
        let id = Id::from_uuid(Uuid::from_u128(3));
        let text = MessageText::nearest(text);
        conversation
            .say(id, Author::Assistant, text, noon())
            .unwrap()
    }

    #[test]
    fn a_conversation_is_named_by_the_first_line_of_what_was_said_first() {
        assert_eq!(
            begun("Something funny\nfor tonight").title,
            "Something funny"
        );
        assert_eq!(
            begun(&"ё".repeat(500)).title.chars().count(),
            Conversation::MOST_OF_TITLE
        );
    }

    #[test]
    fn messages_count_up_until_the_conversation_is_full() {
        let mut conversation = begun("Hello");
        conversation.length = Conversation::MOST_MESSAGES - 2;
        let id = Id::from_uuid(Uuid::from_u128(3));
        let mut ask = |author| conversation.say(id, author, MessageText::default(), noon());
        assert_eq!(
            ask(Author::User).unwrap().position,
            Conversation::MOST_MESSAGES - 2
        );
        assert_eq!(ask(Author::User), Err(ConversationFull));
        assert!(ask(Author::Assistant).is_ok());
        assert_eq!(ask(Author::Assistant), Err(ConversationFull));
    }

    #[test]
    fn what_is_kept_of_a_text_is_printable_and_bounded() {
        assert_eq!(MessageText::nearest(" a\u{0}b\nc\u{7} ").as_str(), "ab\nc");
        let long = "ё".repeat(MessageText::MAX + 9);
        let kept = MessageText::nearest(&long);
        assert_eq!(kept.as_str().chars().count(), MessageText::MAX);
        assert_eq!(MessageText::nearest(kept.as_str()), kept);
    }

    #[test]
    fn the_assistant_is_told_the_last_part() {
        let mut conversation = begun("Hello");
        let short: Vec<Message> = (0..30).map(|_| say(&mut conversation, "yes")).collect();
        assert_eq!(recent(&short).len(), 20);
        assert_eq!(recent(&short).last(), short.last());
        let long: Vec<Message> = (0..5)
            .map(|_| say(&mut conversation, &"x".repeat(5000)))
            .collect();
        assert_eq!(recent(&long).len(), 2);
        assert_eq!(recent(&[]), []);
    }

    #[test]
    fn authors_go_by_their_names() {
        for author in [Author::User, Author::Assistant] {
            assert_eq!(author.name().parse(), Ok(author));
        }
        assert!("system".parse::<Author>().is_err());
    }
}
