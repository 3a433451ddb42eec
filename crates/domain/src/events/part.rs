//! What events are made of.
use crate::shared::{Id, Language};

/// One part of an event, as a word.
pub(super) trait Part: Sized {
    /// The word.
    fn word(&self) -> String;
    /// What a word means.
    fn read(word: &str) -> Option<Self>;
}

impl<K: ?Sized> Part for Id<K> {
    fn word(&self) -> String {
        self.to_string()
    }

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Part for Language {
    fn word(&self) -> String {
        self.code().to_owned()
    }

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}
