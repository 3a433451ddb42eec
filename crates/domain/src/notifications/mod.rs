//! What users are told without having asked just then, and by which way.
mod letter;
mod preferences;

pub use letter::{LetterKind, UnknownLetterKind};
pub use preferences::{
    Channel, Choice, NotOptional, NoticeKind, Preferences, UnknownChannel, UnknownNoticeKind,
};
